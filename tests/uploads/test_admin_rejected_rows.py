"""The rows that an upload did not take, as staff download and mend them."""

import csv
import json
from io import StringIO

from receivables.models import Invoice
from tests.factories import LENIENT, invoice_row
from tests.uploads.staff import Uploader


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


def test_of_a_strict_upload_the_errors_are_downloaded_with_the_rows_own_numbers(staff, sent):
    upload = sent([invoice_row(), invoice_row(invoiceNumber="2", invoiceAmount="many")])
    assert "Errors as CSV" in staff.page(f"{upload.pk}/change/").content.decode()
    text = staff.page(f"{upload.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(text))
    assert (row["#row"], row["invoiceNumber"], row["#text"]) == ("2", "2", "")
    assert row["#errors"].startswith('invoiceAmount "many" is not an amount.')
    assert json.loads(staff.page(f"{upload.pk}/rejected.json").getvalue()) == []


def test_of_a_trial_the_errors_of_its_receipt_are_downloaded(staff, sent):
    upload = sent([invoice_row(invoiceNumber="2", invoiceAmount="many", dueDate="soon")], query="?dryRun=true")
    text = staff.page(f"{upload.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(text))
    assert (row["#row"], row["invoiceNumber"], row["#errors"].count("is not a")) == ("1", "2", 2)


def test_a_receipt_says_that_reading_stopped_and_what_the_day_had_no_room_for(staff, sent, settings):
    settings.UPLOAD_MAX_REJECTED_ROWS = 1
    stopped = sent([invoice_row(dueDate="soon")] * 3)
    assert "Reading stopped after 2 rows" in staff.page(f"{stopped.pk}/change/").content.decode()
    settings.UPLOAD_MAX_REJECTED_ROWS, settings.REJECTED_BYTES_PER_DAY = 10, 0
    unkept = sent([invoice_row(dueDate="soon", itemText="x" * 2000)] * 3, headers=LENIENT)
    assert "3 bad rows were not stored" in staff.page(f"{unkept.pk}/change/").content.decode()
