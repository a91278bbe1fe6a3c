"""A sender that goes away in mid-body, with thousands of its rows staged already: nothing of it is stored."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from receivables.models import Invoice
from receivables.uploads.models import BodyPart, Outcome, Upload
from tests.factories import BY_WORKER, invoice_row
from tests.http.wire import Wire, chunk, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [invoice_row(invoiceNumber=str(number), itemText="x" * 500) for number in range(4000)]
ARRAY = json.dumps(ROWS).encode()
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
AT_ONCE_SECONDS = 10  # far more than the upload takes, far less than the 60 that it would wait for another


class Form(NamedTuple):
    """The head of an upload of all rows, and its body up to the end of a row beyond the megabyte read at a time."""

    headers: dict[str, Any]
    begun: bytes


def up_to_a_row(body: bytes) -> bytes:
    return body[: body.index(b"{", len(body) * 2 // 3)]


JSON, NDJSON = {"Content-Type": "application/json"}, {"Content-Type": "application/x-ndjson"}
CHUNKED = {"Transfer-Encoding": "chunked"}
FORMS = {
    "array": Form(JSON | {"Content-Length": len(ARRAY)}, up_to_a_row(ARRAY)),
    "lines": Form(NDJSON | {"Content-Length": len(LINES)}, up_to_a_row(LINES)),
    "chunked array": Form(JSON | CHUNKED, chunk(up_to_a_row(ARRAY))),
    "chunked lines": Form(NDJSON | CHUNKED, chunk(up_to_a_row(LINES))),
    "array for a worker": Form(JSON | BY_WORKER | {"Content-Length": len(ARRAY)}, up_to_a_row(ARRAY)),
    "chunked lines for a worker": Form(NDJSON | BY_WORKER | CHUNKED, chunk(up_to_a_row(LINES))),
}
ENDS: dict[str, Callable[[Wire], None]] = {"closed": lambda wire: wire.socket.close(), "reset": Wire.reset}

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
every_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)


@pytest.fixture(scope="module")
def port(start) -> int:
    """A server that does one thing at a time: whoever is answered knows that all before it is over."""
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=1).port


def break_off(port: int, form: Form, pair: dict[str, str], end: Callable[[Wire], None]) -> None:
    with Wire(port) as wire:
        wire.send(upload_head(pair | form.headers), form.begun)
        end(wire)


@every_end
@every_form
def test_of_a_sender_gone_in_mid_body_nothing_is_stored(port, pair, form, end):
    jobs = ProcrastinateJob.objects.count()
    break_off(port, form, pair, end)
    empty = upload(port, [], pair).json()["id"]
    assert (Invoice.objects.count(), BodyPart.objects.count(), ProcrastinateJob.objects.count()) == (0, 0, jobs)
    assert not Upload.objects.exclude(pk=empty).exclude(outcome=Outcome.REFUSED).exists()


@every_form
def test_after_a_sender_gone_in_mid_body_the_same_rows_are_taken_at_once(port, pair, form):
    break_off(port, form, pair, Wire.reset)
    started = monotonic()
    assert upload(port, ROWS, pair).json()["created"] == len(ROWS)
    assert monotonic() - started < AT_ONCE_SECONDS


def test_a_sender_that_pauses_in_mid_body_holds_up_nobody(start, pair):
    port = start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=2).port
    with Wire(port) as wire:
        wire.send(upload_head(pair | FORMS["array"].headers), FORMS["array"].begun)
        assert upload(port, ROWS, pair).json()["created"] == len(ROWS)
        wire.send(ARRAY[len(FORMS["array"].begun) :])
        assert wire.answer().json()["unchanged"] == len(ROWS)
