"""Addresses for whoever watches the service."""

from collections.abc import Callable
from functools import wraps

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from config.http.problem_documents import CONTENT_TYPE, encoded_problem

View = Callable[[HttpRequest], HttpResponse]


def probe(view: View) -> View:
    """Let an address be asked alone; whatever else is sent to it is not read."""

    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return view(request)
        body = encoded_problem(405, "This address takes GET and HEAD.")
        return HttpResponse(body, status=405, content_type=CONTENT_TYPE, headers={"Allow": "GET, HEAD"})

    return answered


@probe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@probe
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
    response = HttpResponse(encoded_problem(503, detail), status=503, content_type=CONTENT_TYPE)
    response["Retry-After"] = "5"
    return response
