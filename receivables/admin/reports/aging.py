"""The aging report as staff read it: by customer, a page at a time, by company code or by currency; as of any day."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from rest_framework.exceptions import ValidationError as Unreadable

from apiauth.admin.base import accounts_of
from config.admin.pages import admin_page
from config.api.pagination import encoded_cursor
from receivables.admin.reports.head import Head, HeadForm, account_of_query, address, checked_query, head_context
from receivables.admin.reports.links import items_address
from receivables.admin.shared.cells import BUCKET_NAMES, parts
from receivables.money import shown
from receivables.reports.aging import CUSTOMER, aging_query, customer_aging_page
from receivables.reports.fields import CursorField
from receivables.reports.parameters import ORDERS, Grouping

ROWS = 100  # on a page
NO_DUE_DATE = 5  # the index of a bucket that most ledgers have nothing in
GROUPINGS = {
    Grouping.CUSTOMER: gettext_lazy("Customer"),
    Grouping.COMPANY_CODE: gettext_lazy("Company code"),
    Grouping.CURRENCY: gettext_lazy("Currency"),
}


class AgingForm(HeadForm):
    groupBy = forms.ChoiceField(choices=list(GROUPINGS.items()), required=False)
    cursor = forms.CharField(required=False)

    def clean_groupBy(self) -> str:
        return self.cleaned_data["groupBy"] or Grouping.CUSTOMER

    def clean_cursor(self) -> list[str]:
        text = self.cleaned_data["cursor"]
        try:
            return CursorField().run_validation(text) if text else []
        except Unreadable:
            raise forms.ValidationError(_("The address of this page is damaged. Show the first page.")) from None


@require_safe
@permission_required("receivables.view_invoice", raise_exception=True)
def aging_page(request: HttpRequest) -> HttpResponse:
    query = checked_query(request, "groupBy", "cursor")
    account = account_of_query(request, query)
    context: dict[str, Any] = {"accounts": accounts_of(request), "account": account}
    if account:
        form = AgingForm(account, query)
        is_valid = form.is_valid()
        group_by = form.cleaned_data.get("groupBy", Grouping.CUSTOMER)
        context |= head_context(form, "aging-page", groupBy=str(group_by))
        if is_valid and form.head:
            context |= _report(request, form.head, group_by, form.cleaned_data["cursor"])
    return admin_page(request, "admin/reports/aging.html", _("Aging"), **context)


def _report(request: HttpRequest, head: Head, group_by: str, cursor: list[str]) -> dict[str, Any]:
    totals = list(aging_query(head.items(for_sums=True), "currency", parts(head.day)))
    rows = aging_rows(head, group_by, cursor[1:], ROWS + 1)
    columns = [n for n in range(len(BUCKET_NAMES)) if n != NO_DUE_DATE or any(row[f"bucket{n}"] for row in totals)]
    rendered = RowRenderer(head, columns, names_customers=request.user.has_perm("customers.view_customer"))
    query = head.query | {"groupBy": group_by}
    groupings = [
        (text, address("aging-page", head.query | {"groupBy": value}), value == group_by)
        for value, text in GROUPINGS.items()
    ]
    return {
        "groupings": groupings,
        "grouping": GROUPINGS[Grouping(group_by)],
        "is_by_currency": group_by == Grouping.CURRENCY,
        "columns": [(n, capfirst(BUCKET_NAMES[n])) for n in columns],
        "rows": [rendered.row(group_by, row) for row in rows[:ROWS]],
        "totals": [rendered.row(Grouping.NONE, row) for row in totals],
        "first_page": address("aging-page", query) if cursor else None,
        "next_page": _next_page(query, group_by, rows),
        "file": address("aging-file", query),
        "reconcile": address("reconcile-page", head.query),
    }


def _next_page(query: dict[str, Any], group_by: str, rows: list[dict[str, Any]]) -> str | None:
    if len(rows) <= ROWS or group_by != Grouping.CUSTOMER:
        return None
    last = rows[ROWS - 1]
    cursor = encoded_cursor([group_by, *(last[column] for column in ORDERS[group_by])])
    return address("aging-page", query | {"cursor": cursor})


def aging_rows(head: Head, group_by: str, after: list[str], limit: int) -> list[dict[str, Any]]:
    """Return the rows of a report; of one by customer at most `limit` of them, those that follow `after`."""
    if group_by != Grouping.CUSTOMER:
        return list(aging_query(head.items(for_sums=True), ORDERS[group_by][0], parts(head.day)))
    order = ORDERS[Grouping.CUSTOMER]
    return customer_aging_page(head.account.pk, head.items(), order, parts(head.day), after, limit, is_narrowed=False)


class RowRenderer:
    """Makes of what a group owes in one currency a row of the page, each amount with the list of its items."""

    def __init__(self, head: Head, columns: list[int], *, names_customers: bool):
        self.head, self.columns, self.names_customers = head, columns, names_customers

    def row(self, group_by: str, row: dict[str, Any]) -> SimpleNamespace:
        title, *notes = _names(group_by, row, self.names_customers)
        return SimpleNamespace(
            title=title,
            notes=notes,
            count=row["summed_count"] + row["without_amount_count"],
            total=self._cell(group_by, row, "total", due="open"),
            cells=[self._cell(group_by, row, f"bucket{n}", bucket=n) for n in self.columns],
            without_amount=row["without_amount_count"],
            without_amount_href=items_address(self.head, group_by, row, quality="no_amount"),
        )

    def _cell(self, group_by: str, row: dict[str, Any], name: str, **filters: Any) -> SimpleNamespace:
        bucket = filters.get("bucket")
        label = "" if bucket is None else capfirst(BUCKET_NAMES[bucket])
        has_items = bucket is None or row[name] != 0  # all items of a bucket have one sign
        href = items_address(self.head, group_by, row, **filters) if has_items else ""
        return SimpleNamespace(amount=shown(row[name], row["currency"]), href=href, bucket=bucket, label=label)


def _names(group_by: str, row: dict[str, Any], names_customers: bool) -> list[str]:
    """Return what a row is called, and what is said below it."""
    currency = row["currency"] or _("No currency")
    match group_by:
        case Grouping.CUSTOMER:
            name = row["name"] if names_customers else ""
            number, code = row[CUSTOMER], row["company_code"]
            return [name or number, *filter(None, [number if name else "", code]), currency]
        case Grouping.COMPANY_CODE:
            return [row["company_code"] or _("No company code"), currency]
    return [currency]
