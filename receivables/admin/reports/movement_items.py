"""The items that moved: those of one figure or all of them, a page at a time or as a file."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.db.models import Value
from django.http.response import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import ValidationError as Unreadable

from apiauth.quotas import slot_of_file
from config.api.pagination import encoded_cursor
from config.exports.files import SpreadsheetRenderer, export
from customers.imported.numbers import number_key
from receivables.admin.invoices.filters import EXACT_PREFIX
from receivables.admin.invoices.model_admin import with_customers
from receivables.admin.reports.movement_sums import CUSTOMER_CODE
from receivables.admin.reports.window import Movements, WindowForm
from receivables.admin.shared.as_of import moment_shown
from receivables.admin.shared.cells import difference, money
from receivables.models import Invoice
from receivables.models.customer_matching import company_code_of_customer
from receivables.reports import moments
from receivables.reports.aging import after_group
from receivables.reports.movement_parameters import PositionField
from receivables.reports.movement_rows import Kind, MovementQuerySet
from receivables.reports.movement_serializers import file_columns
from receivables.reports.movements import with_last_upload

ITEMS = 100  # on a page
FILTERS = ("kind", "currency", "companyCode", "customer", "customerCode")
ORDER = ("id", "currency")


def _text(label: Any, length: int) -> forms.CharField:
    return forms.CharField(required=False, label=label, max_length=length + len(EXACT_PREFIX), empty_value=None)


class ItemsForm(WindowForm):
    """Which items: each text is that very text, and what follows EXACT_PREFIX is, too; so an empty one can be named."""

    kind = forms.ChoiceField(required=False, choices=Kind.choices, label=gettext_lazy("Kind"))
    currency = _text(gettext_lazy("Currency"), 16)
    companyCode = _text(gettext_lazy("Company code"), 32)
    customer = _text(gettext_lazy("Customer"), 64)
    customerCode = _text(gettext_lazy("Company code of the customer"), 32)
    cursor = forms.CharField(required=False)

    def clean_cursor(self) -> tuple[int, str] | None:
        text = self.cleaned_data["cursor"]
        try:
            return PositionField().run_validation(text) if text else None
        except Unreadable:
            raise forms.ValidationError(_("The address of this page is damaged. Show the first page.")) from None

    @property
    def filters(self) -> dict[str, str]:
        """The filters in use, as an address names them."""
        return {name: self.cleaned_data[name] for name in FILTERS if self.cleaned_data.get(name)}

    def filters_shown(self) -> list[tuple[str, str, str]]:
        """Return the name of each filter in use but the kind, its label and what it is filtered by."""
        return [
            (name, str(self.fields[name].label), value.removeprefix(EXACT_PREFIX) or _("none"))
            for name, value in self.filters.items()
            if name != "kind"
        ]


def items_of(movements: Movements, filters: dict[str, str]) -> MovementQuerySet:
    """Return the movements of the items that the filters leave."""
    exact = {name: value.removeprefix(EXACT_PREFIX) for name, value in filters.items()}
    columns = {"kind": "kind", "currency": "currency", "companyCode": "company_code"}
    rows = movements.rows().filter(**{column: exact[name] for name, column in columns.items() if name in exact})
    if "customer" in exact:
        rows = rows.filter(customer_number_key=number_key(exact["customer"]))
    if "customerCode" in exact:
        code = company_code_of_customer(Value(movements.account.pk), movements.until.moment)
        rows = rows.annotate(**{CUSTOMER_CODE: code}).filter(**{CUSTOMER_CODE: exact["customerCode"]})
    return rows


def file_of(movements: Movements, filters: dict[str, str]) -> HttpResponseBase:
    """Return the items as a workbook, with the columns of the report over REST."""
    rows = with_last_upload(items_of(movements, filters), movements.window).order_by(*ORDER)
    return export(rows, file_columns(), SpreadsheetRenderer(), "movements", slot_of_file(None))


def page_of_items(
    movements: Movements, filters: dict[str, str], after: tuple[int, str] | None, *, names_customers: bool
) -> tuple[list[SimpleNamespace], str | None]:
    """Return a page of items, and the cursor of the next one, if there is one."""
    rows = with_last_upload(items_of(movements, filters), movements.window).order_by(*ORDER)
    if after:
        rows = rows.filter(after_group("id", str(after[0]), after[1]))
    found = list(rows[: ITEMS + 1])
    page = found[:ITEMS]
    following = encoded_cursor((page[-1].id, page[-1].currency)) if len(found) > ITEMS else None
    return _shown(movements, page, names_customers), following


def _shown(movements: Movements, rows: list[Any], names_customers: bool) -> list[SimpleNamespace]:
    ids = {each for row in rows for each in (row.id, row.moved_from_id) if each}
    then = Invoice.objects.at(movements.until.moment).of_account(movements.account).filter(pk__in=ids)
    invoices = {each.pk: each for each in with_customers(list(then), movements.until.moment)}
    merged = moments.uploads.moments_of(movements.account.pk, {row.last_upload for row in rows if row.last_upload})
    return [
        SimpleNamespace(
            pk=row.id,
            number=row.invoice_number,
            customer_number=row.customer_number,
            customer=invoices[row.id].customer,
            customer_name=invoices[row.id].shown_customer_name if names_customers else "",
            company_code=row.company_code,
            kind=capfirst(Kind(row.kind).label),
            currency=row.currency or _("No currency"),
            before=_state(row.currency_before, row.open_before) if row.currency_before is not None else None,
            after=_state(row.currency_after, row.open_after),
            difference=difference(row.difference, row.currency),
            upload=row.last_upload,
            merged=moment_shown(merged[row.last_upload]) if row.last_upload in merged else "",
            moved_from=invoices.get(row.moved_from_id),
        )
        for row in rows
    ]


def _state(currency: str, amount: Any) -> Any:
    return _("no amount") if amount is None else money(amount, currency)
