"""How keys and accounts are told of in lists and on pages."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext as _

from apiauth.models import ApiKey, KeyState, Scope

STATE_COLOURS = {
    KeyState.LIVE: "success",
    KeyState.EXPIRES_SOON: "warning",
    KeyState.EXPIRED: "danger",
    KeyState.REVOKED: "default",
}


def told_once(tell: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Keep with the row what a field of its page reads: the theme's templates ask five times."""

    @wraps(tell)
    def told(model_admin: Any, row: Any) -> Any:
        name = f"_{tell.__name__}_told"
        if name not in row.__dict__:
            row.__dict__[name] = tell(model_admin, row)
        return row.__dict__[name]

    return told


def label(text: Any, variant: str) -> SafeString:
    return render_to_string("unfold/helpers/label.html", {"text": text, "variant": variant})


def state_label(api_key: ApiKey) -> SafeString:
    return label(api_key.state.label, STATE_COLOURS[api_key.state])


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


def _time(moment: datetime, text: str) -> SafeString:
    in_full = date_format(timezone.localtime(moment), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), in_full, text)
