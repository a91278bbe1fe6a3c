"""What answers have in common: the name of the request, what caches may do, and the form of all but success.

- X-Request-Id is one name of a request for its caller, its answer and the log's lines about it.
- Without a Cache-Control header the caches of browsers and proxies follow their own rules. Varnish, for one, keeps
  every answer for two minutes and looks at no header but Cookie and Authorization: the next caller would get the rows
  of the previous key.
- Problem documents (RFC 9457) say what is refused or has failed.
"""

import logging
import re
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any
from uuid import uuid4
from wsgiref.types import WSGIApplication

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from config.http.addresses import ADMIN, API

HEADER = "X-Request-Id"
# Of what senders and proxies name it by: short, and nothing that would break a line of a log.
_ALLOWED = re.compile(r"[A-Za-z0-9._:/+=@~-]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="")

REVALIDATED = "no-cache"  # for anybody: stored, and checked again by its ETag
PRIVATE = "private, no-cache"  # the same, but by the caller alone
NOT_STORED = "private, no-store"

# The first whose address begins so; everything else, an unknown address too, is PRIVATE.
POLICIES = {
    "/admin/jsi18n/": PRIVATE,  # the texts of the admin's scripts, and nothing of anyone
    "/admin/": NOT_STORED,
    "/jsonApi/upload": NOT_STORED,  # uploads and their receipts, with the rows that were refused
    "/jsonApi/whoami": NOT_STORED,
    "/jsonApi/schema": REVALIDATED,
    "/healthz": NOT_STORED,
    "/readyz": NOT_STORED,
}

# A cache whose owner makes it keep answers all the same keeps them apart by key pair, in either spelling, and by form.
VARY_OF_THE_API = ("api_key", "api-key", "api_secret", "api-secret", "Authorization", "Accept", "Accept-Encoding")
VARY_OF_THE_ADMIN = ("Cookie", "Accept-Language")

# Of a request that is refused before Django sees it.
REFUSAL_HEADERS = {"Cache-Control": NOT_STORED, "Vary": ", ".join(VARY_OF_THE_API)}

CONTENT_TYPE = "application/problem+json"
PRESERVED_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110's; older Pythons know older ones


def request_id() -> str:
    """Return the name of the request that this thread answers."""
    return _current.get() or begin("")


def begin(sent: str) -> str:
    """Begin a request, under the name that was sent if that may be one, and return its name."""
    name = sent if _ALLOWED.fullmatch(sent) else str(uuid4())
    _current.set(name)
    return name


def with_request_ids(application: WSGIApplication) -> WSGIApplication:
    """WSGI middleware, the outermost: names every request, and says the name in every answer."""

    def named(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        name = begin(environ.get("HTTP_X_REQUEST_ID", ""))

        def start_named(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            others = [(header, value) for header, value in headers if header.lower() != HEADER.lower()]
            return start_response(status, [*others, (HEADER, name)], *more)

        return application(environ, start_named)

    return named


class RequestIdFilter(logging.Filter):
    """Gives every line of the log the name of the request it is about, if it is about one."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_suffix = f" [request {_current.get()}]" if _current.get() else ""
        return True


def cache_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Say of every answer what caches may do with it, unless it says so itself, as static files do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info  # before another middleware takes its trailing slash off
        response = get_response(request)
        policy = next((policy for beginning, policy in POLICIES.items() if path.startswith(beginning)), PRIVATE)
        response.headers.setdefault("Cache-Control", policy)
        if path.startswith(ADMIN):
            patch_vary_headers(response, VARY_OF_THE_ADMIN)
        elif path.startswith(API) and policy != REVALIDATED:
            patch_vary_headers(response, VARY_OF_THE_API)
        return response

    return middleware


def encoded_problem(status: int, detail: str, **members: Any) -> bytes:
    """Encode title, status, detail and whatever members the case adds (`errors` above all)."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    return encode({"title": title, "status": int(status), "detail": detail, **members})


def problem(status: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> HttpResponse:
    """Return a problem document as an answer."""
    body = encoded_problem(status, detail, **members)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=headers)


def problem_instead_of(response: HttpResponseBase, detail: str, **members: Any) -> HttpResponse:
    """Return a problem document of another answer's status, with what its headers say of the next request."""
    headers = {name: response[name] for name in PRESERVED_HEADERS if name in response}
    return problem(response.status_code, detail, headers, **members)


# Decimals are numbers with every digit they have: no float is made on the way out.
encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode  # translated texts and URLs are texts


def raw_http_problem(status: int, reason: str, detail: str) -> bytes:
    """Return a whole HTTP/1.1 response, for requests that are refused before there is an application."""
    name = request_id() if status == HTTPStatus.INTERNAL_SERVER_ERROR else str(uuid4())  # others were not begun
    body = encoded_problem(status, f"{detail or reason}. Nothing was read or stored.")
    headers = {"Connection": "close", "Content-Type": CONTENT_TYPE, "Content-Length": len(body), HEADER: name}
    headers |= REFUSAL_HEADERS
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body
