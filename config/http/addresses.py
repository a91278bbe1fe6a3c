"""Addresses of the service: how its paths begin, where it is reached from outside, and how it links to itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse

# Of `path_info`, which is without the prefix that PUBLIC_URL may name.
ADMIN = "/admin/"
API = "/jsonApi/"
STATIC = "/static/"
DOCUMENTS = "/jsonApi/docs"
PROBES = ("/healthz", "/readyz")
# How the service's own paths begin: a prefix of such a name could be mistaken for them.
OWN_PATHS = ("admin", "favicon.ico", "healthz", "jsonApi", "readyz", "static")
PORTS = {"http": 80, "https": 443}  # which browsers leave out
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")  # what needs no escape, so that every proxy writes it alike


@dataclass(frozen=True)
class PublicURL:
    """The origin is scheme, host and port; `prefix` the path under which the service stands, without a slash behind it.
    All are "" where nothing is named.
    """

    origin: str = ""
    host: str = ""
    prefix: str = ""

    def __str__(self) -> str:
        return self.origin + self.prefix

    @classmethod
    def parsed(cls, text: str) -> "PublicURL":
        """Read https://receivables.example.com/ar. Raises ImproperlyConfigured."""
        if not text:
            return cls()
        try:
            parts = urlsplit(text)
            host, prefix = parts.hostname or "", parts.path.rstrip("/")
            is_host = parts.scheme in PORTS and host and parts.port != 0 and "@" not in parts.netloc
        except ValueError:  # of the port, or of an IPv6 address
            is_host = False
        if not is_host or parts.query or parts.fragment or not _PREFIX.fullmatch(prefix):
            raise ImproperlyConfigured("PUBLIC_URL is no address such as https://receivables.example.com/ar.")
        if prefix.partition("/")[2].partition("/")[0] in OWN_PATHS:
            raise ImproperlyConfigured(f"PUBLIC_URL: {prefix} begins as the service's own paths do. Name another.")
        host = f"[{host}]" if ":" in host else host  # as a Host header has it
        port = f":{parts.port}" if parts.port not in (None, PORTS[parts.scheme]) else ""
        return cls(f"{parts.scheme}://{host}{port}", host, prefix)


def under_prefix(application: WSGIApplication, prefix: str) -> WSGIApplication:
    """WSGI middleware: knows a path with the prefix and without it, for some proxies take it off and others do not."""

    def prefixed(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = prefix
        if f"{path}/".startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        return application(environ, start_response)

    return prefixed if prefix else application


def linked(path: str) -> str:
    """Return the link to a path that `reverse` gave: an address under PUBLIC_URL, else the path as it is."""
    return f"{settings.PUBLIC_URL.origin}{path}"


def link_to(name: str, pk: Any) -> str:
    """Return the link to a row, at the address of this name in the URLs."""
    return linked(reverse(name, args=[pk]))


def absolute(request: HttpRequest, path: str | None = None) -> str:
    """Return the whole address of a path that `reverse` gave, or of the request itself."""
    address = request.build_absolute_uri(path)
    if not settings.PUBLIC_URL.origin:
        return address
    return linked(urlsplit(address)._replace(scheme="", netloc="").geturl())
