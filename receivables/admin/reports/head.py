"""What a report is of: an account, the day that ages are counted to, and what was known of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError as Unreadable

from apiauth.admin.base import accounts_of, without_empty
from apiauth.models import Account
from config.api.problems import Unprocessable
from receivables.admin.shared.as_of import moment_shown, why_not_answerable
from receivables.admin.shared.filters import DayField
from receivables.models import Invoice, InvoiceQuerySet, today
from receivables.reports import moments
from receivables.reports.fields import LOAD, MomentField
from receivables.reports.moments import NOW, EndedLoad, Known, LastUpload, end_of_day, known_at, moment_text

NAMES = ("account", "asOf", "knownAt")  # in the address of every report
MONTH_ENDS = 3
MOST_LOADS = 5  # that are looked at after a day


@dataclass(frozen=True)
class Head:
    """`known` is None for what is known now; `named` is how the address names it."""

    account: Account
    day: date
    named: str
    known: Known | None

    @property
    def moment(self) -> datetime | None:
        return self.known.moment if self.known else None

    def items(self, *, for_sums: bool = False) -> InvoiceQuerySet:
        """Return the account's items as they were known."""
        return Invoice.objects.at(self.moment, for_sums=for_sums).of_account(self.account)

    def last_upload(self) -> LastUpload | None:
        """Return the last upload that the report contains; None where there was none yet."""
        return self.known.last_upload if self.known else moments.uploads.last_upload(self.account.pk)

    @property
    def query(self) -> dict[str, Any]:
        """What an address names to show the very same again, whatever is uploaded meanwhile."""
        known = moment_text(self.known.moment) if self.known else self.named
        return {"account": self.account.pk, "asOf": self.day.isoformat(), **({"knownAt": known} if known else {})}


class HeadForm(forms.Form):
    """The day, and what was known. Where it is valid, it has a `head`."""

    asOf = DayField(gettext_lazy("As of"))
    knownAt = forms.CharField(required=False, max_length=64, label=gettext_lazy("Known at"))

    def __init__(self, account: Account, data: Any):
        super().__init__(data)
        self.account = account
        self.head: Head | None = None
        self.is_not_known = False  # what was open at the moment that is named

    def clean_knownAt(self) -> Any:
        text = self.cleaned_data["knownAt"]
        try:
            return MomentField(allows_now=True).run_validation(text) if text else None
        except Unreadable:
            message = _("“%(text)s” is neither a moment nor a load. Choose one of the answers above.")
            raise forms.ValidationError(message % {"text": text}) from None

    def clean(self) -> dict[str, Any]:
        if self.errors:
            return self.cleaned_data
        try:
            day, known = known_at(self.account.pk, self.cleaned_data["knownAt"], self.cleaned_data["asOf"])
        except Unprocessable as problem:
            self.is_not_known = True
            self.add_error("knownAt", why_not_answerable(self.account.pk, problem))
        else:
            self.head = Head(self.account, day, self.data.get("knownAt", ""), known)
        return self.cleaned_data

    @property
    def day(self) -> date:
        """The day that is chosen, whether or not it can be answered."""
        return (self.head and self.head.day) or self.cleaned_data.get("asOf") or today()

    def choices(self) -> list[tuple[str, str, bool]]:
        """Return each answer to what was known: its text, how an address names it, and whether it is this report's."""
        found: list[tuple[str, str, datetime | None]] = [(_("now"), "", None)]
        if self.day < today():
            over = end_of_day(self.day)
            after = [(_after_load(load), f"{LOAD}{load.id}", load.moment) for load in night_feeds(self.account, over)]
            found = [(_("at the end of that day"), "", over), *after, (_("now, aged to that day"), NOW, None)]
        if self.head is None:
            return [(text, name, False) for text, name, _moment in found]
        here = self.head.moment
        if here and here not in [moment for _text, _name, moment in found]:
            found.append((moment_shown(here), self.head.named, here))
        return [(text, name, moment == here) for text, name, moment in found]


def night_feeds(account: Account, over: datetime) -> list[EndedLoad]:
    """Return the first full load after the end of a day, and those of the following hours that cover further company
    codes: where each code has its own load, the month is over with the last of them.
    """
    loads: list[EndedLoad] = []
    load = moments.uploads.first_full_load(account.pk, over)
    for _attempt in range(MOST_LOADS):
        if load is None or (loads and load.moment > loads[0].moment + timedelta(days=1)):
            break
        if not loads or set(load.company_codes) - {code for each in loads for code in each.company_codes}:
            loads.append(load)
        load = moments.uploads.first_full_load(account.pk, load.moment)
    return loads


def _after_load(load: EndedLoad) -> str:
    codes = ", ".join(code or _("none") for code in load.company_codes)
    text = _("after the full load of %(moment)s (company code %(codes)s)")
    return text % {"moment": moment_shown(load.moment), "codes": codes}


def account_of_query(request: HttpRequest, data: QueryDict) -> Account | None:
    """Return the account that is named, or the first that the member of staff sees; None of somebody who sees none.
    Raises Http404 for any other.
    """
    accounts = accounts_of(request)
    if not (pk := data.get("account")):
        return accounts[0] if accounts else None
    account = next((account for account in accounts if str(account.pk) == pk), None)
    if account is None:
        raise Http404
    return account


def checked_query(request: HttpRequest, *others: str, names: Sequence[str] = NAMES) -> QueryDict:
    """Return the query of the address. Raises BadRequest for what no report has: it must not be ignored."""
    query = without_empty(request.GET)
    if set(query) - {*names, *others}:
        raise BadRequest("the address names a parameter that this report does not have")
    return query


def head_context(form: HeadForm, name: str, **others: str) -> dict[str, Any]:
    """Return what the head of a report's page shows; `others` are further parameters of its address."""
    of_account = {"account": form.account.pk, **others}
    this_day = of_account | {"asOf": form.day.isoformat()}
    days = [(_("Today"), today()), *((date_format(day, "DATE_FORMAT"), day) for day in month_ends(today()))]
    known = [(text, this_day | ({"knownAt": named} if named else {}), is_it) for text, named, is_it in form.choices()]
    return {
        "form": form,
        "others": others,
        "days": [(text, address(name, of_account | {"asOf": day.isoformat()}), day == form.day) for text, day in days],
        "known": [(text, address(name, query), is_it) for text, query, is_it in known],
        "remedy": address(name, this_day | {"knownAt": NOW}) if form.is_not_known else None,
        **(_moment_context(form.head) if form.head else {}),
    }


def _moment_context(head: Head) -> dict[str, Any]:
    last = head.last_upload()
    return {
        "head": head,
        "moment": head.moment and moment_shown(head.moment),
        "last_upload": last,
        "last_merged": last and moment_shown(last.merged_at),
        "last_extracted": last and last.extracted_at and moment_shown(last.extracted_at),
    }


def month_ends(day: date) -> list[date]:
    """Return the last days of the months before a day's, the latest first."""
    ends = [day.replace(day=1) - timedelta(days=1)]
    while len(ends) < MONTH_ENDS:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends


def address(name: str, query: dict[str, Any]) -> str:
    """Return the address of a report."""
    return f"{reverse(name)}?{urlencode(query)}"
