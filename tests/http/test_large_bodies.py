"""Bodies of a hundred megabytes arrive whole; of those refused nothing is stored, and their senders can read why.

A sender that writes its whole body before it reads is the common kind: no answer may be lost on it.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings

from receivables.models import Invoice
from tests.factories import invoice_row
from tests.http.wire import LAST_CHUNK, MEGABYTE, Wire, blanks, chunk, head, upload_head, whole_upload

with_rows = pytest.mark.django_db(transaction=True)
every_connection = pytest.mark.parametrize("connection", ["keep-alive", "close"])

FIRST_ROW = b'[{"customerNumber": "4711", "invoiceNumber": "1", "invoiceAmount": 100},'
SECOND_ROW = b'{"customerNumber": "4711", "invoiceNumber": "2", "invoiceAmount": 200}]'
LIMIT = 2 * MEGABYTE


def rows_far_apart(megabytes: int) -> Iterator[bytes]:
    """Two rows with so much white space between them: neither is found if any of it is lost."""
    yield FIRST_ROW
    yield from blanks(megabytes)
    yield SECOND_ROW


@pytest.fixture(scope="module")
def limited_port(start) -> int:
    return start("gunicorn", UPLOAD_MAX_BYTES=LIMIT).port


@with_rows
def test_a_body_of_100_megabytes_arrives_whole(gunicorn, pair):
    size = len(FIRST_ROW) + 100 * MEGABYTE + len(SECOND_ROW)
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head(pair, Content_Length=size), *rows_far_apart(100))
        answer = wire.answer()
    assert (answer.status, answer.json()["created"]) == (200, 2)


@with_rows
def test_a_chunked_body_of_100_megabytes_arrives_whole(gunicorn, pair):
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), *map(chunk, rows_far_apart(100)), LAST_CHUNK)
        answer = wire.answer()
    assert (answer.status, answer.json()["created"]) == (200, 2)


@with_rows
def test_a_chunked_body_in_tiny_chunks_arrives_whole(gunicorn, pair):
    pieces = [chunk(bytes([byte])) for byte in FIRST_ROW + SECOND_ROW]
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), *pieces, LAST_CHUNK)
        assert wire.answer().json()["created"] == 2


@with_rows
def test_a_body_of_exactly_the_limit_is_taken(limited_port, pair):
    blank = b" " * (LIMIT - len(FIRST_ROW) - len(SECOND_ROW))
    with Wire(limited_port) as wire:
        wire.send(upload_head(pair, Content_Length=LIMIT), FIRST_ROW, blank, SECOND_ROW)
        assert wire.answer().status == 200


@with_rows
def test_a_body_one_byte_over_the_limit_stores_nothing(limited_port, pair):
    blank = b" " * (LIMIT + 1 - len(FIRST_ROW) - len(SECOND_ROW))
    with Wire(limited_port) as wire:
        wire.send(upload_head(pair, Content_Length=LIMIT + 1), FIRST_ROW, blank, SECOND_ROW)
        assert wire.answer().status == 413
    assert not Invoice.objects.exists()


@with_rows
def test_a_chunked_body_over_the_limit_is_413_and_stores_nothing(limited_port, pair):
    with Wire(limited_port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), *map(chunk, rows_far_apart(2)), LAST_CHUNK)
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (413, "application/problem+json")
    assert not Invoice.objects.exists()


def test_a_declared_length_over_the_limit_is_413_before_a_byte_of_the_body_is_sent(gunicorn):
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head({}, Content_Length=settings.UPLOAD_MAX_BYTES + 1))
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (413, "application/problem+json")


@every_connection
def test_a_sender_of_20_megabytes_reads_that_its_key_is_wrong(gunicorn, connection):
    head = upload_head({"Connection": connection}, Content_Length=20 * MEGABYTE)
    with Wire(gunicorn.port) as wire:
        wire.send(head, *blanks(20))
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (401, "application/problem+json")


@every_connection
def test_a_sender_of_100_megabytes_reads_that_its_key_is_wrong(gunicorn, connection):
    head = upload_head({"Connection": connection}, Content_Length=100 * MEGABYTE)
    with Wire(gunicorn.port) as wire:
        wire.send(head, *blanks(100))
        assert wire.answer().status == 401


@every_connection
def test_a_sender_of_20_megabytes_reads_that_they_are_too_many(limited_port, connection):
    head = upload_head({"Connection": connection}, Content_Length=20 * MEGABYTE)
    with Wire(limited_port) as wire:
        wire.send(head, *blanks(20))
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (413, "application/problem+json")


@every_connection
def test_a_sender_of_20_megabytes_in_chunks_reads_that_its_key_is_wrong(gunicorn, connection):
    head = upload_head({"Connection": connection}, Transfer_Encoding="chunked")
    with Wire(gunicorn.port) as wire:
        wire.send(head, *map(chunk, blanks(20)), LAST_CHUNK)
        assert wire.answer().status == 401


@with_rows
@every_connection
def test_a_sender_of_20_megabytes_in_chunks_reads_that_they_are_too_many(limited_port, pair, connection):
    head = upload_head(pair | {"Connection": connection}, Transfer_Encoding="chunked")
    with Wire(limited_port) as wire:
        wire.send(head, *map(chunk, blanks(20)), LAST_CHUNK)
        assert wire.answer().status == 413


@with_rows
def test_what_follows_a_refused_body_is_read_as_the_next_request(gunicorn, pair):
    refused = upload_head({}, Content_Length=MEGABYTE)
    with Wire(gunicorn.port) as wire:
        wire.send(refused, *blanks(1))
        assert wire.answer().status == 401
        wire.send(whole_upload([invoice_row()], pair))
        assert wire.answer().status == 200


def test_a_form_of_the_admin_that_is_too_large_is_answered_with_its_page(limited_port):
    size = LIMIT + MEGABYTE
    framing = {"Content-Length": str(size), "Content-Type": "multipart/form-data; boundary=b"}
    with Wire(limited_port) as wire:
        wire.send(head("POST", "/admin/uploads/upload/add/", framing), *blanks(size // MEGABYTE))
        answer = wire.answer()
    assert (answer.status, answer.headers["Location"]) == (303, "/admin/uploads/upload/add/?too_large=1")
