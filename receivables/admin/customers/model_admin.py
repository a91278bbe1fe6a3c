"""Customers and what they owe: the list, the page of one, its statement of account as the API gives it."""

from datetime import date
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from django.contrib import admin, messages
from django.contrib.admin.views.main import ORDER_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError as InvalidParameters
from rest_framework.request import Request

from apiauth.admin.base import BY_OWN_ACCOUNT, OF_ACCOUNT, accounts_of, without_empty
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
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.shared.cells import with_buckets
from receivables.admin.shared.fields import nested
from receivables.admin.shared.filters import SearchedList, UpdatedSinceFilter, customers_found
from receivables.admin.shared.timeline import length, timeline
from receivables.models import OPEN, Invoice, today
from receivables.money import invoice_amount_expression
from receivables.reports.parameters import StatementParametersSerializer
from receivables.reports.statement_serializers import file_headers
from receivables.reports.statement_views import StatementView

FIGURES = ["open_balance", "overdue_amount", "oldest_due_date", "open_items"]
LISTED_INVOICES = 50
AMOUNTS = {OVERDUE_AMOUNT, OPEN_AMOUNT}
OF_INVOICES = (ItemsFilter, LargestOverdueFilter, LargestOpenFilter)


def may_see_invoices(request: HttpRequest) -> bool:
    return request.user.has_perm("receivables.view_invoice")


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

    def shown_rows(self) -> QuerySet[Customer]:
        return super().shown_rows().select_related("account")

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [by for by in self.list_filter if by not in OF_INVOICES or may_see_invoices(request)]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return customers_found(queryset, search_term), False

    def get_urls(self) -> list[Any]:
        statement = self.admin_site.admin_view(self.statement_view)
        return [
            path("<path:object_id>/statement/", statement, name="customers_customer_statement"),
            *super().get_urls(),
        ]

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
        customer: Any = context["original"]
        page = {
            "title": customer.name or customer.customer_number,
            "mail_address": mail_address(customer.email_address),
            "extra": [(key, nested(value)) for key, value in customer.extra.items()],
            "timeline": timeline(customer, length(request)),
            "may_see_invoices": may_see_invoices(request),
        }
        owed = self._owed(request, customer) if may_see_invoices(request) else {}
        return super().render_change_form(request, context | page | owed, *args, **kwargs)

    def _owed(self, request: HttpRequest, customer: Customer) -> dict[str, Any]:
        day = today()
        invoices = list(listed_invoices(customer)[: LISTED_INVOICES + 1])
        own: dict[str, Any] = {
            "customer": customer.customer_number,
            "customer_code": f"{EXACT_PREFIX}{customer.company_code}",
            OF_ACCOUNT: customer.account_id,
        }
        return {
            "balances": [balances.balance_row(balance, day) for balance in balances.balances_by_age(customer, day)],
            "today": day,
            "as_of": statement_day(request, "asOf") or day,
            "from_date": statement_day(request, "from"),
            "invoices": [balances.invoice_row(invoice) for invoice in invoices[:LISTED_INVOICES]],
            "has_more_invoices": len(invoices) > LISTED_INVOICES,
            "invoice_list": f"{reverse('admin:receivables_invoice_changelist')}?{urlencode(own)}",
        }

    def statement_view(self, request: HttpRequest, object_id: str) -> Any:
        """Answer with the statement of account as the API gives it, or say on the customer's page why there is none."""
        customer = self.existing(request, object_id)
        if not (self.has_view_permission(request, customer) and may_see_invoices(request)):
            raise PermissionDenied
        request.GET = without_empty(request.GET)  # type: ignore[assignment]
        try:
            return StaffStatementView.as_view(customer=customer)(request, pk=customer.pk)
        except InvalidParameters as error:
            details: Any = error.detail
            for name, problems in details.items():
                for problem in problems:
                    messages.error(request, _reason(name, problem, request.GET.get(name, "")))
        here = reverse("admin:customers_customer_change", args=[customer.pk])
        return HttpResponseRedirect(f"{here}?{request.GET.urlencode()}")


def listed_invoices(customer: Customer) -> QuerySet[Invoice]:
    """Return a customer's invoices, the open ones first, by due date; each with its aging bucket."""
    items: Any = with_buckets(Invoice.objects.for_customer(customer))
    shown = items.annotate(amount=invoice_amount_expression(), is_open=Q(OPEN))
    return shown.order_by("-is_open", F("due_date").asc(nulls_last=True), "id")


def statement_day(request: HttpRequest, name: str) -> date | None:
    """Return a day from the statement's form, which shows it again; None if it is no day."""
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def mail_address(text: str) -> str:
    """Return the link that begins a mail, if the text of a feed looks like an address."""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return f"mailto:{quote(text, safe='@')}"


class StaffStatementView(StatementView):
    """The statement of a customer that the admin has found. Raises InvalidParameters for invalid parameters."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    customer: Any = None  # a Customer, which as_view() is given

    def get_object(self) -> Customer:
        return self.customer

    def get(self, request: Request, pk: int) -> Any:
        response = super().get(request, pk)
        if "Content-Disposition" not in response:  # a download has a name, in JSON too
            parameters = StatementParametersSerializer(data=request.query_params.dict())
            parameters.is_valid(raise_exception=True)
            kind: Any = request.accepted_renderer
            for name, value in file_headers(self.customer, parameters.validated_data["as_of"], kind).items():
                response[name] = value
        return response

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, InvalidParameters):
            raise exc
        return super().handle_exception(exc)


def _reason(name: str, problem: Any, value: str) -> Any:
    """Return why a parameter of a statement is invalid, in a sentence for staff."""
    if problem.code == "invalid" and name in ("asOf", "from"):
        return _("“%(day)s” is not a date. Choose one, or write it like 2026-01-31.") % {"day": value}
    if problem.code == "from_after_as_of":
        return _("The first day is after the last day. Choose an earlier first day or a later last day.")
    if problem.code == "too_many_items":
        return _(
            "There are too many items for this kind of file. Choose a later first day, or CSV, which has no limit."
        )
    return str(problem)
