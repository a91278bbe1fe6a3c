"""What the address of a list of invoices names: the moment that its rows are as of, and the day that ages are counted
to.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from config.api.filters import in_utc
from config.api.problems import Unprocessable
from receivables.models import today
from receivables.reports import moments
from receivables.reports.moments import end_of_day

KNOWN_AT, AS_OF = "known_at", "as_of"  # the names in the address


@dataclass(frozen=True)
class AsOf:
    """Ages are counted to `day`; rows are as they were at `known_at`, or as they are now where it is None."""

    day: date
    known_at: datetime | None = None


def as_of(request: HttpRequest) -> AsOf:
    """Return what the address names. What cannot be read is left out: the filter of the list refuses it."""
    known_at = _cleaned(MomentField(), request.GET.get(KNOWN_AT, ""))
    day = _cleaned(forms.DateField(input_formats=["%Y-%m-%d"]), request.GET.get(AS_OF, ""))
    return AsOf(day or (known_at.date() if known_at else today()), known_at)


def _cleaned(field: forms.Field, text: str) -> Any:
    try:
        return field.clean(text)
    except forms.ValidationError:
        return None


class MomentField(forms.CharField):
    """A moment (UTC where it names no offset), or a day, which stands for its end."""

    def __init__(self, label: Any = "") -> None:
        super().__init__(label=label, required=False, max_length=40, widget=UnfoldAdminTextInputWidget())

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = _moment(text)
        except ValueError:  # a day or an hour that there is not
            moment = None
        if moment is None:
            message = _("“%(moment)s” is not a moment. Write it like 2026-01-31T23:59:59Z, or 2026-01-31 for its end.")
            raise forms.ValidationError(message, params={"moment": text})
        if moment > timezone.now() and moment.date() > today():
            raise forms.ValidationError(_("The moment is in the future. Choose an earlier one."))
        return moment


def _moment(text: str) -> datetime | None:
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return end_of_day(date.fromisoformat(text))
    moment = parse_datetime(text.replace(" ", "+"))  # a plus sign in an address is a blank
    return moment and in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def why_not_answerable(account_id: int, problem: Unprocessable) -> str:
    """Return for staff why an account's items of a moment are not known, and what to do."""
    [code] = [each["code"] for each in problem.problem_members["errors"]]
    first = moments.uploads.span(account_id).first
    if code == "not_known_then" and first:
        message = gettext("What was open then is not known: the history of this account begins on %(moment)s.")
        return message % {"moment": moment_shown(first)}
    if code == "not_known_then":
        return gettext("What was open then is not known: no invoices were uploaded to this account yet.")
    if code == "unknown_load":
        return gettext("This account has no such load, or it has not ended. Choose one of the answers above.")
    return gettext("The moment is in the future. Choose an earlier one.")


def moment_shown(moment: datetime) -> str:
    """Return a moment in the reader's language, to the second, as `31 October 2026, 23:59:59 UTC`."""
    moment = moment.astimezone(UTC)
    values = {"day": date_format(moment, "DATE_FORMAT"), "time": f"{moment:%H:%M:%S}"}
    return gettext("%(day)s, %(time)s UTC") % values
