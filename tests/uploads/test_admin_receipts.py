"""Receipts in the admin: the list, and one of them with its errors, its money and the diff it caused."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from apiauth.models import ApiKey
from receivables.models import Invoice, InvoiceChange
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import customer_row, invoice_row
from tests.uploads.staff import Uploader, uploaded, words

LENIENT = {"Prefer": "handling=lenient"}


@pytest.fixture
def staff(account):
    return Uploader(account, may=("view_upload", "view_invoice"))


@pytest.fixture
def sent(upload):
    """Upload rows and return the record that the upload left."""

    def send(rows, resource="invoices", **options):
        upload(rows, resource, **options)
        return Upload.objects.latest("created_at")

    return send


@pytest.fixture
def with_bad_row(sent):
    return sent([invoice_row(), invoice_row(invoiceNumber="=2", invoiceAmount="many")], headers=LENIENT)


def shown(staff, upload, query=""):
    return words(staff.page(f"{upload.pk}/change/{query}"))


def test_the_list_says_in_a_word_what_became_of_each_upload(staff, sent):
    sent([invoice_row()])
    sent([invoice_row(invoiceAmount="many")])
    sent([invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="many")], headers=LENIENT)
    sent([invoice_row()], query="?dryRun=true")
    page = words(staff.page(""))
    assert all(word in page for word in ("Taken in part", "Refused", "Tried: Taken"))


def test_the_list_takes_as_many_queries_for_fifty_uploads_as_for_one(staff, sent, django_assert_num_queries):
    first = sent([invoice_row()])
    with django_assert_num_queries(8):
        staff.page("")
    for _ in range(49):
        first.pk = None
        first._state.adding = True
        first.save()
    with django_assert_num_queries(8):
        staff.page("")


def test_the_list_loads_no_error_nor_total_of_any_upload(staff, sent, django_assert_num_queries):
    sent([invoice_row(invoiceAmount="many")])
    with django_assert_num_queries(8) as asked:
        staff.page("")
    listed = [query["sql"] for query in asked.captured_queries if 'FROM "uploads_upload"' in query["sql"]]
    assert not any(
        f'"uploads_upload"."{column}"' in sql for sql in listed for column in ("totals", "errors", "warnings")
    )


FILTERS = {
    "outcome": ("outcome__exact=accepted", "outcome__exact=refused"),
    "state": ("state__exact=finished", "state__exact=queued"),
    "resource": ("resource__exact=invoices", "resource__exact=customers"),
    "dry run": ("is_dry_run__exact=0", "is_dry_run__exact=1"),
    "sent by staff": ("api_key__isnull=False", "api_key__isnull=True"),
}


@pytest.mark.parametrize(("of_it", "of_others"), FILTERS.values(), ids=FILTERS)
def test_the_list_is_filtered(of_it, of_others, staff, sent):
    upload = str(sent([invoice_row()]).pk)
    assert upload in staff.page(f"?{of_it}").content.decode()
    assert upload not in staff.page(f"?{of_others}").content.decode()


def test_the_list_is_filtered_by_key(staff, account, sent):
    first = sent([invoice_row()])
    client_of(account).post("/jsonApi/upload/invoices", [invoice_row()])
    second = Upload.objects.latest("created_at")
    page = staff.page(f"?api_key__id__exact={first.api_key_id}").content.decode()
    assert str(first.pk) in page
    assert str(second.pk) not in page


def test_the_list_is_filtered_by_days_the_last_one_included(staff, sent):
    early, late = sent([invoice_row()]), sent([invoice_row()])
    Upload.objects.filter(pk=early.pk).update(created_at=timezone.now() - timedelta(days=3))
    today = timezone.now().date()
    page = staff.page(f"?created_at_from={today}&created_at_to={today}").content.decode()
    assert str(late.pk) in page
    assert str(early.pk) not in page


def test_the_filter_by_key_names_no_key_of_another_account(staff, other_account, sent):
    ApiKey.objects.issue(other_account, name="Foreign feed")
    sent([invoice_row()])
    assert "Foreign feed" not in words(staff.page(""))


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
    assert "US01 USD 1 $5.00 $0.00 $5.00 $5.00" in page


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
    assert "What it changed" not in page


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
    assert "Only tried: nothing was stored" in page
    assert "What it changed" not in page


def test_rejected_rows_are_downloaded_as_they_were_sent(staff, with_bad_row):
    answer = staff.page(f"{with_bad_row.pk}/rejected.json")
    assert json.loads(answer.getvalue()) == [invoice_row(invoiceNumber="=2", invoiceAmount="many")]
    assert answer["Content-Disposition"] == f'attachment; filename="rejected-{with_bad_row.pk}.json"'


def test_of_no_rejected_rows_an_empty_array_is_downloaded(staff, sent):
    assert json.loads(staff.page(f"{sent([invoice_row()]).pk}/rejected.json").getvalue()) == []


def test_rejected_rows_are_downloaded_as_a_table_with_their_errors(staff, with_bad_row):
    text = staff.page(f"{with_bad_row.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(text))
    assert (row["#row"], row["customerNumber"], row["invoiceAmount"]) == ("2", "23123123", "many")
    assert row["#errors"].startswith('invoiceAmount "many" is not an amount.')


def test_a_cell_that_a_spreadsheet_would_run_is_downloaded_as_text(staff, with_bad_row):
    text = staff.page(f"{with_bad_row.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(text))
    assert row["invoiceNumber"] == "'=2"


def test_a_row_that_was_no_json_is_downloaded_as_its_text(staff, sent):
    lines = '{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}\n{"customerNumber": "2", '
    upload = sent(lines, content_type="application/x-ndjson", headers=LENIENT)
    text = staff.page(f"{upload.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    assert [row["#text"] for row in csv.DictReader(StringIO(text))] == ['{"customerNumber": "2", ']
    assert json.loads(staff.page(f"{upload.pk}/rejected.json").getvalue()) == ['{"customerNumber": "2", ']


def test_rejected_rows_are_mended_and_uploaded_again_as_the_table_they_came_in(account, sent):
    staff = Uploader(account)
    upload = sent([invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="many")], headers=LENIENT)
    table = staff.page(f"{upload.pk}/rejected.csv").getvalue()
    staff.choose("mended.csv", _mended(table))
    staff.go("confirm")
    assert Invoice.objects.get(invoice_number="2").invoice_amount == 100
    assert Invoice.objects.get(invoice_number="2").extra == {}


def _mended(table):
    rows = list(csv.reader(StringIO(table.decode("utf-8-sig"))))
    rows[1][rows[0].index("invoiceAmount")] = "100"
    out = StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


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
