"""Migrations of rows that the version before allowed: they work, and what a row said is not lost."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection

from customers.models import Customer
from receivables.models import Invoice, InvoiceChange
from tests.factories import CustomerFactory
from tests.receivables.migrating import migrate, model_now, stored_invoice

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_wholly_migrated_again"),
    pytest.mark.full,
    pytest.mark.plain_postgresql(reason="a cluster is migrated first, and distributed then"),
]

UPLOAD = UUID("00000000-0000-4000-8000-000000000001")
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
# The identity of the first version took the customer's number as it was written.
WITH_THE_FIRST_IDENTITY = (
    "ALTER TABLE {table} DROP CONSTRAINT {table}_unique_identity,"
    " ADD CONSTRAINT {table}_unique_identity UNIQUE (account_id, company_code, customer_number{more})"
)
MORE = ", invoice_number, accounting_doc_number, fiscal_year, line_item"


def go_back_to_the_first_identity(app, table, more=""):
    migrate(app, f"0002_{table.rpartition('_')[2]}_history")
    with connection.cursor() as cursor:
        cursor.execute(WITH_THE_FIRST_IDENTITY.format(table=table, more=more))


def test_customers_that_differ_by_zeros_alone_become_the_one_that_changed_last(account):
    go_back_to_the_first_identity("customers", "customers_customer")
    same = {"account": account, "last_upload_id": UPLOAD}
    last = CustomerFactory(customer_number="12345", company_name="New", updated_at=LAST, **same)
    CustomerFactory(customer_number="0000012345", company_name="Old", updated_at=FIRST, **same)
    CustomerFactory(customer_number="0000012345", company_code="DE01", **same)
    migrate("customers")
    assert set(Customer.objects.values_list("customer_number", "company_code")) == {
        ("12345", ""),
        ("0000012345", "DE01"),
    }
    expected = {"company_name": ["Old", "New"], "customer_number": ["0000012345", "12345"]}
    assert [(change.upload_id, change.changes) for change in last.changes.all()] == [(UPLOAD, expected)]


def test_invoices_that_differ_by_zeros_alone_become_the_one_that_changed_last(account):
    go_back_to_the_first_identity("receivables", "receivables_invoice", MORE)
    same = {"invoice_number": "S1", "last_upload_id": UPLOAD}
    first = stored_invoice(account, customer_number="12345", updated_at=FIRST, **same)
    changes = model_now("receivables", "InvoiceChange").objects
    changes.create(invoice_id=first.pk, upload_id=UPLOAD, changes={"invoice_amount": [90, 100]})
    last = stored_invoice(account, customer_number="0012345", invoice_amount=70, updated_at=LAST, **same)
    stored_invoice(account, customer_number="0012345", **same | {"invoice_number": "S2"})
    migrate("receivables")
    assert set(Invoice.objects.values_list("customer_number", "invoice_number")) == {
        ("0012345", "S1"),
        ("0012345", "S2"),
    }
    changes = InvoiceChange.objects.filter(invoice_id=last.pk).order_by("id")
    amounts = [change.changes["invoice_amount"] for change in changes]
    assert amounts == [[90, 100], [100, 70]]


@pytest.mark.parametrize("app", ["customers", "receivables"])
def test_rows_that_differ_stay_as_they_are(app, account):
    migrate(app, "0002")
    CustomerFactory(account=account, customer_number="A12345")
    CustomerFactory(account=account, customer_number="0A12345")
    stored_invoice(account, customer_number="A1", invoice_number="S1")
    stored_invoice(account, customer_number="0A1", invoice_number="S1")
    migrate(app)
    assert (Customer.objects.count(), Invoice.objects.count()) == (2, 2)


def test_history_gets_the_account_of_its_row_and_goes_if_there_is_none(account):
    migrate("receivables", "0018")
    invoice = stored_invoice(account, invoice_number="S1")
    change = model_now("receivables", "InvoiceChange").objects.create
    change(invoice_id=invoice.pk, upload_id=UPLOAD, changes={"status": ["a", "b"]})
    change(invoice_id=invoice.pk + 1, upload_id=UPLOAD, changes={"status": ["a", "b"]})
    migrate("receivables")
    assert list(InvoiceChange.objects.values_list("account", "invoice_id")) == [(account.pk, invoice.pk)]


def test_what_the_version_before_still_writes_gets_its_account(account):
    invoice = stored_invoice(account, invoice_number="S1")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO receivables_invoicechange (invoice_id, upload_id, staff_username, changed_at, changes)"
            " VALUES (%s, %s, '', now(), '{}')",
            [invoice.pk, UPLOAD],
        )
    assert invoice.pk == Invoice.objects.get(changes__account=account).pk
