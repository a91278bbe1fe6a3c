"""What holds for the pages that people read, and not for the API: their language, what they may run, and those that
explain why the admin refuses a request, within its frame for whoever is logged in.
"""

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from csp.constants import UNSAFE_EVAL
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_http_methods

from config.http.addresses import ADMIN

# The title and the sentences of pages, by their status.
TEXTS = {
    400: [
        _("This request cannot be read"),
        _("The address or the data that was sent to it is too large or cannot be read. Nothing was changed."),
    ],
    403: [
        _("This is not allowed"),
        _(
            "You do not have the permission for this. Nothing was changed. If you need the permission, ask an "
            "administrator."
        ),
    ],
    404: [
        _("Page not found"),
        _("There is no page at this address, or it belongs to an account that you may not see."),
    ],
    405: [
        _("This request is not supported"),
        _("This address cannot be opened in this way. Nothing was changed."),
    ],
    500: [
        _("An error on our side"),
        _("An error occurred on our side. It has been logged."),
        _("Go back and try again in a minute. If it fails again, tell an administrator of this service."),
    ],
    503: [
        _("The server has no disk space left"),
        _("The disk of the server is full, so your data could not be saved. Nothing was changed."),
        _("Tell an administrator of this service. When there is space again, go back and send it again."),
    ],
}
MOST_NAMED = 20  # accounts
DATABASE_UNAVAILABLE = [
    _("The database does not answer"),
    _("The data that this page needs cannot be reached for the moment. Other accounts may not be affected."),
    _(
        "Open the page again in half a minute. If you were about to save something, see there whether it was saved. If "
        "it fails again, tell an administrator of this service."
    ),
]


def is_admin_request(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADMIN)


def refused(
    request: HttpRequest,
    status: int,
    title: Any,
    sentences: Sequence[Any],
    next_link: tuple[Any, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """Return a page of a title and sentences; `next_link` is the text and the address of a link beside the dashboard's.
    `more` is for the template.
    """
    if not hasattr(request, "user"):  # refused before the middleware that names the user, or chooses the language
        request.user = AnonymousUser()
    home = reverse("admin:index")
    if admin.site.has_permission(request):
        template, links = "admin/refused.html", [*([next_link] if next_link else []), (_("To the dashboard"), home)]
    else:
        template, links = "admin/refused_outside.html", [next_link or (_("To the login"), home)]
    own = {"title": title, "sentences": sentences, "links": links, **more}
    with translation.override(translation.get_language_from_request(request)):
        return render(request, template, admin.site.each_context(request) | own, status=status)


def refused_by_status(request: HttpRequest, status: int) -> HttpResponse:
    """Return the page of a status. Of one from 500 on it asks the database for nothing: that may be what failed."""
    return _refused_by_texts(request, status, TEXTS[status])


def database_unavailable(request: HttpRequest, accounts: Sequence[str] = ()) -> HttpResponse:
    """Return the page that is shown while the database does not answer, or the machines of these accounts do not. It
    needs neither.
    """
    if not accounts:
        return _refused_by_texts(request, 503, DATABASE_UNAVAILABLE)
    names = ", ".join(accounts[:MOST_NAMED]) + (" …" if len(accounts) > MOST_NAMED else "")
    lost = [
        ngettext_lazy(
            "The data of one account cannot be reached for the moment: %(names)s.",
            "The data of %(count)s accounts cannot be reached for the moment: %(names)s.",
            "count",
        )
        % {"count": len(accounts), "names": names},
        _("All others can be reached: choose one of them in the filter of a list."),
    ]
    title = _("Part of the data cannot be reached")
    return _refused_by_texts(request, 503, [title, *lost, *DATABASE_UNAVAILABLE[2:]])


def _refused_by_texts(request: HttpRequest, status: int, texts: list[Any]) -> HttpResponse:
    if status >= 500:
        request.user = AnonymousUser()
    title, *sentences = texts
    next_link = (_("Open the page again"), request.get_full_path()) if status == 503 else None
    return refused(request, status, title, sentences, next_link)


def csrf_failure(request: HttpRequest) -> HttpResponse:
    """Answer a form without a valid token. A link to its address leads to the page that has the form."""
    sentences = [
        _("The form is older than your last login, or your browser does not accept cookies. Nothing was changed.")
    ]
    if request.path != reverse("admin:login"):
        sentences.append(_("Open the page again and send the form from there. Your entries are still in its fields."))
    next_link = (_("Open the page again"), _form_page(request))
    return refused(request, 403, _("This form is out of date"), sentences, next_link)


def _form_page(request: HttpRequest) -> str:
    """Return the page of the form; for a login form that somebody logged in has sent, the page after the login."""
    if request.path != reverse("admin:login") or not request.user.is_authenticated:
        return request.get_full_path()
    after_login = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    is_ours = url_has_allowed_host_and_scheme(after_login, {request.get_host()}, require_https=request.is_secure())
    return after_login if is_ours else reverse("admin:index")


class MethodNotAllowedPage(MiddlewareMixin):
    """Say to a person what Django says to a program alone: that an address does not take a method."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not is_admin_request(request) or response.status_code != HttpResponseNotAllowed.status_code:
            return response
        page = refused_by_status(request, 405)
        page["Allow"] = response["Allow"]
        return page


def redirect_unless_posted(page: Callable[..., str]) -> Callable[[Callable[..., Any]], Any]:
    """Decorate the view of a form: it is posted to, and whoever comes by a link, as after a login, is led to the page
    of the form. `page` gets the request and the parts of the address.
    """

    def decorate(view: Callable[..., Any]) -> Any:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def viewed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            return HttpResponseRedirect(page(request, *args, **kwargs))

        return viewed

    return decorate


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
