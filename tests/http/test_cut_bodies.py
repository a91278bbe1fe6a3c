"""A body cut short on its way stores nothing, even where the part that came would pass for a whole one."""

from collections.abc import Callable

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import invoice_row
from tests.http.wire import LAST_CHUNK, Wire, chunk, get, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE = b'[{"customerNumber": "4711", "invoiceNumber": "1", "invoiceAmount": 100}]'
BODIES = {"complete JSON": WHOLE, "half a row": WHOLE[:30], "nothing at all": b""}
LINES = b"".join(
    b'{"customerNumber": "4711", "invoiceNumber": "%d", "invoiceAmount": 100}\n' % n for n in range(20_000)
)
AS_LINES = {"Content-Type": "application/x-ndjson", "Prefer": "handling=lenient"}
ENDS: dict[str, Callable[[Wire], None]] = {
    "closed": lambda wire: wire.socket.close(),
    "reset": Wire.reset,
}
CUTS = {
    "before the last chunk": chunk(WHOLE),
    "inside a chunk": chunk(WHOLE)[:30],
    "after a chunk's bytes": chunk(WHOLE)[:-2],
    "inside a chunk's length": chunk(WHOLE) + b"4",
    "inside the last chunk": chunk(WHOLE) + LAST_CHUNK[:-2],
}

every_body = pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
every_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
every_cut = pytest.mark.parametrize("sent", CUTS.values(), ids=CUTS)


@pytest.fixture(scope="module")
def port(start) -> int:
    """A server that does one thing at a time: whoever is answered knows that all before it is over."""
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=1).port


def stored_rows(port: int) -> int:
    assert get(port, "/healthz").status == 200
    return Invoice.objects.count()


@every_end
@every_body
def test_a_body_shorter_than_declared_stores_nothing(port, pair, body, end):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Content_Length=len(WHOLE) + 10), body)
        end(wire)
        assert stored_rows(port) == 0


@every_body
def test_a_sender_still_listening_is_told_that_its_body_was_cut(port, pair, body):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Content_Length=len(WHOLE) + 10), body)
        wire.stop_sending()
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert [error["code"] for error in answer.json()["errors"]] == ["body_cut_short"]
    assert stored_rows(port) == 0


def test_a_sender_gone_in_mid_body_leaves_a_refused_receipt(port, pair):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Content_Length=len(WHOLE) + 10), WHOLE)
    assert stored_rows(port) == 0
    assert Upload.objects.get().errors[0]["code"] == "body_cut_short"


@every_end
@every_cut
def test_a_chunked_body_without_its_end_stores_nothing(port, pair, sent, end):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), sent)
        end(wire)
        assert stored_rows(port) == 0


@every_cut
def test_a_sender_still_listening_is_told_that_its_chunks_broke_off(port, pair, sent):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), sent)
        wire.stop_sending()
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert stored_rows(port) == 0


def test_after_a_cut_body_the_same_upload_is_taken(port, pair):
    with Wire(port) as wire:
        wire.send(upload_head(pair, Content_Length=len(WHOLE) + 10), WHOLE)
    assert upload(port, [invoice_row()], pair).json()["created"] == 1


@every_end
@pytest.mark.parametrize("sent", [LINES, LINES[:-30]], ids=["whole lines", "half a line at the end"])
def test_lines_cut_short_store_nothing_however_many_came(port, pair, sent, end):
    with Wire(port) as wire:
        wire.send(upload_head(pair | AS_LINES, Content_Length=len(LINES) + 10), sent)
        end(wire)
        assert stored_rows(port) == 0


def test_a_sender_of_lines_that_is_still_listening_is_told_that_they_were_cut(port, pair):
    with Wire(port) as wire:
        wire.send(upload_head(pair | AS_LINES, Content_Length=len(LINES) + 10), LINES)
        wire.stop_sending()
        answer = wire.answer()
    assert (answer.status, [error["code"] for error in answer.json()["errors"]]) == (400, ["body_cut_short"])


def test_chunked_lines_without_their_end_store_nothing(port, pair):
    with Wire(port) as wire:
        wire.send(upload_head(pair | AS_LINES, Transfer_Encoding="chunked"), chunk(LINES))
        wire.stop_sending()
        assert wire.answer().status == 400
    assert stored_rows(port) == 0


def test_a_body_cut_short_leaves_its_key_to_the_whole_one(port, pair):
    named = pair | {"Idempotency-Key": "night-of-2026-01-31"}
    with Wire(port) as wire:
        wire.send(upload_head(named, Content_Length=len(WHOLE) + 10), WHOLE)
    assert upload(port, [invoice_row()], named).json()["created"] == 1
