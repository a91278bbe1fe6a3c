"""The filter that shows the list of invoices as it was at a moment, its ages counted to a day."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import accounts_of, listed_accounts
from config.api.problems import Unprocessable
from receivables.admin.shared.as_of import AS_OF, KNOWN_AT, MomentField, as_of, moment_shown, why_not_answerable
from receivables.admin.shared.cells import day
from receivables.admin.shared.filters import CheckedFilter, DayField
from receivables.reports.moments import answerable


class KnownAtFilter(CheckedFilter):
    """The list has the rows of that moment already (`InvoiceAdmin.shown_rows`), so that every other filter is of them.
    Here a moment is refused that cannot be answered.
    """

    title, parameter_names = _("As it was"), [KNOWN_AT, AS_OF]
    form_fields = {KNOWN_AT: MomentField(_("Known at (UTC)")), AS_OF: DayField(_("Ages as of"))}

    def condition(self, values: dict[str, Any]) -> Q:
        return Q()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().queryset(request, queryset)
        moment = as_of(request).known_at
        reasons = _why_not(request, moment) if moment else []
        for reason in reasons:
            messages.error(request, reason)
        return found.none() if reasons else found

    def value_text(self, name: str, value: str) -> str:
        named = as_of(self.request)
        if name == AS_OF:
            return str(day(named.day))
        return moment_shown(named.known_at) if named.known_at else value


def _why_not(request: HttpRequest, moment: datetime) -> list[str]:
    """Return of each listed account whose rows of then are not known why that is so."""
    names = {account.pk: account.name for account in accounts_of(request)}
    reasons = []
    for account in listed_accounts(request):
        try:
            answerable(account, moment, KNOWN_AT)
        except Unprocessable as problem:
            reason = why_not_answerable(account, problem)
            reasons.append(f"{names[account]}: {reason}" if len(names) > 1 else reason)
    return reasons
