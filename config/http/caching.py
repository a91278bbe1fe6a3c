"""What caches may do with an answer: those of browsers, and those of proxies in front of the service.

Without a Cache-Control header a cache follows its own rules. Varnish, for one, keeps every answer for two minutes and
looks at no header but Cookie and Authorization: the next caller would get the rows of the previous key.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from config.http.addresses import ADMIN, API

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
