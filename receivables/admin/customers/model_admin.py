"""Customers and what they owe: the list, with the balances of those of a page."""

from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import BY_OWN_ACCOUNT, accounts_of
from apiauth.admin.cells import column
from apiauth.admin.long_lists import LongListAdmin
from customers.models import Customer
from receivables.admin.customers import balances
from receivables.admin.customers.filters import (
    OPEN_AMOUNT,
    ORDERS,
    OVERDUE_AMOUNT,
    BalanceFilter,
    CompanyCodeFilter,
    ItemsFilter,
    LargestOpenFilter,
    LargestOverdueFilter,
)
from receivables.admin.customers.page import may_see_invoices, page_context
from receivables.admin.customers.statement import statement
from receivables.admin.shared.filters import SearchedList, UpdatedSinceFilter, customers_found
from receivables.models import today

FIGURES = ["open_balance", "overdue_amount", "oldest_due_date", "open_items"]
AMOUNTS = {OVERDUE_AMOUNT, OPEN_AMOUNT}
OF_INVOICES = (ItemsFilter, LargestOverdueFilter, LargestOpenFilter)


class CustomerList(SearchedList):
    """The list of customers, each of the page with its balances."""

    def shortcuts(self) -> list[Any]:
        """Return the title and the choices of each filter by balance, which are shown above the list, too. The first
        choice of all clears them.
        """
        shown = [by for by in self.filter_specs if isinstance(by, OF_INVOICES)]
        named = [(by.title, list(by.choices(self))) for by in shown]
        if named:
            without = self.get_query_string(remove=[ItemsFilter.parameter_name, *ORDERS, ORDER_VAR])
            named[0][1][0] |= {"query_string": without, "selected": not any(by.value() for by in shown)}
        return named

    def get_ordering(self, request: HttpRequest, queryset: Any) -> list[Any]:
        """Order by the amounts of a filter, as their index is, or else by a column."""
        known = [by.amount for by in self.filter_specs if isinstance(by, BalanceFilter) and by.value()]
        amounts = [name for name in known if name in queryset.query.annotations]
        if amounts and not self.params.get(ORDER_VAR):
            return [f"-{amounts[0]}", "pk"]
        columns = [by for by in super().get_ordering(request, queryset) if by.lstrip("-") not in AMOUNTS - set(amounts)]
        first = columns[0]
        return [first, "pk" if first.startswith("-") else "-pk"] if first.lstrip("-") in AMOUNTS else columns

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Any = list(self.result_list)
        found = balances.balances_of(self.result_list, today()) if may_see_invoices(request) else {}
        for customer in self.result_list:
            customer.balances = found.get(customer.pk, [])


@admin.register(Customer)
class CustomerAdmin(LongListAdmin):
    changelist_class = CustomerList
    list_filter = [*OF_INVOICES, CompanyCodeFilter, UpdatedSinceFilter, BY_OWN_ACCOUNT]
    list_before_template = "admin/customers/customer/shortcuts.html"
    list_filter_submit = True
    list_fullwidth = True
    ordering = ["account_id", "customer_number_key", "company_code"]  # those of an index
    search_fields = ["customer_number"]  # that there is a search; get_search_results says how
    search_help_text = _("Number, name or e-mail")
    sortable_by = ["number", "open_balance", "overdue_amount"]

    class Media:
        css = {"all": ["receivables/rows.css", "receivables/customers.css"]}

    def get_list_display(self, request: HttpRequest) -> list[str]:
        figures = FIGURES if may_see_invoices(request) else []
        sees_several = len(accounts_of(request)) > 1
        return ["number", "name", "company", *figures, "mail", *(["account"] if sees_several else [])]

    def shown_rows(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().shown_rows(request).select_related("account")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [by for by in self.list_filter if by not in OF_INVOICES or may_see_invoices(request)]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return customers_found(queryset, search_term), False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(partial(statement, self))
        return [path("<path:object_id>/statement/", view, name="customers_customer_statement"), *super().get_urls()]

    number = column(_("number"), attrgetter("customer_number"), ordering="customer_number_key")
    name = column(_("name"), attrgetter("name"))
    company = column(_("company code"), attrgetter("company_code"))
    mail = column(_("e-mail"), balances.mail_address)

    @admin.display(description=_("open balance"), ordering=f"-{OPEN_AMOUNT}")
    def open_balance(self, customer: Any) -> str:
        return balances.stacked(balances.open_amount(balance) for balance in customer.balances)

    @admin.display(description=_("overdue"), ordering=f"-{OVERDUE_AMOUNT}")
    def overdue_amount(self, customer: Any) -> str:
        return balances.stacked(balances.overdue_amount(balance) for balance in customer.balances)

    oldest_due_date = column(
        _("oldest due date"), lambda customer: balances.oldest_due_date(customer.balances, today())
    )
    open_items = column(_("open items"), lambda customer: balances.open_items(customer.balances))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = page_context(request, context["original"])
        return super().render_change_form(request, context | shown, *args, **kwargs)
