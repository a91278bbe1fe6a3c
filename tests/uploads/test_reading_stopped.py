"""A strict upload with more bad rows than are kept: reading stops there, and the receipt says so."""

import json

import pytest

from receivables.models import Invoice
from receivables.uploads.models import RejectedRow, Upload
from tests.factories import LENIENT, invoice_row

GOOD = invoice_row(invoiceNumber="good")
ROWS = [GOOD, *(invoice_row(invoiceNumber=f"{number}", dueDate="soon") for number in range(5)), GOOD]


@pytest.fixture(autouse=True)
def _two_are_kept(settings):
    settings.UPLOAD_MAX_REJECTED_ROWS = 2


def test_reading_stops_at_the_first_bad_row_that_is_not_kept(upload, client):
    told = upload(ROWS).json()
    counts = [told[name] for name in ("received", "created", "updated", "unchanged", "rejected", "invalid")]
    assert (told["countsComplete"], counts, told["rejectedOmitted"]) == (False, [4, 0, 0, 0, 4, 3], 1)
    assert client.get(told["url"]).json()["countsComplete"] is False
    assert not Invoice.objects.exists()


def test_the_refusal_says_where_reading_stopped(upload):
    detail = upload(ROWS).json()["detail"]
    assert detail.startswith("3 of the first 4 rows have errors, so reading stopped there and none of the array")


def test_as_many_bad_rows_as_are_kept_are_read_to_the_end(upload):
    told = upload([*ROWS[:3], GOOD]).json()
    assert (told["countsComplete"], told["received"], told["invalid"], told["rejectedOmitted"]) == (True, 4, 2, 0)


def test_lenient_reading_goes_on_and_counts_every_bad_row(upload):
    told = upload(ROWS, headers=LENIENT).json()
    assert (told["countsComplete"], told["received"], told["created"], told["invalid"]) == (True, 7, 1, 5)


def test_reading_stops_in_lines_too(upload):
    lines = "\n".join(map(json.dumps, ROWS))
    told = upload(lines, content_type="application/x-ndjson").json()
    assert (told["countsComplete"], told["received"]) == (False, 4)


def test_a_trial_stops_where_the_upload_would(upload):
    tried, real = upload(ROWS, query="?dryRun=true").json(), upload(ROWS).json()
    assert [tried[name] for name in ("countsComplete", "received")] == [real["countsComplete"], real["received"]]
    assert tried["errors"] == real["errors"]


def test_no_number_of_rows_is_held_against_an_upload_that_was_not_read(upload):
    codes = {error["code"] for error in upload(ROWS, query="?expectedRows=9&expectedTotal=:1").json()["errors"]}
    assert codes == {"invalid_date"}


def test_of_a_strict_upload_errors_are_kept_and_no_rows(upload):
    upload(ROWS[:2])
    assert list(RejectedRow.objects.values_list("index", "text")) == [(1, "")]


def test_receipts_of_before_are_read_as_complete(receipt):
    receipt([GOOD])
    assert Upload._meta.get_field("has_complete_counts").has_db_default()
