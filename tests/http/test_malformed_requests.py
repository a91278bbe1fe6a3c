"""What is no HTTP, or too much of it, never reaches the application; it is answered in the API's form all the same."""

import pytest

from tests.http.wire import Answer, Wire, get, head, upload_head

MALFORMED = {
    "no request line": (b"how do you do?\r\n\r\n", 400),
    "no method": (b"get /healthz HTTP/1.1\r\n\r\n", 400),
    "no such version": (b"GET /healthz HTTP/3.7\r\n\r\n", 400),
    "a space in the address": (b"GET /health z HTTP/1.1\r\n\r\n", 400),
    "a header without a colon": (b"GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n", 400),
    "a header with a NUL": (head("GET", "/healthz", {"Api-Key": "ak\0"}), 400),
    "a header on two lines": (head("GET", "/healthz", {"Api-Key": "ak\r\n folded"}), 400),
    "two hosts": (head("GET", "/healthz", {"Host": "elsewhere"}), 400),
    "a length that is no number": (head("POST", "/jsonApi/upload/invoices", {"Content-Length": "many"}), 400),
    "a length below nothing": (head("POST", "/jsonApi/upload/invoices", {"Content-Length": "-1"}), 400),
    "two lengths": (head("POST", "/healthz", [("Content-Length", 1), ("Content-Length", 2)]), 400),
    "a length and chunks": (head("POST", "/healthz", {"Content-Length": 1, "Transfer-Encoding": "chunked"}), 400),
    "an address of 9,000 characters": (head("GET", "/" + "a" * 9_000, {}), 414),
    "a header of 9,000 characters": (head("GET", "/healthz", {"Api-Key": "a" * 9_000}), 431),
    "200 headers": (head("GET", "/healthz", {f"X-{number}": number for number in range(200)}), 431),
    "a coding no one knows": (head("POST", "/healthz", {"Transfer-Encoding": "zip"}), 501),
}


def exchange(port: int, *pieces: bytes) -> Answer:
    with Wire(port) as wire:
        wire.send(*pieces)
        return wire.answer()


@pytest.mark.parametrize(("request_bytes", "status"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_request_is_answered_with_a_problem_document(gunicorn, request_bytes, status):
    answer = exchange(gunicorn.port, request_bytes)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert answer.headers["Cache-Control"] == "private, no-store"


BROKEN_CHUNKS = {
    "no length": b"many\r\n[]\r\n0\r\n\r\n",
    "longer than its length": b"1\r\n[]\r\n0\r\n\r\n",
    "a length below nothing": b"-2\r\n[]\r\n0\r\n\r\n",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chunks", BROKEN_CHUNKS.values(), ids=BROKEN_CHUNKS)
def test_a_broken_chunk_is_answered_with_a_problem_document(gunicorn, pair, chunks):
    answer = exchange(gunicorn.port, upload_head(pair, Transfer_Encoding="chunked"), chunks)
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_foreign_host_is_answered_with_a_problem_document(gunicorn):
    answer = exchange(gunicorn.port, b"GET /jsonApi/whoami HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")
    assert (answer.status, answer.content_type) == (400, "application/problem+json")


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_no_ascii_is_401(gunicorn):
    assert get(gunicorn.port, "/jsonApi/whoami", {"api_key": "clé", "api_secret": "sécret"}).status == 401
