"""How the service links to itself: under PUBLIC_URL where that is set, else as whoever asks reached it."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def linked(path: str) -> str:
    """Return the link to a path that `reverse` gave: an address under PUBLIC_URL, else the path as it is."""
    return f"{settings.PUBLIC_URL.origin}{path}"


def absolute(request: HttpRequest, path: str | None = None) -> str:
    """Return the whole address of a path that `reverse` gave, or of the request itself."""
    address = request.build_absolute_uri(path)
    if not settings.PUBLIC_URL.origin:
        return address
    return linked(urlsplit(address)._replace(scheme="", netloc="").geturl())
