"""Between which moments movements are counted: what an address names, and the windows that are often chosen."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError as Unreadable

from apiauth.models import Account
from config.api.problems import Unprocessable
from receivables.admin.shared.as_of import moment_shown, why_not_answerable
from receivables.models import today
from receivables.reports import moments
from receivables.reports.fields import MomentField
from receivables.reports.moments import end_of_day, moment_text
from receivables.reports.movement_parameters import End, between
from receivables.reports.movement_rows import MovementQuerySet
from receivables.reports.movements import Window, movements

JUST = timedelta(microseconds=1)


@dataclass(frozen=True)
class Movements:
    """What moved of an account after `since`, up to and with `until`."""

    account: Account
    since: End
    until: End

    @property
    def window(self) -> Window:
        return Window(self.account.pk, self.since.moment, self.until.moment)

    def rows(self) -> MovementQuerySet:
        return movements(self.window)

    @property
    def query(self) -> dict[str, Any]:
        """What an address names to show the very same again, whatever is uploaded meanwhile."""
        return _query(self.account, moment_text(self.since.moment), moment_text(self.until.moment))


class WindowForm(forms.Form):
    """Both ends: days, moments or loads. Where it is valid, it has `movements`."""

    since = forms.CharField(required=False, max_length=64, label=gettext_lazy("Since"))
    until = forms.CharField(required=False, max_length=64, label=gettext_lazy("Until"))

    def __init__(self, account: Account, data: Any):
        super().__init__(data)
        self.account = account
        self.movements: Movements | None = None
        self.is_not_known = False  # what was open at one of the moments that are named

    def clean_since(self) -> Any:
        return _named(self.cleaned_data["since"]) or today() - timedelta(days=1)

    def clean_until(self) -> Any:
        return _named(self.cleaned_data["until"])

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        try:
            ends = _ends(self.account.pk, self.cleaned_data["since"], self.cleaned_data["until"])
        except Unprocessable as problem:
            [code] = [each["code"] for each in problem.problem_members["errors"]]
            self.is_not_known = code == "not_known_then"
            self.add_error("since", why_not_answerable(self.account.pk, problem))
        except Unreadable:
            self.add_error("since", _("The beginning lies after the end. Choose an earlier beginning, or a later end."))
        else:
            self.movements = Movements(self.account, *ends)
        return self.cleaned_data

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The days that both ends are of, for the fields of the browser; None for what names none."""
        if self.movements:
            begins, ends = self.movements.since.moment + JUST, self.movements.until.moment
            return begins.astimezone(UTC).date(), ends.astimezone(UTC).date() if self.data.get("until") else None
        named = (self.cleaned_data.get("since"), self.cleaned_data.get("until"))
        since, until = (each if isinstance(each, date) else None for each in named)
        return since, until

    def remedy(self) -> dict[str, Any] | None:
        """Return the query of the longest window that can be answered, if that is what helps."""
        first = moments.uploads.span(self.account.pk).first if self.is_not_known else None
        if first is None:
            return None
        begins = first - JUST if _is_very_first(self.account.pk, first) else first
        return _query(self.account, moment_text(begins))

    def shortcuts(self) -> list[tuple[str, dict[str, Any], bool]]:
        """Return the windows that are often chosen: the text, the query, and whether it is this one."""
        newest = moments.latest(self.account.pk)
        found = []
        for text, since, until in _periods(today()):
            begins = _beginning(since)
            ends = end_of_day(until) if until else max(newest.moment if newest else begins, begins)
            query = _query(self.account, since.isoformat(), until.isoformat() if until else "")
            found.append((text, query, self._is_of(begins, ends)))
        if load := moments.uploads.last_full_load(self.account.pk):
            begins, ends = load.began - JUST, load.ended
            query = _query(self.account, moment_text(begins), moment_text(ends))
            found.append((_("The last full load"), query, self._is_of(begins, ends)))
        return found

    def _is_of(self, since: datetime, until: datetime) -> bool:
        here = self.movements
        return here is not None and (here.since.moment, here.until.moment) == (since, until)


def _named(text: str) -> Any:
    """Return what the text names: a day, a moment or the id of a load; None where it is empty."""
    if not text:
        return None
    try:
        return MomentField(allows_days=True).run_validation(text)
    except Unreadable:
        message = _("“%(text)s” is neither a day, nor a moment, nor a load. Write it like 2026-01-31.")
        raise forms.ValidationError(message % {"text": text}) from None


def _ends(account_id: int, since: Any, until: Any) -> tuple[End, End]:
    """Return both ends. Before its very first upload nothing of an account was open, which is known as well."""
    begins, first = _beginning(since), moments.uploads.span(account_id).first
    if begins is None or first is None or begins >= first or not _is_very_first(account_id, first):
        return between(account_id, since, until)
    _since, ends = between(account_id, first, until)
    return End(begins, None), ends


def _is_very_first(account_id: int, first: datetime) -> bool:
    """Whether no upload came before the first moment that can be answered."""
    return moments.uploads.last_upload(account_id, first - JUST) is None


def _beginning(since: Any) -> Any:
    """Return the moment that counting from a day, or a moment, begins after; None for a load."""
    if isinstance(since, datetime):
        return since
    return end_of_day(since - timedelta(days=since > date.min)) if isinstance(since, date) else None


def _periods(day: date) -> list[tuple[str, date, date | None]]:
    """Return periods by their first and last days; up to now where there is none."""
    first = day.replace(day=1)
    last = first - timedelta(days=1)
    return [
        (_("Since yesterday"), day - timedelta(days=1), None),
        (_("Last 7 days"), day - timedelta(days=6), None),
        (_("This month"), first, None),
        (_("Last month"), last.replace(day=1), last),
    ]


def _query(account: Account, since: str, until: str = "") -> dict[str, Any]:
    return {"account": account.pk, "since": since, **({"until": until} if until else {})}


def ends_shown(movements: Movements) -> list[dict[str, Any]]:
    """Return of both ends the moment and the last upload until then, as the page says them."""
    return [_end_shown(_("Since"), movements.since), _end_shown(_("Until"), movements.until)]


def _end_shown(text: str, end: End) -> dict[str, Any]:
    last = end.last_upload
    return {
        "text": text,
        "moment": moment_shown(end.moment),
        "last_upload": last,
        "merged": last and moment_shown(last.merged_at),
        "extracted": last and last.extracted_at and moment_shown(last.extracted_at),
    }
