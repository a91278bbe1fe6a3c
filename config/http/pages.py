"""What holds for the pages that people read, and not for the API: their language, and what they may run."""

import time
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from config.http.addresses import ADMIN

NEEDED_BY_NONE = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class PageLanguage(LocaleMiddleware):
    """The reader's language in the admin and on the first page. The API has one, so that what it says never depends on
    a sender's header.
    """

    def process_request(self, request: HttpRequest) -> None:
        if _has_pages(request):
            super().process_request(request)
        else:
            translation.deactivate()  # that of the page which this thread made before

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        return super().process_response(request, response) if _has_pages(request) else response


def _has_pages(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADMIN) or request.path_info == "/"


class PagePolicy(CSPMiddleware):
    """The Content-Security-Policy of pages, and what none may use. The admin alone may make functions of texts: Alpine,
    which moves the theme, works so.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        response.headers["Permissions-Policy"] = NEEDED_BY_NONE
        if request.path_info.startswith(ADMIN):
            response._csp_update = {"script-src": [UNSAFE_EVAL]}  # type: ignore[attr-defined]
        return super().process_response(request, response)


class SessionsEndWhenIdle(MiddlewareMixin):
    """Let a session live on for SESSION_COOKIE_AGE from its last use, give or take SESSION_RENEWED_EVERY."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith(ADMIN) or not request.user.is_authenticated:
            return
        began = request.user.last_login.timestamp() if request.user.last_login else 0
        if time.time() - request.session.get("renewed_at", began) >= settings.SESSION_RENEWED_EVERY:
            request.session["renewed_at"] = int(time.time())
