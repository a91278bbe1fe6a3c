"""Rows that are made to cost much more than they weigh: bad ones, strange ones, the same one again and again."""

import gzip
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest

from receivables.uploads.api.openapi import ROWS
from receivables.uploads.models import RejectedRow
from tests.factories import LENIENT, invoice_row
from tests.http.wire import Wire, upload_head

WHOLE_INVOICE = ROWS["invoices"]["The whole contract"]
TRY = "?dryRun=true"
MOST_CALLS = 250  # of Python functions for a row, whatever is wrong with it: eight for each field of the contract

BAD_ROWS = {
    "empty objects": lambda n: {},
    "null": lambda n: None,
    "numbers": lambda n: n,
    "arrays": lambda n: [],
    "a missing field": lambda n: {key: WHOLE_INVOICE[key] for key in WHOLE_INVOICE if key != "invoiceAmount"},
    "a bad date": lambda n: WHOLE_INVOICE | {"dueDate": "soon"},
    "a bad amount": lambda n: WHOLE_INVOICE | {"invoiceAmount": "many"},
    "a fraction": lambda n: WHOLE_INVOICE | {"invoiceAmount": 1.5},
    "wrong types": lambda n: {key: [] for key in WHOLE_INVOICE},
    "nulls": lambda n: dict.fromkeys(WHOLE_INVOICE),
}


def calls_of(work: Callable[[], Any]) -> int:
    """Return how many Python functions were called: the same on every machine, however busy."""
    count = 0

    def note(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def calls_for_a_row(upload, row) -> float:
    """Return the calls that a row more takes, in an upload of which few bad rows are kept."""

    def of(rows: int) -> int:
        body = json.dumps([row(number) for number in range(rows)])
        return calls_of(lambda: upload(body, query=TRY, headers=LENIENT))

    return (of(1400) - of(1200)) / 200


@pytest.mark.parametrize("name", BAD_ROWS)
def test_a_bad_row_is_counted_with_bounded_work(upload, settings, monkeypatch, name):
    settings.UPLOAD_MAX_REJECTED_ROWS = 100
    monkeypatch.setattr("receivables.uploads.ingest.MOST_IDENTITIES", 100)
    upload([WHOLE_INVOICE, {}], query=TRY)  # what is made once is no part of a row's work
    assert calls_for_a_row(upload, BAD_ROWS[name]) < MOST_CALLS


@pytest.mark.django_db(transaction=True)
def test_half_a_million_empty_objects_are_read_as_far_as_they_are_kept(gunicorn, pair):
    body = gzip.compress(b"[" + b",".join([b"{}"] * 500_000) + b"]")
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head(pair, Content_Length=len(body), Content_Encoding="gzip"), body)
        answer = wire.answer()
    told = answer.json()
    assert (answer.status, told["countsComplete"]) == (400, False)
    assert (told["received"], told["rejected"], told["invalid"]) == (10_001, 10_001, 10_001)


def test_a_row_of_3_000_unknown_keys_is_refused_and_none_is_looked_at(upload):
    row = invoice_row(**{f"customerNumbe{number}": number for number in range(3000)})
    told = upload([row] * 3).json()
    assert [error["code"] for error in told["errors"]] == ["too_many_unknown_fields"] * 3
    assert "has 3,000 keys that the contract lacks" in told["errors"][0]["message"]
    assert told["warnings"] == []


def test_unknown_keys_take_few_calls_each(upload):
    def row(number: int) -> dict[str, Any]:
        return invoice_row(invoiceNumber=f"{number}", **{f"k{key}": key for key in range(500)})

    few, more = ([row(number) for number in range(rows)] for rows in (10, 20))
    calls = [calls_of(lambda rows=rows: upload(json.dumps(rows), query=TRY)) for rows in (few, more)]
    assert (calls[1] - calls[0]) / 5000 < 12


def test_hints_are_looked_for_a_few_times(upload):
    told = upload([invoice_row(**{f"dueDat{number}": 1 for number in range(900)})]).json()
    hinted = [warning for warning in told["warnings"] if "Did you mean" in warning["message"]]
    assert (len(told["warnings"]), len(hinted)) == (900, 50)


def test_one_row_sent_450_000_times_is_taken_once(upload):
    row = b'{"customerNumber":"1","invoiceNumber":"2","invoiceAmount":3}'
    told = upload(b"[" + b",".join([row] * 450_000) + b"]", query=TRY).json()
    assert (told["received"], told["created"], told["unchanged"]) == (450_000, 1, 449_999)


def test_a_tried_upload_leaves_no_rows_behind(upload):
    upload([{}] * 2000, query=TRY, headers=LENIENT)
    assert not RejectedRow.objects.exists()
