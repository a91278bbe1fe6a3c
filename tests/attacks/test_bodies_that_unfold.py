"""Small bodies that unfold to much work: repetitions, blanks, and pieces that hold nothing."""

import gzip
import json
import tracemalloc

import pytest

from receivables.uploads.reading.splitting import rows_of_lines
from tests.factories import invoice_row
from tests.http.wire import Wire, upload_head
from tests.uploads.codings import zstd

MEGABYTE = 1024 * 1024
ROW = json.dumps(invoice_row()).encode()
PACK = {"gzip": gzip.compress, "zstd": zstd.compress}
every_coding = pytest.mark.parametrize("coding", PACK)


@pytest.fixture
def answer(gunicorn, pair):
    def send(body, coding, media_type="application/json"):
        headers = pair | {"Content-Type": media_type, "Content-Encoding": coding}
        with Wire(gunicorn.port) as wire:
            wire.send(upload_head(headers, Content_Length=len(body)), body)
            return wire.answer()

    return send


@every_coding
@pytest.mark.django_db(transaction=True)
def test_a_body_that_unfolds_200_times_beyond_32_megabytes_is_413(answer, coding):
    refused = answer(PACK[coding](b"[" + b" " * 60 * MEGABYTE + ROW + b"]"), coding)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (413, "body_unfolds_too_far")


@every_coding
@pytest.mark.django_db(transaction=True)
def test_a_body_that_unfolds_as_far_within_32_megabytes_is_taken(answer, coding):
    taken = answer(PACK[coding](b"[" + b" " * 31 * MEGABYTE + ROW + b"]"), coding)
    assert (taken.status, taken.json()["created"]) == (200, 1)


@every_coding
@pytest.mark.django_db(transaction=True)
def test_a_body_of_half_a_million_empty_pieces_is_refused(answer, coding):
    refused = answer(PACK[coding](b"") * 500_000 + PACK[coding](b"[" + ROW + b"]"), coding)
    assert (refused.status, refused.json()["errors"][0]["code"]) == (400, "too_many_members")


def test_pieces_that_hold_something_may_be_many(receipt):
    pieces = [PACK["gzip"](b" " * 2048)] * 20_000
    body = PACK["gzip"](b"[") + b"".join(pieces) + PACK["gzip"](ROW + b"]")
    told = receipt(body, headers={"Content-Encoding": "gzip"})
    assert told["created"] == 1


BLANKS = {"line feeds": b"\n", "spaces": b" \n", "carriage returns": b"\r\n", "all of them": b"\t \r\n\n"}


@pytest.mark.parametrize("name", BLANKS)
def test_blank_lines_are_not_split_one_by_one(name):
    chunk = ROW + b"\n" + BLANKS[name] * (MEGABYTE // len(BLANKS[name]))
    tracemalloc.start()
    rows = [row for rows in rows_of_lines([chunk] * 8) for row in rows]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows == [ROW] * 8
    assert peak < 5 * MEGABYTE  # a list of a million lines alone has eight


def test_rows_among_blank_lines_are_all_taken(receipt):
    rows = [json.dumps(invoice_row(invoiceNumber=f"{number}")) for number in range(50)]
    told = receipt("\n \r\n\n\t\n".join(rows) + "\n" * 5000, content_type="application/x-ndjson")
    assert told["created"] == 50
