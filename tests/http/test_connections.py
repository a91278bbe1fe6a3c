"""What senders rely on without a thought: one connection for many requests, and probes that answer."""

import time
from contextlib import ExitStack

import pytest

from tests.factories import invoice_row
from tests.http.wire import LAST_CHUNK, Wire, chunk, get, head, upload_head, whole_upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.smoke
def test_two_uploads_after_one_another_go_over_one_connection(gunicorn, pair):
    with Wire(gunicorn.port) as wire:
        wire.send(whole_upload([invoice_row()], pair))
        assert wire.answer().json()["created"] == 1
        wire.send(whole_upload([invoice_row()], pair))
        assert wire.answer().json()["unchanged"] == 1


def test_an_upload_follows_a_chunked_one_over_one_connection(gunicorn, pair):
    chunks = chunk(b'[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}]') + LAST_CHUNK
    with Wire(gunicorn.port) as wire:
        wire.send(upload_head(pair, Transfer_Encoding="chunked"), chunks)
        assert wire.answer().json()["created"] == 1
        wire.send(whole_upload([invoice_row()], pair))
        assert wire.answer().json()["created"] == 1


def test_a_connection_lives_on_while_its_pool_does_not_use_it(gunicorn):
    with Wire(gunicorn.port) as wire:
        wire.send(head("GET", "/healthz", {}))
        assert wire.answer().headers.get("Connection") != "close"
        time.sleep(3.5)  # the server's own default closed it after two, often while the next request was on its way
        wire.send(head("GET", "/healthz", {}))
        assert wire.answer().status == 200


def test_idle_connections_hold_no_thread(gunicorn):
    with ExitStack() as pool:
        for _ in range(50):
            wire = pool.enter_context(Wire(gunicorn.port))
            wire.send(head("GET", "/healthz", {}))
            assert wire.answer().status == 200
        assert get(gunicorn.port, "/healthz").status == 200


def test_a_sender_that_asks_first_is_told_to_go_on(gunicorn, pair):
    asking, body = whole_upload([invoice_row()], pair | {"Expect": "100-continue"}).split(b"\r\n\r\n")
    with Wire(gunicorn.port) as wire:
        wire.send(asking, b"\r\n\r\n")
        assert wire.socket.recv(1000).startswith(b"HTTP/1.1 100 ")
        wire.send(body)
        assert wire.answer().status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_may_ask_for_the_head_alone(gunicorn, path):
    with Wire(gunicorn.port) as wire:
        wire.send(head("HEAD", path, {}))
        answer = wire.answer("HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_runserver_refuses_a_chunked_upload_rather_than_take_it_for_an_empty_one(start, pair):
    with Wire(start("runserver").port) as wire:
        wire.send(upload_head(pair | {"Connection": "close"}, Transfer_Encoding="chunked"), LAST_CHUNK)
        assert wire.answer().status == 411
