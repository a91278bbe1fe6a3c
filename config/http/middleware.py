"""What holds for every request before its view runs, and for every answer."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.middleware.http import ConditionalGetMiddleware
from django.utils.deprecation import MiddlewareMixin
from rest_framework.mixins import ListModelMixin

from config.http.addresses import ADMIN, API, DOCUMENTS, PROBES, STATIC
from config.http.answers import CONTENT_TYPE, problem, problem_instead_of
from config.http.bodies import TOO_LARGE

PAGES_FOR_PEOPLE = (ADMIN, STATIC)
ANONYMOUS_FORM_BYTES = 64 * 1024
HTTPS_REQUIRED = (
    "This request came over plain http, where others can read it, and was refused. Send it to the https address. If it "
    "carried a key pair, have the pair replaced. If you did send it over https, the proxy in front of the service does "
    "not pass X-Forwarded-Proto on."
)
# Compressed already: spreadsheets are ZIP files, and letters hold their fonts and texts deflated.
COMPRESSED = ("application/vnd.openxmlformats", "application/pdf", "image/")
GZIP_REFUSED = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")  # RFC 9110, 12.5.3


class RefusePlainHTTP(MiddlewareMixin):
    """Refuse with 403 what a program sends over plain http. Of a redirect it would not notice that its key pair has
    travelled in the open, and it would follow with a GET that has no body. Pages and probes pass: SecurityMiddleware
    redirects the former.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure():
            return None
        path, is_read = request.path_info, request.method in ("GET", "HEAD")
        if path.startswith(API):
            may_pass = is_read and path.rstrip("/") == DOCUMENTS
        else:
            may_pass = is_read or path.startswith(PAGES_FOR_PEOPLE) or path.rstrip("/") in PROBES
        return None if may_pass else problem(403, HTTPS_REQUIRED, code="https_required")


class ErrorsAsProblems(MiddlewareMixin):
    """Answer as a problem document what Django or a library of it refuses with a page, or with no body at all."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        has_form = response.get("Content-Type", "") == CONTENT_TYPE
        if response.status_code < 400 or has_form or request.path_info.startswith(ADMIN):
            return response
        is_method = response.status_code == 405
        detail = f'Method "{request.method}" not allowed.' if is_method else "The request is refused."
        return problem_instead_of(response, detail)


class StripTrailingSlash(MiddlewareMixin):
    """Answer every API path with and without its trailing slash, without a redirect that would lose a body."""

    def process_request(self, request: HttpRequest) -> None:
        path = request.path_info
        if len(path) > 1 and path.endswith("/") and not path.startswith(PAGES_FOR_PEOPLE):
            request.path_info = path[:-1]
            request.path = request.path[:-1]


class RefuseNulInPages(MiddlewareMixin):
    """Refuse a NUL that the admin would pass on to PostgreSQL; the API's filters know better."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith(PAGES_FOR_PEOPLE):
            return
        if "%00" in request.META.get("QUERY_STRING", "") or any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("a NUL in the query string or a cookie")


class AnonymousFormLimit(MiddlewareMixin):
    """Refuse a large form of the admin, before a byte of it is read, unless its sender is logged in.

    It runs before the check of a form's token, which reads the form. The form of the login page is small.
    """

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length <= ANONYMOUS_FORM_BYTES or not request.path_info.startswith(ADMIN):
            return None
        return None if request.user.is_authenticated else redirect_to_login(request.get_full_path(), "admin:login")


class ConditionalGet(ConditionalGetMiddleware):
    """Django's 304, which also says how much of the key's quota is left."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        answer = super().process_response(request, response)
        for name in ("RateLimit-Policy", "RateLimit"):
            if name in response:
                answer[name] = response[name]
        return answer


class Compression(GZipMiddleware):
    """Django's, with its random lengths against guessing a secret beside a text of one's own (BREACH). An ETag
    becomes weak: the same answer has other bytes for other readers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(COMPRESSED):
            return response
        if GZIP_REFUSED.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return response
        return super().process_response(request, response)


class RefuseLargeBodies(MiddlewareMixin):
    """Refuse with 413 what came with a body of too many bytes, none of which is read."""

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if TOO_LARGE not in request.META:
            return None
        _note_refusal(request, view)
        detail = (
            f"The body is larger than the {settings.UPLOAD_MAX_BYTES:,} bytes this service takes in one upload. "
            "Nothing was stored: split the array and send the parts."
        )
        return problem(413, detail)


def _note_refusal(request: HttpRequest, view: Any) -> None:
    """Have a view note a request that is refused before the view runs, if it wants to know (`note_refusal`)."""
    if note_refusal := getattr(getattr(view, "cls", None), "note_refusal", None):
        note_refusal(request)


class KnownParameters(MiddlewareMixin):
    """Refuse query parameters that a view would ignore: a misspelt filter must never answer the whole table."""

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        view_class = getattr(view, "cls", None)
        if view_class is None or view_class.__module__.startswith("drf_spectacular"):
            return None
        known, blank = known_parameters(view_class), getattr(view_class, "blank_parameters", {})
        given = request.GET.lists()
        errors = [error for each in given if (error := _parameter_error(*each, known, blank.get(each[0], "")))]
        if not errors:
            return None
        _note_refusal(request, view)
        return problem(400, "The query parameters cannot be taken; `errors` names each.", errors=errors)


def known_parameters(view_class: Any) -> list[str]:
    """Return the query parameters of a view: those it names itself, and of a list its filters and its paginator's."""
    own = getattr(view_class, "query_parameters", [])
    if not issubclass(view_class, ListModelMixin):
        return sorted(own)
    filters = view_class.filterset_class.base_filters if getattr(view_class, "filterset_class", None) else {}
    ordering = ["ordering"] if view_class.orderings else []
    return sorted([*own, *filters, *view_class.pagination_class.parameters, *ordering])


def _parameter_error(name: str, values: list[str], known: list[str], blank: str) -> dict[str, str] | None:
    """An empty filter would answer the whole table too, and of a repeated one all but the last would be ignored.

    `blank` says how the parameter names what is blank, where it can.
    """
    if name not in known:
        remedy = f"Known here: {', '.join(known)}." if known else "This address takes no query parameters."
        code, message = "unknown_parameter", f"{name!r} is not a parameter here. {remedy}"
    elif len(values) > 1:
        code, message = "repeated_parameter", f"{name} is given {len(values)} times. Give it once."
    elif not values[0].strip():
        blank = blank or (f"{name}__in=, finds what has none." if f"{name}__in" in known else "")
        code, message = "empty_parameter", f"{name} is empty. Give it a value, or leave it out. {blank}".rstrip()
    else:
        return None
    return {"field": name, "code": code, "message": message}
