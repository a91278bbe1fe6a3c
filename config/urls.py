"""The addresses of the service, with the first page, where people and programs go on from here, and the probes.

API paths are written without their trailing slash; both spellings answer.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import include, path, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from config.http.addresses import absolute
from config.http.answers import problem
from config.http.pages import redirect_unless_posted

LINKS = {"documents": "docs", "schema": "schema", "whoami": "whoami", "admin": "admin:index"}
RETRY = {"Retry-After": "5"}
# Its OPTIONS would have to be rendered as a page, for which it has none.
documents = SpectacularSwaggerSplitView.as_view(url_name="schema", http_method_names=["get", "head"])


def for_reading(view: Callable[..., Any]) -> Callable[..., Any]:
    """Return a view that answers GET and HEAD alone. It has no form to guard, so that a POST is a 405 as well."""
    return csrf_exempt(require_safe(view))


def no_page_on_site(request: HttpRequest, row: str) -> HttpResponse:
    """Answer in place of the admin, which would look any row up, of any account, for a page that none has."""
    raise Http404


def search(request: HttpRequest) -> Any:
    """Answer the search of the admin's pages. They are fewer than the theme shows at once, and it fails for a page that
    there is not.
    """
    if request.GET.get("page", "1") != "1":
        raise Http404
    site: Any = admin.site  # the theme's
    return site.search(request)


class Autocomplete(AutocompleteJsonView):
    """What is proposed while one types, for relations that a model has itself: for one that leads back to it, as from a
    person to their accounts, Django's view fails, and for one of two columns.
    """

    def process_request(self, request: HttpRequest) -> Any:
        try:
            term, model_admin, source_field, to_field_name = super().process_request(request)
        except FieldDoesNotExist:
            raise PermissionDenied from None
        if not hasattr(source_field, "get_limit_choices_to"):
            raise PermissionDenied
        return term, model_admin, source_field, to_field_name


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


urlpatterns = [
    path("", for_reading(home)),
    path("favicon.ico", for_reading(RedirectView.as_view(url=static("config/favicon.svg")))),
    path("", include("receivables.dashboard.page")),
    path("admin/r/<path:row>", no_page_on_site),
    path("admin/autocomplete/", admin.site.admin_view(Autocomplete.as_view(admin_site=admin.site))),
    path("admin/logout/", redirect_unless_posted(lambda request: reverse("admin:index"))(admin.site.logout)),
    path("admin/search/", admin.site.admin_view(search)),
    path("admin/", include("apiauth.login.views")),
    path("admin/reports/", include("receivables.admin.reports.urls")),
    path("admin/", admin.site.urls),
    path("healthz", for_reading(healthz)),
    path("readyz", for_reading(readyz)),
    path("jsonApi/", include("receivables.uploads.api.urls")),
    path("jsonApi/", include("receivables.api.urls")),
    path("jsonApi/", include("customers.api")),
    path("jsonApi/", include("apiauth.api")),
    path("jsonApi/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("jsonApi/docs", documents, name="docs"),
]

handler400 = "config.api.problems.bad_request"
handler403 = "config.api.problems.permission_denied"
handler404 = "config.api.problems.page_not_found"
handler500 = "config.api.problems.server_error"
