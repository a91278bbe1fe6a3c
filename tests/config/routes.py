"""The addresses of the service, as its resolver knows them."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver


def api_routes() -> list[str]:
    """Return the route of every address of the API, such as `jsonApi/invoices/<int:pk>`."""
    return sorted(route for route in _routes(get_resolver().url_patterns) if route.startswith("jsonApi/"))


def _routes(entries: list[Any], prefix: str = "") -> Iterator[str]:
    for entry in entries:
        route = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _routes(entry.url_patterns, route)
