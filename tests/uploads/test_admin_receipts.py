"""A receipt in the admin: its errors, its money and the diff it caused."""

import pytest

from receivables.models import InvoiceChange
from tests.factories import customer_row, invoice_row
from tests.uploads.staff import Uploader, uploaded, words


def shown(staff, upload, query=""):
    return words(staff.page(f"{upload.pk}/change/{query}"))


def test_a_receipt_adds_up(staff, with_bad_row):
    assert "received 2 = created 1 + updated 0 + unchanged 0 + rejected 1" in shown(staff, with_bad_row)


def test_a_receipt_names_row_and_field_of_an_error_and_the_rows_own_numbers(staff, with_bad_row):
    page = shown(staff, with_bad_row)
    assert "2 invoiceAmount invoiceAmount " in page
    assert "invoiceNumber =2 customerNumber 23123123" in page


def test_another_row_that_an_error_speaks_of_is_counted_from_1(staff, sent):
    refused = sent([invoice_row(), invoice_row(invoiceAmount=1)])
    assert "has the identity of row 2 but other values" in shown(staff, refused)


def test_a_receipt_shows_money_by_company_code_and_currency_with_the_difference(staff, sent):
    row = invoice_row(companyCode="DE01", currency="EUR", invoiceAmount=100)
    sent([row])
    updated = sent([row | {"invoiceAmount": 60}, invoice_row(companyCode="US01", currency="USD", invoiceAmount=5)])
    page = shown(staff, updated)
    assert "DE01 EUR 1 €60.00 €100.00 €60.00 -€40.00" in page
    assert "US01 USD 1 $5.00 $0.00 $5.00 +$5.00" in page


def test_a_receipt_shows_in_how_many_rows_a_warning_was_noted_and_in_which_first(staff, sent):
    upload = sent([invoice_row(), invoice_row(invoiceNumber="2", colour="red")])
    assert "1 2 colour colour is no field of the contract" in shown(staff, upload)


def test_a_receipt_shows_each_field_that_it_changed_before_and_after(staff, sent):
    sent([invoice_row(currency="EUR", itemText="first")])
    upload = sent([invoice_row(currency="EUR", itemText="second", invoiceAmount=100)])
    page = shown(staff, upload)
    assert "Item text first second" in page
    assert "Invoice amount €12,112.00 €100.00" in page


def test_a_receipt_shows_changed_rows_page_by_page(staff, sent):
    rows = [invoice_row(invoiceNumber=f"N{number}") for number in range(25)]
    sent(rows)
    upload = sent([row | {"itemText": "changed"} for row in rows])
    first = shown(staff, upload)
    after = InvoiceChange.objects.filter(upload_id=upload.pk).order_by("pk")[19].pk
    second = shown(staff, upload, f"?changes={after}")
    assert ("N19 (" in first, "N20 (" in first) == (True, False)
    assert ("N19 (" in second, "N20 (" in second, "N24 (" in second) == (False, True, True)


@pytest.mark.parametrize("place", ["x", "-1", "9" * 30, "²"])
def test_a_page_of_changes_that_is_none_begins_at_the_first(place, staff, sent):
    sent([invoice_row()])
    upload = sent([invoice_row(itemText="changed")])
    assert "21321 (23123123)" in shown(staff, upload, f"?changes={place}")


def test_who_may_not_see_invoices_is_not_shown_what_changed_in_them(account, sent):
    sent([invoice_row()])
    upload = sent([invoice_row(itemText="changed")])
    page = shown(Uploader(account, may=("view_upload",)), upload)
    assert "received 1 = created 0 + updated 1" in page
    assert "Changes by this upload" not in page


def test_a_receipt_of_customers_shows_what_it_changed(account, sent):
    sent([customer_row(companyname="Birch Foods")], "customers")
    upload = sent([customer_row(companyname="Cedar Foods")], "customers")
    page = shown(Uploader(account, may=("view_upload", "view_customer")), upload)
    assert "Company name Birch Foods Cedar Foods" in page
    assert "last to write" not in page


def test_a_receipt_of_invoices_leads_to_the_rows_it_wrote_last(staff, sent):
    upload = sent([invoice_row()])
    page = staff.page(f"{upload.pk}/change/").content.decode()
    assert f'href="/admin/receivables/invoice/?upload={upload.pk}"' in page


@pytest.mark.parametrize("count", [1, 25])
def test_a_receipt_takes_the_same_queries_however_many_rows_it_changed(count, staff, sent, django_assert_num_queries):
    rows = [invoice_row(invoiceNumber=f"N{number}") for number in range(count)]
    sent(rows)
    upload = sent([row | {"itemText": "changed"} for row in rows])
    with django_assert_num_queries(6):
        shown(staff, upload)


def test_an_upload_that_was_tried_says_so_and_shows_no_rows_of_its_own(staff, sent):
    tried = sent([invoice_row()], query="?dryRun=true")
    page = shown(staff, tried)
    assert "Dry run: nothing was stored" in page
    assert "Changes by this upload" not in page


PAGES = ["change/", "progress", "rejected.json", "rejected.csv"]


@pytest.mark.parametrize("page", PAGES)
def test_the_upload_of_another_account_has_no_page(page, other_account, sent):
    stranger = Uploader(other_account)
    assert stranger.page(f"{sent([invoice_row()]).pk}/{page}").status_code in (302, 403, 404)


def test_a_receipt_of_the_api_names_no_key_where_staff_uploaded(client, account):
    staff = Uploader(account)
    staff.choose("night.json", b'[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}]')
    staff.go("confirm")
    assert client.get(f"/jsonApi/uploads/{uploaded().pk}").json()["key"] is None
