"""Problem documents (RFC 9457): the one form in which anything but success leaves the service."""

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
from django.http import HttpResponse, HttpResponseBase

from config.http.caching import REFUSAL_HEADERS
from config.http.request_ids import HEADER, request_id

CONTENT_TYPE = "application/problem+json"
PRESERVED_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}  # RFC 9110's; older Pythons know older ones


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


def _unknown_to_json(value: Any) -> Any:
    if isinstance(value, dict):  # DRF's ReturnDict and the like
        return dict(value)
    if isinstance(value, list):
        return list(value)
    return str(value)  # translated texts and URLs


# Decimals are numbers with every digit they have: no float is made on the way out.
encode = msgspec.json.Encoder(decimal_format="number", enc_hook=_unknown_to_json).encode


def raw_http_problem(status: int, reason: str, detail: str) -> bytes:
    """Return a whole HTTP/1.1 response, for requests that are refused before there is an application."""
    name = request_id() if status == HTTPStatus.INTERNAL_SERVER_ERROR else str(uuid4())  # others were not begun
    body = encoded_problem(status, f"{detail or reason}. Nothing was read or stored.")
    headers = {"Connection": "close", "Content-Type": CONTENT_TYPE, "Content-Length": len(body), HEADER: name}
    headers |= REFUSAL_HEADERS
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body
