"""What a preview says of the changes in stored rows, and the confirmation that is typed where they are large."""

from decimal import Decimal

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import customer_row, invoice_row
from tests.uploads.staff import Uploader, rows_file, words

pytestmark = pytest.mark.django_db
LARGE = "this upload changes more than usual"


@pytest.fixture
def uploader(account):
    return Uploader(account, may=("view_upload", "add_upload", "view_invoice", "view_customer"))


def rows(count: int, **values):
    ledger = {"companyCode": "1000", "currency": "EUR", "invoiceAmount": 100}
    return [invoice_row(invoiceNumber=f"S{each}", **(ledger | values)) for each in range(count)]


def chosen(uploader, sent) -> str:
    return words(uploader.choose("night.json", rows_file(*sent)))


def is_stored() -> bool:
    return Upload.objects.filter(is_dry_run=False, api_key=None).exists()


def test_each_field_is_listed_with_its_values_before_and_after(uploader, receipt):
    receipt(rows(12))
    page = chosen(uploader, rows(12, currency="USD", dueDate="2026-02-01"))
    assert "Currency 12 EUR USD" in page
    assert "Due date 12 — Feb 1, 2026" in page


def test_of_many_values_the_most_frequent_are_listed(uploader, receipt):
    receipt(rows(6))
    sent = [row | {"reference1": ref} for row, ref in zip(rows(6), ["A", "A", "B", "C", "D", "E"], strict=True)]
    assert "Reference 1 Rows: 6 2 — A 1 — B 1 — C 2 other values" in chosen(uploader, sent)


def test_fields_of_customers_are_listed_too(uploader, receipt):
    receipt([customer_row(companyname="Old")], resource="customers")
    sent = rows_file(customer_row(companyname="New"))
    page = words(uploader.choose("who.json", sent, resource="customers"))
    assert "Company name 1 Old New" in page


def test_fields_are_not_listed_for_staff_who_may_not_see_invoices(account, receipt):
    receipt(rows(1))
    page = chosen(Uploader(account), rows(1, currency="USD"))
    assert "What would change in stored rows" not in page
    assert "The currency of 1 row changes." in page


def test_new_rows_change_no_field(uploader):
    assert "What would change in stored rows" not in chosen(uploader, rows(1))


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"currency": "USD"}, "The currency of 12 rows changes."),
        ({"invoiceAmount": -100}, "The amounts of 12 rows change their sign"),
        ({"invoiceAmount": 10000}, "Company code 1000: the open sum moves from €1,200.00 to €120,000.00."),
    ],
    ids=["currency", "sign", "sum"],
)
def test_a_large_change_is_confirmed_by_the_name_of_the_account(uploader, receipt, sent, sentence):
    receipt(rows(12))
    page = chosen(uploader, rows(12, **sent))
    assert LARGE in page
    assert sentence in page
    assert "The name of the account was not typed" in words(uploader.go("confirm"))
    assert not is_stored()
    uploader.go("confirm", typed=" acme ")
    assert is_stored()


def test_a_share_of_few_items_is_no_large_change(uploader, receipt):
    receipt(rows(3))
    assert LARGE not in chosen(uploader, rows(3, invoiceAmount=10000))


def test_a_share_below_the_limit_is_no_large_change(uploader, receipt):
    receipt(rows(12))
    assert LARGE not in chosen(uploader, rows(12, invoiceAmount=120))


def test_a_sum_above_the_accounts_limit_of_amounts_is_a_large_change(uploader, account):
    account.closing_max_amount = Decimal(299)
    account.save()
    assert LARGE in chosen(uploader, rows(3))


def test_a_currency_where_none_was_is_no_large_change(uploader, receipt):
    receipt(rows(3, currency=None))
    assert LARGE not in chosen(uploader, rows(3))


def test_a_preview_leaves_no_change_behind(uploader, receipt):
    receipt(rows(2))
    chosen(uploader, rows(2, currency="USD"))
    assert set(Invoice.objects.values_list("currency", flat=True)) == {"EUR"}
