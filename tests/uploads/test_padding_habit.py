"""Numbers padded with zeros are warned of when an account begins to send them, not with every upload."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from receivables.uploads.models import PaddedFeed
from tests.factories import customer_row, invoice_row, key_headers

PADDED, PLAIN = "0000012345", "12345"


@pytest.fixture
def warned(receipt):
    """Upload invoices of these customer numbers; return how many rows were warned of as padded."""

    def send(*numbers, resource="invoices", **options):
        rows = {
            "invoices": [invoice_row(customerNumber=number, invoiceNumber=f"I{number}") for number in numbers],
            "customers": [customer_row(customerno=number) for number in numbers],
        }
        found = receipt(rows[resource], resource, **options)["warnings"]
        return sum(warning["rows"] for warning in found if warning["code"] == "padded_number")

    return send


def test_the_first_padded_upload_is_warned_of(warned):
    assert warned(PADDED, "0000012346") == 2


def test_the_next_padded_uploads_are_not_warned_of(warned):
    assert [warned(PADDED) for _ in range(3)] == [1, 0, 0]


def test_padding_that_comes_back_is_warned_of(warned):
    assert [warned(number) for number in (PADDED, PLAIN, PADDED, PADDED)] == [1, 0, 1, 0]


@pytest.mark.parametrize("number", ["A123", "1234567890", "12345678901", "-5", "INV 7"])
def test_a_number_that_nobody_pads_ends_no_habit(warned, number):
    assert [warned(each) for each in (PADDED, number, PADDED)] == [1, 0, 0]


def test_an_upload_of_both_spellings_counts_as_padded(warned):
    assert [warned(*numbers) for numbers in ([PADDED, "77"], ["78", "0000000079"])] == [1, 0]


def test_invoices_and_customers_have_habits_of_their_own(warned):
    assert [warned(PADDED, resource=resource) for resource in ("invoices", "customers", "customers")] == [1, 1, 0]


def test_another_account_has_a_habit_of_its_own(warned, other_account):
    warned(PADDED)
    assert warned(PADDED, headers=key_headers(other_account)) == 1


def test_a_dry_run_begins_and_ends_no_habit(warned):
    assert [warned(PADDED, query="?dryRun=true") for _ in range(2)] == [1, 1]
    warned(PADDED)
    assert [warned(PLAIN, query="?dryRun=true"), warned(PADDED)] == [0, 0]


def test_a_refused_upload_begins_no_habit(warned, errors):
    errors([invoice_row(customerNumber=PADDED, invoiceAmount="many")])
    assert warned(PADDED) == 1


def test_a_refused_upload_repeats_no_warning(warned, upload):
    warned(PADDED)
    rows = [invoice_row(customerNumber=PADDED), invoice_row(customerNumber=PADDED, invoiceNumber="2", dueDate="many")]
    assert upload(rows).json()["warnings"] == []


def test_an_unpadded_upload_of_no_rows_ends_no_habit(warned, receipt):
    warned(PADDED)
    receipt([])
    assert warned(PADDED) == 0


def test_a_habit_is_written_only_when_it_changes(warned):
    warned(PADDED)
    with CaptureQueriesContext(connection) as queries:
        warned(PADDED)
    [statement] = [query["sql"] for query in queries if "uploads_paddedfeed" in query["sql"]]
    assert "pg_advisory_xact_lock" in statement  # it takes the lock, too
    assert PaddedFeed.objects.count() == 1
