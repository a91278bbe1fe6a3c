"""Readers who break off a file while it is sent: the one thread of a server goes on to the next request."""

from itertools import product

import pytest

from tests.factories import CustomerFactory, many_invoices
from tests.http.wire import Wire, get, head

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 20_000


@pytest.fixture(scope="module")
def server(start):
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=1)


@pytest.fixture
def customer(account):
    many_invoices(account, ROWS)
    return CustomerFactory(account=account, customer_number="4711")


def broken_off(port, path, pair):
    with Wire(port) as wire:
        wire.send(head("GET", path, pair))
        assert wire.socket.recv(1000).startswith(b"HTTP/1.1 200")
        wire.reset()


def test_a_file_that_is_broken_off_keeps_no_later_request_waiting(server, pair, customer):
    lists = [f"/jsonApi/invoices?format={kind}" for kind in ("csv", "ndjson", "xlsx")]
    statement = f"/jsonApi/customers/{customer.pk}/statement?format=csv"
    for path, coding in product([*lists, statement], ["identity", "gzip", "identity"]):
        broken_off(server.port, path, pair | {"Accept-Encoding": coding})
        assert len(get(server.port, "/jsonApi/invoices", pair).json()["results"]) == 100
    assert get(server.port, statement, pair).body.count(b"\r\n") == 1 + 1 + ROWS + 1
