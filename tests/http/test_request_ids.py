"""X-Request-Id: every answer of the real server has one, whoever gives it."""

import re

import pytest

from tests.http.servers import wait_until
from tests.http.wire import Wire, get, head, upload_head

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OUTSIDE_DJANGO = {
    "no HTTP": (b"how do you do?\r\n\r\n", 400),
    "an address too long": (head("GET", "/" + "a" * 9_000, {}), 414),
    "a body too large": (upload_head({}, Content_Length=10**12), 413),
    "a foreign host": (b"GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n", 400),
    "an address that is not there": (head("GET", "/nothing", {}), 404),
    "a file": (head("GET", "/static/config/favicon.svg", {}), 200),
    "a redirect": (head("GET", "/admin/", {}), 302),
}
KEPT = ["7f3c", "0b7ad1f2-7a0c-4c52-8a6c-0d5c51d6e2c3", "Root=1-67891233-abcdef012345678912345678", "a" * 128]
REPLACED = ["", "a" * 129, "two words", "a,b", "<script>", "a\tb", "naïve", "%0d%0aSet-Cookie:x", '"quoted"']


@pytest.mark.parametrize(("request_bytes", "status"), OUTSIDE_DJANGO.values(), ids=OUTSIDE_DJANGO)
def test_every_answer_has_a_name(gunicorn, request_bytes, status):
    with Wire(gunicorn.port) as wire:
        wire.send(request_bytes)
        answer = wire.answer()
    assert answer.status == status
    assert UUID.fullmatch(answer.headers["X-Request-Id"])


@pytest.mark.parametrize("name", KEPT)
def test_a_name_that_is_sent_is_kept(gunicorn, name):
    assert get(gunicorn.port, "/healthz", {"X-Request-Id": name}).headers.get_all("X-Request-Id") == [name]


@pytest.mark.parametrize("name", REPLACED)
def test_a_name_that_would_break_a_log_is_replaced(gunicorn, name):
    [made] = get(gunicorn.port, "/healthz", {"X-Request-Id": name}).headers.get_all("X-Request-Id")
    assert UUID.fullmatch(made)


def test_a_name_ends_with_its_request(gunicorn):
    with Wire(gunicorn.port) as wire:
        wire.send(head("GET", "/healthz", {"X-Request-Id": "first"}))
        wire.answer()
        wire.send(head("GET", "/healthz", {}))
        assert wire.answer().headers["X-Request-Id"] != "first"


def test_the_access_log_names_the_request(start):
    server = start("gunicorn", ACCESS_LOG="1")
    get(server.port, "/healthz", {"X-Request-Id": "named-in-the-log"})
    line = re.compile(r'"GET /healthz HTTP/1.1" 200 .* named-in-the-log$', re.MULTILINE)
    wait_until(lambda: line.search(server.log.read_text()) is not None)  # it is written after the answer
