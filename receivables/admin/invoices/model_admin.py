"""The list of invoices, and the page of one."""

from functools import partial
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apiauth.admin.base import BY_OWN_ACCOUNT, OF_ACCOUNT, accounts_of, without_empty
from apiauth.admin.cells import column
from apiauth.admin.long_lists import LongListAdmin
from config.exports.files import EXPORTS
from receivables.admin.invoices.customers import suggest_customers, with_customers
from receivables.admin.invoices.filters import INVOICE_FILTERS
from receivables.admin.invoices.page import page_context
from receivables.admin.invoices.views import export_invoices, remark_urls
from receivables.admin.shared.cells import (
    bucket_label,
    day,
    days_overdue,
    money,
    row_link,
    status_label,
    two_lines,
    with_buckets,
)
from receivables.admin.shared.checked_filters import active_filters
from receivables.admin.shared.searching import SearchedList, invoices_found
from receivables.models import Invoice

VIEWS: list[tuple[Any, dict[str, str]]] = [
    (_("All"), {}),
    (_("Open"), {"due": "open"}),
    (_("Overdue"), {"due": "overdue"}),
    (_("Over 90 days"), {"bucket": "4"}),
    (_("Changed since yesterday"), {"updated_since": "yesterday"}),
]


class InvoiceChangeList(SearchedList):
    """The invoices of a page, each with its customer."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = with_customers(list(self.result_list))

    @property
    def active_filters(self) -> list[tuple[str, str, str]]:
        return active_filters(self)

    @property
    def views(self) -> list[tuple[Any, str, bool]]:
        """The lists that are often opened: name, address, and whether it is this one. They stay with the account."""
        current = {name: values[-1] for name, values in self.filter_params.items() if name != OF_ACCOUNT}
        start = self.whole + ("&" if len(self.whole) > 1 else "")
        return [(name, start + urlencode(view), current == view) for name, view in VIEWS]

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

    def shown_rows(self) -> QuerySet[Invoice]:
        return with_buckets(Invoice.objects.select_related("account")).prefetch_related("tags")

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
    def overdue(self, invoice: Invoice) -> SafeString | None:
        days = days_overdue(invoice.due_date, invoice.open_amount)
        return None if days is None else format_html('<span class="money">{}</span>', days)

    @admin.display(description=_("company"))
    def company_of_account(self, invoice: Invoice) -> SafeString:
        return two_lines(invoice.company_code, invoice.account.name)

    @admin.display(description=_("open amount"), ordering="open_amount")
    def open(self, invoice: Invoice) -> SafeString | None:
        return money(invoice.open_amount, invoice.currency)

    @admin.display(description=_("age"))
    def age(self, invoice: Any) -> SafeString | None:
        return bucket_label(invoice.bucket, invoice.open_amount)

    @admin.display(description=_("status"))
    def state(self, invoice: Invoice) -> SafeString | None:
        tags = " ".join(f"#{tag.name}" for tag in invoice.tags.all())
        state = status_label(invoice.status)
        return two_lines(state or "", tags) if tags else state
