"""The first page, where people and programs go on from here, and the addresses for whoever watches the service."""

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from config.http.addresses import absolute
from config.http.answers import problem

LINKS = {"documents": "docs", "schema": "schema", "whoami": "whoami", "admin": "admin:index"}
RETRY = {"Retry-After": "5"}


def home(request: HttpRequest) -> HttpResponse:
    """Answer a browser with a page of links, and everybody else with the same addresses in JSON."""
    addresses = {name: absolute(request, reverse(view)) for name, view in LINKS.items()}
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        response = render(request, "config/home.html", addresses)
    else:
        response = JsonResponse(addresses)
    patch_vary_headers(response, ["Accept"])
    return response


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The process can take uploads: its database answers and has this version's tables."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        return problem(503, "The database does not answer.", RETRY)
    if behind:
        return problem(503, "The database has not been migrated to this version.", RETRY)
    return JsonResponse({"status": "ok"})
