"""What holds for the pages that people read, and not for the API: their language, and what they may run."""

from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

ADMIN = "/admin/"


class PageLanguage(LocaleMiddleware):
    """The reader's language in the admin; the API has one, so that what it says never depends on a sender's header."""

    def process_request(self, request: HttpRequest) -> None:
        if request.path_info.startswith(ADMIN):
            super().process_request(request)
        else:
            translation.deactivate()  # that of the page which this thread made before

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        return super().process_response(request, response) if request.path_info.startswith(ADMIN) else response


class PagePolicy(CSPMiddleware):
    """The Content-Security-Policy of pages. Those of the admin, and no others, may make functions of texts: Alpine,
    which moves the theme, works so.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        if request.path_info.startswith(ADMIN):
            response._csp_update = {"script-src": [UNSAFE_EVAL]}  # type: ignore[attr-defined]
        return super().process_response(request, response)
