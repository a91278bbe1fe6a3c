"""One key that sends bad rows all day: what is kept of them has a budget, and the receipt says what was not kept."""

import pytest
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Length

from receivables.uploads.models import RejectedBytes, RejectedRow, Upload
from tests.conftest import client_of
from tests.factories import LENIENT, AccountFactory, invoice_row

TRY = "?dryRun=true"
BAD = [invoice_row(invoiceNumber=f"{number}", dueDate="soon", itemText="x" * 900) for number in range(100)]
MEMBERS = ("invalid", "rejectedOmitted", "rejectedOverBudget")


@pytest.fixture(autouse=True)
def _a_small_day(settings):
    settings.REJECTED_BYTES_PER_DAY = 200_000


def kept_bytes() -> int:
    return RejectedRow.objects.aggregate(bytes=Sum(Length("text")))["bytes"] or 0


def counts(told):
    return [told[name] for name in MEMBERS]


def test_bad_rows_are_kept_until_the_days_bytes_are_used_up(upload):
    told = [upload(BAD, headers=LENIENT).json() for _ in range(4)]
    assert counts(told[0]) == [100, 0, 0]
    assert counts(told[3]) == [100, 100, 100]
    assert 100_000 < kept_bytes() < 200_000
    assert RejectedBytes.objects.get().used <= 200_000


def test_a_strict_upload_keeps_errors_alone_and_has_the_same_budget(upload):
    told = [upload(BAD).json() for _ in range(8)]
    assert (counts(told[0]), told[7]["rejectedOverBudget"]) == ([100, 0, 0], 100)
    assert kept_bytes() == 0


def test_a_receipt_over_the_budget_names_the_first_errors_and_counts_the_others(upload, client, settings):
    settings.REJECTED_BYTES_PER_DAY = 0
    told = upload(BAD, headers=LENIENT).json()
    assert (len(told["errors"]), told["errorsOmitted"], told["rejected"]) == (20, 80, 100)
    assert client.get(told["url"]).json()["errors"] == told["errors"]
    assert client.get(f"{told['url']}/rejected").json() == []


def test_trials_use_the_budget_for_what_their_receipts_say(upload):
    receipts = [upload(BAD, query=TRY, headers=LENIENT).json() for _ in range(12)]
    assert {len(receipts[0]["errors"]), len(receipts[11]["errors"])} == {100, 20}
    assert not RejectedRow.objects.exists()


def test_kinds_of_warnings_over_the_budget_are_counted(receipt, settings):
    settings.REJECTED_BYTES_PER_DAY = 0
    told = receipt([invoice_row(**{f"key {number}": 1 for number in range(100)})])
    assert (len(told["warnings"]), told["warningsOmitted"]) == (20, 80)


def test_small_receipts_are_kept_whole_whatever_was_used_up(upload, settings):
    settings.REJECTED_BYTES_PER_DAY = 0
    assert counts(upload([invoice_row(dueDate="soon")], headers=LENIENT).json()) == [1, 0, 0]


def test_another_day_begins_anew(upload):
    for _ in range(3):
        upload(BAD, headers=LENIENT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE uploads_rejectedbytes SET day = day - 1")
    assert counts(upload(BAD, headers=LENIENT).json()) == [100, 0, 0]


def test_another_account_has_its_own_budget(upload):
    for _ in range(3):
        upload(BAD, headers=LENIENT)
    told = client_of(AccountFactory()).post("/jsonApi/upload/invoices", BAD, format="json", headers=LENIENT).json()
    assert counts(told) == [100, 0, 0]


def test_an_upload_that_fails_uses_nothing_up(upload, settings):
    settings.UPLOAD_MAX_ROWS = 50
    assert upload(BAD, headers=LENIENT).status_code == 413
    assert not RejectedBytes.objects.exists()
    assert Upload.objects.count() == 1
