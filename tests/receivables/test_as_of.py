"""Invoices and customers put back together as they were at a moment, column by column."""

from datetime import timedelta
from typing import Any

import pytest

from customers.models import Customer
from receivables.models import Invoice, InvoiceChange
from receivables.uploads.models import Upload
from tests.factories import customer_row
from tests.uploads.loads import full_load, ledger_of

pytestmark = pytest.mark.django_db

FIRST = {
    "customerNumber": "C-1",
    "invoiceNumber": "1",
    "companyCode": "1000",
    "currency": "EUR",
    "invoiceAmount": 100,
    "balanceAmount": "100",
    "dueDate": "2026-01-31",
    "customerName": "Alpha",
    "billAddr": {"city": "Ulm"},
}
CHANGES: list[dict[str, Any]] = [
    {},
    {"currency": "USD", "billAddr": None},
    {"balanceAmount": "unknown", "dueDate": None, "purchaseOrder": 1},
    {"balanceAmount": "100", "currency": "EUR", "billAddr": {"city": None}, "customerName": "Beta"},
]
SUMMED = ["id", "account_id", *InvoiceChange.BEFORE]


def moments() -> list[Any]:
    return list(Upload.objects.order_by("merged_at").values_list("merged_at", flat=True))


def stored(model: Any) -> list[dict[str, Any]]:
    return list(model.objects.order_by("id").values())


def but_for_its_upload(customers: Any) -> list[dict[str, Any]]:
    """Return customers without the upload that changed them last: which one created them is not stored."""
    return [{**customer, "last_upload_id": None} for customer in customers]


def test_every_column_of_an_invoice_is_put_back(receipt):
    recorded = []
    for change in CHANGES:
        receipt([FIRST | change])
        recorded.append(stored(Invoice))
    assert [list(Invoice.objects.at(moment).order_by("id").values()) for moment in moments()] == recorded


def test_what_is_added_up_is_put_back(receipt):
    recorded = []
    for change in CHANGES:
        receipt([FIRST | change])
        recorded.append(list(Invoice.objects.values(*SUMMED)))
    then = [Invoice.objects.at(moment, for_sums=True).values(*SUMMED) for moment in moments()]
    assert [list(rows) for rows in then] == recorded


def test_an_invoice_that_a_full_load_closed_was_open_before(upload, receipt):
    full_load(upload, ledger_of(100))
    before = stored(Invoice)
    full_load(upload, ledger_of(97))
    after = stored(Invoice)
    assert [list(Invoice.objects.at(moment).order_by("id").values()) for moment in moments()] == [before, after]


def test_every_column_of_a_customer_is_put_back(receipt):
    recorded = []
    for name in ("Alpha", "Beta", ""):
        receipt([customer_row(companyname=name, phoneno=name)], "customers")
        recorded.append(but_for_its_upload(stored(Customer)))
    assert [but_for_its_upload(Customer.objects.at(moment).values()) for moment in moments()] == recorded


def test_rows_that_came_later_were_not_there(receipt):
    receipt([FIRST])
    receipt([FIRST | {"invoiceNumber": "2"}])
    first = moments()[0]
    assert [row.invoice_number for row in Invoice.objects.at(first)] == ["1"]
    assert not Invoice.objects.at(first - timedelta(microseconds=1)).exists()
    assert not Invoice.objects.at(first - timedelta(microseconds=1), for_sums=True).exists()


def test_conditions_are_of_the_columns_as_they_were(receipt):
    receipt([FIRST])
    receipt([FIRST | {"balanceAmount": "0"}])
    assert [Invoice.objects.at(moment).open().count() for moment in moments()] == [1, 0]
    assert [
        Invoice.objects.at(moment).filter(pk__in=Invoice.objects.at(moment).open()).count() for moment in moments()
    ] == [1, 0]
