"""Addresses for whoever watches the service."""

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from config.http.problem_documents import problem


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """The process can take uploads: its database answers and has this version's tables."""
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        return _not_ready("The database does not answer.")
    if behind:
        return _not_ready("The database has not been migrated to this version.")
    return JsonResponse({"status": "ok"})


def _not_ready(detail: str) -> HttpResponse:
    return problem(503, detail, {"Retry-After": "5"})
