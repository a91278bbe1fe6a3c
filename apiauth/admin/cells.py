"""How keys and accounts are shown in lists and on pages; and how many keys are to be replaced, in the side bar."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apiauth.models import Account, ApiKey, KeyState, Scope

COLOURS = {KeyState.LIVE: "success", KeyState.EXPIRES_SOON: "warning", KeyState.EXPIRED: "danger"}  # of labels


def computed_once(compute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Compute a field of a row's page once: the theme's templates read it five times."""

    @wraps(compute)
    def cached(model_admin: Any, row: Any) -> Any:
        name = f"_{compute.__name__}_computed"
        if name not in row.__dict__:
            row.__dict__[name] = compute(model_admin, row)
        return row.__dict__[name]

    return cached


def label(text: Any, variant: str) -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "variant": variant})


def state_label(api_key: ApiKey) -> SafeString:
    return label(api_key.state.label, COLOURS.get(api_key.state, "default"))


def scope_labels(api_key: ApiKey) -> SafeString:
    return format_html_join(" ", "{}", ((label(Scope(scope).label, "info"),) for scope in api_key.scopes))


def past(moment: datetime | None) -> SafeString | str:
    """Return how long ago something was; the moment itself is its title."""
    if moment is None:
        return _("never")
    if (timezone.now() - moment).total_seconds() < 60:
        return _time(moment, _("just now"))
    return _time(moment, _("%(time)s ago") % {"time": timesince(moment, depth=1)})


def coming(moment: datetime | None) -> SafeString | str:
    if moment is None:
        return _("never")
    if moment <= timezone.now():
        return past(moment)
    return _time(moment, _("in %(time)s") % {"time": timeuntil(moment, depth=1)})


def in_full(moment: datetime | None) -> SafeString | str:
    """Return a moment that has passed with how long ago it was, for a page of one row."""
    if moment is None:
        return _("never")
    return format_html("{} ({})", date_format(timezone.localtime(moment), "DATETIME_FORMAT"), past(moment))


def column(title: Any, text: Callable[[Any], Any], **options: Any) -> Any:
    """Return a column of a list, or a field of a page, that shows `text` of a row."""

    @admin.display(description=title, **options)
    def shown(model_admin: Any, row: Any) -> Any:
        return text(row)

    return shown


def moment_column(name: str, title: Any, text: Callable[[datetime | None], Any] = in_full, **options: Any) -> Any:
    return column(title, lambda row: text(getattr(row, name)), **options)


def _time(moment: datetime, text: str) -> SafeString:
    in_full = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), in_full, text)


def missed_soon(request: HttpRequest) -> list[ApiKey]:
    """Return the pairs of one's own accounts that are in use and expire soon. They are looked up once for a request."""
    if not hasattr(request, "_missed_soon"):
        own = ApiKey.objects.filter(account__in=Account.objects.visible_to(request.user))
        pairs = own.missed_soon().filter(successor=None).select_related("account")
        request._missed_soon = list(pairs) if request.user.has_perm("apiauth.view_apikey") else []  # type: ignore[attr-defined]
    return request._missed_soon  # type: ignore[attr-defined]


def badge(request: HttpRequest) -> SafeString | None:
    """Return the number of these pairs, with a text for screen readers; None where there is none."""
    if not (count := len(missed_soon(request))):
        return None
    text = ngettext("%(count)s expires soon", "%(count)s expire soon", count) % {"count": count}
    return format_html('<span aria-hidden="true" title="{1}">{0}</span><span class="sr-only">{1}</span>', count, text)
