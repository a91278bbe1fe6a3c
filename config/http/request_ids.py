"""X-Request-Id: one name of a request for its caller, its answer and the log's lines about it."""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4
from wsgiref.types import WSGIApplication

HEADER = "X-Request-Id"
# Of what senders and proxies name it by: short, and nothing that would break a line of a log.
_ALLOWED = re.compile(r"[A-Za-z0-9._:/+=@~-]{1,128}")
_current: ContextVar[str] = ContextVar("request_id", default="")


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
