"""Automatic loads beside what else is sent for their account."""

from django.utils import timezone

from receivables.uploads.models import LoadState
from tests.uploads.automatic_loads.nights import ended
from tests.uploads.loads import ledger, ledger_of, open_numbers, status_and_code


def test_a_change_by_another_key_is_spared(first_night, receipt, changes):
    receipt(ledger_of(98))
    changes.post("/jsonApi/upload/invoices", ledger(99))
    assert ended().state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in range(1, 100)]


def test_what_came_within_15_minutes_before_the_extract_is_spared(first_night, receipt):
    extracted_at = timezone.now()
    receipt(ledger_of(98), query=f"?extractedAt={extracted_at:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ended().extracted_at == extracted_at
    assert len(open_numbers()) == 100


def test_a_full_load_in_one_request_is_refused_while_an_automatic_one_is_open(receipt, changes):
    receipt(ledger(1))
    response = changes.post("/jsonApi/upload/invoices?snapshot=true", ledger(1))
    assert status_and_code(response) == (409, "snapshot_open")
