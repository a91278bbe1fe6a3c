"""The list of invoices, its export, and the customers that invoices belong to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import BY_OWN_ACCOUNT, OF_ACCOUNT, UnreadableList, accounts_of, listed_accounts, without_empty
from apiauth.admin.cells import column
from apiauth.admin.long_lists import LongListAdmin
from apiauth.quotas import slot_of_file
from config.exports.files import EXPORTS, export
from customers.imported.as_of import rows_sql
from customers.models import Customer
from receivables.admin.invoices.filters import INVOICE_FILTERS
from receivables.admin.invoices.page import page_context, remark_urls
from receivables.admin.shared.as_of import AS_OF, KNOWN_AT, AsOf, as_of, moment_shown
from receivables.admin.shared.cells import (
    age_label,
    day,
    days_overdue,
    money,
    row_link,
    status_label,
    two_lines,
    with_buckets,
)
from receivables.admin.shared.filters import SearchedList, active_filters, customers_found, invoices_found
from receivables.api.views import InvoiceSerializer
from receivables.models import Invoice, today
from receivables.models.customer_matching import owed_by_customer

VIEWS: list[tuple[Any, dict[str, str]]] = [
    (_("All"), {}),
    (_("Open"), {"due": "open"}),
    (_("Overdue"), {"due": "overdue"}),
    (_("Over 90 days"), {"bucket": "4"}),
    (_("Changed since yesterday"), {"updated_since": "yesterday"}),
]
MOST_SUGGESTIONS = 20
_CUSTOMERS_OF = """
SELECT customer.*, owed.id AS invoice_id FROM receivables_invoice AS owed
JOIN {customers} AS customer ON {owed_by_customer}
WHERE owed.account_id = {account} AND owed.id = ANY(%(ids)s)
"""


class InvoiceChangeList(SearchedList):
    """The invoices of a page, each with its customer."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.as_of = as_of(request)
        self.result_list = with_customers(list(self.result_list), self.as_of.known_at)
        for invoice in self.result_list:
            invoice.days_overdue = days_overdue(invoice.due_date, invoice.open_amount, self.as_of.day)

    @property
    def active_filters(self) -> list[tuple[str, str, str]]:
        return active_filters(self)

    @property
    def views(self) -> list[tuple[Any, str, bool]]:
        """The lists that are often opened: name, address, and whether it is this one. They stay with the account and
        with the moment.
        """
        named = {name: values[-1] for name, values in self.filter_params.items()}
        stays = {name: named.pop(name) for name in (OF_ACCOUNT, KNOWN_AT, AS_OF) if name in named}
        return [(name, f"?{urlencode(stays | view)}", named == view) for name, view in VIEWS]

    @property
    def moment_above(self) -> dict[str, Any]:
        """What is said above a list that is not as of now: of which moment it is, to which day it counts ages, and the
        address of the list as it is now. Nothing of any other list.
        """
        if self.as_of == AsOf(today()):
            return {}
        known_at = self.as_of.known_at
        without = self.get_query_string({KNOWN_AT: None, AS_OF: None})
        return {"known_at": known_at and moment_shown(known_at), "day": day(self.as_of.day), "without": without}

    @property
    def files(self) -> list[tuple[str, str]]:
        """The kinds of files, each with the address of the list as one."""
        query, address = self.get_query_string(), "admin:receivables_invoice_export"
        return [(kind.format.upper(), reverse(address, args=[kind.format]) + query) for kind in EXPORTS]


@admin.register(Invoice)
class InvoiceAdmin(LongListAdmin):
    changelist_class = InvoiceChangeList
    list_display = ["number", "customer", "company", "due", "overdue", "open", "age", "state"]
    list_display_links = ["number"]
    sortable_by = ["number", "customer", "due", "open"]
    ordering = ["due_date"]
    list_filter = [BY_OWN_ACCOUNT, *INVOICE_FILTERS]
    list_filter_submit = True
    list_before_template = "admin/receivables/invoice/above_list.html"
    search_fields = ["invoice_number"]  # what is searched says get_search_results
    search_help_text = _("Number, name or reference")
    change_form_template = "admin/receivables/invoice/page.html"
    empty_value_display = "–"  # noqa: RUF001 - as in ledgers

    class Media:
        css = {"all": ["receivables/rows.css", "receivables/invoices.css"]}
        js = ["receivables/invoices.js"]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Name each row's account to those who see several."""
        several = len(accounts_of(request)) > 1
        return ["company_of_account" if several and name == "company" else name for name in self.list_display]

    def shown_rows(self, request: HttpRequest) -> QuerySet[Invoice]:
        named = as_of(request)
        rows = Invoice.objects.at(named.known_at).select_related("account")
        return with_buckets(rows, named.day).prefetch_related("tags")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return invoices_found(queryset, search_term), False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("export/<str:kind>/", view(partial(export_invoices, self)), name="receivables_invoice_export"),
            path("customers/", view(partial(suggest_customers, self)), name="receivables_invoice_customers"),
            *remark_urls(self),
        ]
        return own + super().get_urls()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Leave empty filters out of the address, so that it can be read and saved."""
        if (query := without_empty(request.GET)) != request.GET:
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
        title = {"title": _("Invoices"), "subtitle": None}
        return super().changelist_view(request, title | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> TemplateResponse:
        with_customers([obj])
        return super().render_change_form(request, context | page_context(request, obj), *args, obj=obj, **kwargs)

    number = column(_("invoice"), attrgetter("invoice_number"), ordering="invoice_number")
    company = column(_("company"), attrgetter("company_code"))

    @admin.display(description=_("due date"), ordering="due_date")
    def due(self, invoice: Invoice) -> SafeString | None:
        return day(invoice.due_date)

    @admin.display(description=_("customer"), ordering="customer_number_key")
    def customer(self, invoice: Any) -> SafeString:
        number = invoice.customer_number
        link = row_link("customers_customer", invoice.customer.pk, number) if invoice.customer else number
        return two_lines(link, invoice.shown_customer_name)

    @admin.display(description=_("Days overdue"))
    def overdue(self, invoice: Any) -> SafeString | None:
        days = invoice.days_overdue
        return None if days is None else format_html('<span class="money">{}</span>', days)

    @admin.display(description=_("company"))
    def company_of_account(self, invoice: Invoice) -> SafeString:
        return two_lines(invoice.company_code, invoice.account.name)

    @admin.display(description=_("open amount"), ordering="open_amount")
    def open(self, invoice: Invoice) -> SafeString | None:
        return money(invoice.open_amount, invoice.currency)

    @admin.display(description=_("age"))
    def age(self, invoice: Any) -> SafeString | None:
        return age_label(invoice)

    @admin.display(description=_("status"))
    def state(self, invoice: Invoice) -> SafeString | None:
        tags = " ".join(f"#{tag.name}" for tag in invoice.tags.all())
        state = status_label(invoice.status)
        return two_lines(state or "", tags) if tags else state


def with_customers(invoices: Sequence[Any], known_at: datetime | None = None) -> Sequence[Any]:
    """Give each invoice its `customer`, None if no customer matches, by one query for all of them; and its
    `shown_customer_name`, which is the invoice's own where the customer has none. Customers are as they were at a
    moment, if one is given.
    """
    accounts, ids = list({invoice.account_id for invoice in invoices}), [invoice.pk for invoice in invoices]
    # Written out where it is one, for a cluster to ask its machine alone.
    account, of_account = ("%(account)s",) * 2 if len(accounts) == 1 else ("ANY(%(accounts)s)", "owed.account_id")
    table = f"({rows_sql(Customer, known_at)})" if known_at else Customer._meta.db_table
    query = _CUSTOMERS_OF.format(
        customers=table, account=account, owed_by_customer=owed_by_customer(of_account, known_at)
    )
    parameters = {"accounts": accounts, "account": accounts[0], "ids": ids} if invoices else {}
    found: Any = Customer.objects.raw(query, parameters) if invoices else []
    customers = {customer.invoice_id: customer for customer in found}
    for invoice in invoices:
        invoice.customer = customers.get(invoice.pk)
        invoice.shown_customer_name = (invoice.customer and invoice.customer.name) or invoice.customer_name
    return invoices


def suggest_customers(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """Return some customers of one's own accounts that a search finds: each number once, with the names it has."""
    if not (model_admin.has_view_permission(request) and request.user.has_perm("customers.view_customer")):
        raise PermissionDenied
    own = Customer.objects.filter(account__in=accounts_of(request))
    found = customers_found(own, request.GET.get("term", ""))
    names: dict[str, list[str]] = defaultdict(list)
    for customer in found[:MOST_SUGGESTIONS]:
        names[customer.customer_number].append(customer.name)
    results = [{"number": number, "name": ", ".join(filter(None, dict.fromkeys(own)))} for number, own in names.items()]
    return JsonResponse({"results": results})


def export_invoices(model_admin: Any, request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return all rows of the list that the address names as one file, under the API's field names; where rows of
    several accounts may be in it, each begins with its account.
    """
    renderers = {renderer.format: renderer for renderer in EXPORTS}
    if kind not in renderers:
        raise Http404
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        listed = model_admin.get_changelist_instance(request)
    except UnreadableList as error:
        return model_admin.unreadable_list(request, error)
    fields: Any = InvoiceSerializer().fields
    columns: dict[str, Any] = {name: Invoice._meta.get_field(field.source) for name, field in fields.items()}
    rows = listed.queryset.prefetch_related(None)
    if len(listed_accounts(request)) > 1:
        account_name: Any = CharField()
        account_name.set_attributes_from_name("account_name")
        rows, columns = rows.annotate(account_name=F("account__name")), {"account": account_name, **columns}
    return export(rows, columns, renderers[kind](), "invoices", slot_of_file(None))
