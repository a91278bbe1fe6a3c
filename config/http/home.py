"""The first page: where people and programs go on from here."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from config.http.links import absolute

VIEWS = {"documents": "docs", "schema": "schema", "whoami": "whoami", "admin": "admin:index"}


def home(request: HttpRequest) -> HttpResponse:
    """Answer a browser with a page of links, and everybody else with the same addresses in JSON."""
    addresses = {name: absolute(request, reverse(view)) for name, view in VIEWS.items()}
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        response = render(request, "config/home.html", addresses)
    else:
        response = JsonResponse(addresses)
    patch_vary_headers(response, ["Accept"])
    return response
