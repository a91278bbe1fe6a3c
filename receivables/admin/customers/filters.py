"""The filters of the list of customers; some order it by the open or overdue balance in one currency."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Exists, F, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import listed_accounts
from apiauth.models import Account
from config.admin.pages import LinksFilter
from customers.models import Customer
from receivables.figures.caching import CacheStatus, cache_statuses, refresh_figures
from receivables.figures.sums import Position, merged
from receivables.models import Invoice, today

NO_CODE = " "  # which no company code is, for texts are trimmed as they come in


def _without_items(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Look for the items of each customer by itself: NOT EXISTS reads the whole table of invoices."""
    items = Invoice.objects.of_outer_customer()
    return customers.alias(any_item=Subquery(items.values("pk")[:1])).filter(any_item=None)


class ItemsFilter(LinksFilter):
    title, parameter_name = _("open items"), "items"
    options = {
        "open": (
            _("With open items"),
            lambda customers: customers.filter(Exists(Invoice.objects.of_outer_customer().open())),
        ),
        "overdue": (
            _("With overdue items"),
            lambda customers: customers.filter(Exists(Invoice.objects.of_outer_customer().open().overdue(today()))),
        ),
        "none": (_("Without any invoice"), _without_items),
    }


class CompanyCodeFilter(LinksFilter):
    title, parameter_name = _("company code"), "company_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        listed = model_admin.get_queryset(request).filter(account__in=listed_accounts(request))
        codes = listed.order_by("company_code").values_list("company_code", flat=True)
        return [(code or NO_CODE, code or _("None")) for code in codes.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        code = self.value()
        return queryset if code is None else queryset.filter(company_code=code.strip())


OVERDUE_AMOUNT, OPEN_AMOUNT = "overdue_in_currency", "open_in_currency"


ORDERS = ["most_overdue", "largest_open"]  # the filters' names in the address


# How long a page waits for new balances where there are earlier ones, and where there are none.
PATIENCE_SECONDS = 5


FIRST_TIME_SECONDS = 60


class BalanceFilter(LinksFilter, ABC):
    """Customers with a balance in one currency, the largest first.

    They are ordered by cached balances, which are refreshed when a list needs them. Whoever orders the list by the
    column of these amounts without a currency gets the currency of most items: amounts of several are never compared.
    """

    balances: str  # the customers' cached balances
    column: str  # of the list
    amount: str  # what they are ordered by
    nothing: Any  # the message where no customer has such a balance

    @abstractmethod
    def has_balances(self, position: Position) -> bool:
        """Whether any customer has such a balance in the currency of the position."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        columns = [part.lstrip("-") for part in request.GET.get(ORDER_VAR, "").split(".")]
        shown = model_admin.get_list_display(request)
        self.is_by_column = self.column in shown and str(shown.index(self.column)) in columns
        self.cache_statuses = _cache_statuses(request, is_needed=self.is_by_column or self.value() is not None)
        positions = merged(status.figures for status in self.cache_statuses if status.figures).positions
        found = [(one.currency, one.currency) for one in positions if one.currency and self.has_balances(one)]
        if self.is_by_column and found and not self.value():
            in_address = {request.GET.get(name) for name in ORDERS}
            currencies = [currency for currency, _name in found if currency in in_address] or [found[0][0]]
            self.used_parameters[str(self.parameter_name)] = currencies[0]
        return found

    def has_output(self) -> bool:
        """A currency in the address is always shown, even without choices."""
        return self.value() is not None or super().has_output()

    def choices(self, changelist: Any) -> Iterator[Any]:
        by_number, *by_amount = super().choices(changelist)
        yield from by_amount
        if self.value() is not None:
            without = changelist.get_query_string(remove=[self.parameter_name, ORDER_VAR])
            yield by_number | {"display": _("By number"), "query_string": without}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        currency = self.value()
        if currency is None:
            if self.is_by_column and any(status.figures is None for status in self.cache_statuses):
                messages.info(request, _("The balances are still being calculated. Try again in a minute."))
            return queryset
        if "\0" in currency or currency not in dict(self.lookup_choices):
            messages.info(request, self.nothing % {"currency": currency})
            return queryset.none()
        if self.is_by_column and len(self.lookup_choices) > 1:
            sentence = _("Amounts in different currencies are not compared. The list shows %(currency)s.")
            messages.info(request, sentence % {"currency": currency})
        earlier = [one.cached.computed_at for one in self.cache_statuses if one.cached and not one.is_current]
        if earlier:
            sentence = _("Rows are being uploaded. Customers are sorted by their balances of %(moment)s (UTC).")
            messages.info(request, sentence % {"moment": date_format(min(earlier), "DATETIME_FORMAT")})
        of_currency = {f"{self.balances}__account": F("account"), f"{self.balances}__currency": currency}
        return queryset.filter(**of_currency).annotate(**{self.amount: F(f"{self.balances}__amount")})


class LargestOverdueFilter(BalanceFilter):
    title, parameter_name = _("largest overdue amount in"), "most_overdue"
    balances, column, amount = "overdue_balances", "overdue_amount", OVERDUE_AMOUNT
    nothing = _("Nothing is overdue in “%(currency)s”.")

    def has_balances(self, position: Position) -> bool:
        return position.overdue.items > 0


class LargestOpenFilter(BalanceFilter):
    title, parameter_name = _("largest balance in"), "largest_open"
    balances, column, amount = "open_balances", "open_balance", OPEN_AMOUNT
    nothing = _("Nothing is open in “%(currency)s”.")

    def has_balances(self, position: Position) -> bool:
        return position.items > position.without_amount


def _cache_statuses(request: HttpRequest, *, is_needed: bool) -> list[CacheStatus]:
    """Return the cache status of each listed account, refreshed if its balances are needed; it is looked up once."""
    cached: Any = request
    accounts = Account.objects.filter(pk__in=listed_accounts(request))
    if not hasattr(cached, "cache_statuses"):
        cached.cache_statuses = cache_statuses(accounts)
    if is_needed and (due := [status for status in cached.cache_statuses if status.is_due]):
        is_first_time = any(status.figures is None for status in due)
        refresh_figures(due, FIRST_TIME_SECONDS if is_first_time else PATIENCE_SECONDS)
        cached.cache_statuses = cache_statuses(accounts)
    found: list[CacheStatus] = cached.cache_statuses
    return found
