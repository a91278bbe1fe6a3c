"""Senders that stop in the middle of a request, more of them than the server has threads: others are served.

The server has two threads, and no sender is given up within a test unless its limit is set so: whoever is answered was
given a thread that a stalled sender would have held.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from select import select

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import invoice_row
from tests.http.wire import LAST_CHUNK, Wire, blanks, chunk, get, head, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

STALLED = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": 200, "Cookie": f"csrftoken={'a' * 32}"}
LINES = {"Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}
BEGUN = {
    "nothing sent": b"",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: local",
    "half a body without a key": upload_head({}, Content_Length=100_000) + b"[",
    "chunks without a key": upload_head({}, Transfer_Encoding="chunked") + chunk(b"["),
    "half a body to an unknown address": head("POST", "/jsonApi/nowhere", {"Content-Length": 100_000}) + b"[",
    "half a body where only GET is taken": head("POST", "/healthz", {"Content-Length": 100_000}) + b"[",
    "half a login": head("POST", "/admin/login/", FORM) + b"username=",
    "answered, and left open": head("GET", "/healthz", {"Connection": "close"}),
}
every_beginning = pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
# Whose answers nothing of the body is read for.
REFUSED = {
    "no key": ("POST", "/jsonApi/upload/invoices", {}, 401),
    "a wrong key": ("POST", "/jsonApi/upload/invoices", {"api_key": "ak_no", "api_secret": "sk_no"}, 401),
    "an unknown address": ("POST", "/jsonApi/nowhere", {}, 404),
    "a wrong method": ("POST", "/healthz", {}, 405),
}
every_refusal = pytest.mark.parametrize(("method", "path", "headers", "status"), REFUSED.values(), ids=REFUSED)
every_framing = pytest.mark.parametrize(
    "framing", [{"Content-Length": 10_000_000}, {"Transfer-Encoding": "chunked"}], ids=["a length", "chunks"]
)


@pytest.fixture(scope="module")
def port(start) -> int:
    """A server of two threads that gives nobody up while the test lasts, unless others wait."""
    waiting = {"HEAD_SECONDS": 60, "BODY_GRACE_SECONDS": 60, "BODY_PAUSE_SECONDS": 60}
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=2, **waiting).port


@pytest.fixture(scope="module")
def hasty_port(start) -> int:
    """A server that soon gives up whoever sends too little."""
    hasty = {"HEAD_SECONDS": 1, "BODY_GRACE_SECONDS": 1, "BODY_PAUSE_SECONDS": 15}
    return start("gunicorn", BODY_MIN_BYTES_PER_SECOND=1_000_000, **hasty).port


@contextmanager
def stalled(port: int, begun: bytes) -> Iterator[list[Wire]]:
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _ in range(STALLED)]
        for wire in wires:
            wire.send(begun)
        yield wires


@every_beginning
def test_stalled_strangers_keep_nobody_waiting(port, pair, begun):
    with stalled(port, begun):
        assert get(port, "/healthz").status == 200
        assert upload(port, [invoice_row()], pair).json()["created"] == 1


def test_senders_with_a_key_that_stall_keep_nobody_waiting(port, pair):
    with stalled(port, upload_head(pair, Content_Length=100_000) + b"["):
        assert get(port, "/healthz").status == 200
        assert upload(port, [invoice_row()], pair).json()["created"] == 1


@every_framing
@every_refusal
def test_a_refusal_is_answered_before_its_body_comes(port, method, path, headers, status, framing):
    with Wire(port) as wire:
        wire.send(head(method, path, headers | framing))
        answer = wire.answer()
        assert (answer.status, answer.headers["Connection"]) == (status, "close")


@every_refusal
def test_a_refused_sender_that_asks_first_is_not_told_to_go_on(port, method, path, headers, status):
    with Wire(port) as wire:
        wire.send(head(method, path, headers | {"Content-Length": 10, "Expect": "100-continue"}))
        first = wire.socket.recv(1000)
        assert first.startswith(f"HTTP/1.1 {status} ".encode())
        assert b"\r\nConnection: close\r\n" in first


def test_a_head_that_does_not_come_is_answered_with_408(hasty_port):
    with Wire(hasty_port) as wire:
        wire.send(BEGUN["half a head"])
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (408, "application/problem+json")


def test_a_slow_body_is_answered_with_408_and_stores_nothing(hasty_port, pair):
    with Wire(hasty_port) as wire:
        wire.send(
            upload_head(pair | LINES), chunk(b'{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}\n')
        )
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (408, "application/problem+json")
    assert [error["code"] for error in answer.json()["errors"]] == ["body_too_slow"]
    assert (Upload.objects.get().outcome, Invoice.objects.count()) == ("refused", 0)


def test_a_trickling_body_is_answered_with_408(hasty_port, pair):
    with Wire(hasty_port) as wire:
        wire.send(upload_head(pair, Content_Length=100_000))
        while not select([wire.socket], [], [], 0.1)[0]:
            wire.send(b" ")
        assert wire.answer().status == 408


def test_a_slow_form_of_the_admin_is_answered_with_408(hasty_port):
    with Wire(hasty_port) as wire:
        wire.send(BEGUN["half a login"])
        answer = wire.answer()
    assert (answer.status, answer.content_type) == (408, "application/problem+json")


def test_a_fast_body_may_pause(hasty_port, pair):
    with Wire(hasty_port) as wire:
        wire.send(upload_head(pair, Content_Length=20_000_002), b"[", *blanks(20))
        wire.socket.settimeout(1.5)
        with pytest.raises(TimeoutError):
            wire.socket.recv(1)
        wire.socket.settimeout(30)
        wire.send(b"]")
        assert wire.answer().status == 200


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/uploads/upload/add/"])
def test_a_large_form_of_a_stranger_is_sent_to_the_login_without_being_read(port, path):
    with Wire(port) as wire:
        wire.send(
            head("POST", path, FORM | {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": 10**7})
        )
        answer = wire.answer()
    assert (answer.status, answer.headers["Location"]) == (302, f"/admin/login/?next={path}")


def test_a_form_of_the_admin_in_chunks_needs_a_length(port):
    with Wire(port) as wire:
        wire.send(head("POST", "/admin/login/", {"Transfer-Encoding": "chunked"}))
        assert wire.answer().status == 411


def test_a_compressed_body_that_unfolds_to_nothing_is_counted_as_sent(start, pair):
    limited = start("gunicorn", UPLOAD_MAX_BYTES=1_000_000).port
    gzip_with_a_name = bytes.fromhex("1f8b0808000000000003")
    with Wire(limited) as wire:
        wire.send(upload_head(pair | {"Content-Encoding": "gzip"}, Transfer_Encoding="chunked"))
        wire.send(chunk(gzip_with_a_name), chunk(b"n" * 2_000_000), LAST_CHUNK)
        assert wire.answer().status == 413
