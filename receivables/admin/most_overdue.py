"""The order of customers by what they owe that is overdue, in one currency: amounts of several are never compared."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apiauth.admin.base import listed_accounts
from apiauth.models import Account
from customers.models import Customer
from receivables.admin.customer_filters import LinksFilter
from receivables.figures.keeping import Standing, make_anew, standings
from receivables.figures.sums import merged

AMOUNT = "overdue_in_currency"
# How long a page may be kept back for balances that changed; after that it stands in the order of earlier ones. Where
# there are none, it waits until there are.
PATIENCE_SECONDS = 5
FIRST_TIME_SECONDS = 60


class MostOverdueFilter(LinksFilter):
    """Customers with overdue items in one currency, those who owe most of it first.

    Their order is that of balances which are kept, and brought up to date where somebody asks for it.
    """

    title, parameter_name = gettext_lazy("most overdue in"), "most_overdue"
    parameter_names = ["most_overdue"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        accounts = Account.objects.filter(pk__in=listed_accounts(request))
        self.standings = standings(accounts)
        if self.value() and (due := [standing for standing in self.standings if standing.is_due]):
            is_first_time = any(standing.figures is None for standing in due)
            make_anew(due, FIRST_TIME_SECONDS if is_first_time else PATIENCE_SECONDS)
            self.standings = standings(accounts)
        positions = merged(standing.figures for standing in self.standings if standing.figures).positions
        return [(one.currency, one.currency) for one in positions if one.currency and one.overdue.items]

    def has_output(self) -> bool:
        """What is asked for is answered, though there be nothing to choose."""
        return self.value() is not None or super().has_output()

    def choices(self, changelist: Any) -> Iterator[Any]:
        by_number, *by_amount = super().choices(changelist)
        yield from by_amount
        yield by_number | {"display": _("By number")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        currency = self.value()
        if currency is None:
            return queryset
        if "\0" in currency or currency not in dict(self.lookup_choices):
            messages.info(request, _("Nothing is overdue in “%(currency)s”.") % {"currency": currency})
            return queryset.none()
        if remark := _remark_on_age(self.standings):
            messages.info(request, remark)
        owing = queryset.filter(overdue_balances__account=F("account"), overdue_balances__currency=currency)
        return owing.annotate(**{AMOUNT: F("overdue_balances__amount")})


def _remark_on_age(standings: list[Standing]) -> str:
    """Return of when the order is, where it is not of now."""
    earlier = [standing.kept.computed_at for standing in standings if standing.kept and not standing.is_current]
    if not earlier:
        return ""
    moment = date_format(min(earlier), "DATETIME_FORMAT")
    return _("Rows are coming in: customers stand in the order of %(moment)s (UTC).") % {"moment": moment}
