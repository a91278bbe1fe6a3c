"""Readers that ask for files and take nothing of them: they are ended, and a key has few of them at the same time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection

from tests.factories import CustomerFactory, key_headers, many_invoices
from tests.http.servers import wait_until
from tests.http.wire import Wire, get, head

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, STREET = 1500, "x" * 10_000  # together 15 MB: more than the buffers of a connection hold
FILE = "/jsonApi/invoices?format=ndjson"
FILES_AT_ONCE = 2


@pytest.fixture(scope="module")
def patient(start):
    """Two processes that give no reader up while a test lasts, each with threads for more readers than a test has."""
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=8, FILES_AT_ONCE=FILES_AT_ONCE, FILE_STALLED_SECONDS=60)


@pytest.fixture(scope="module")
def hasty(start):
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=1, FILE_STALLED_SECONDS=1)


@pytest.fixture
def rows(account):
    many_invoices(account, ROWS, billing_address={"street": STREET})
    return CustomerFactory(account=account, customer_number="4711")


def asked(wire: Wire, headers: dict[str, str]) -> bytes:
    """Ask for the file; return the beginning of the answer."""
    wire.send(head("GET", FILE, headers | {"Connection": "close"}))
    return wire.socket.recv(12)


@contextmanager
def stalled(port: int, headers: dict[str, str], count: int) -> Iterator[list[Wire]]:
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _ in range(count)]
        assert {asked(wire, headers) for wire in wires} == {b"HTTP/1.1 200"}
        yield wires
        for wire in wires:
            wire.reset()


def taken_to_the_end(wire: Wire) -> bytes:
    received = []
    while data := wire.socket.recv(1024 * 1024):
        received.append(data)
    return b"".join(received)


def reading_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'"
            " AND state <> 'idle'"
        )
        return cursor.fetchone()[0]


def test_a_reader_that_takes_nothing_is_ended_and_frees_thread_and_connection(hasty, rows, pair):
    with stalled(hasty.port, pair, 1) as [wire]:
        assert get(hasty.port, "/healthz").status == 200  # the one thread is free
        assert reading_connections() == 0
        assert not taken_to_the_end(wire).endswith(b"0\r\n\r\n")  # nobody takes the beginning for the whole
    assert "took nothing of its answer" in hasty.log.read_text()
    assert "Traceback" not in hasty.log.read_text()


def test_a_key_has_few_files_under_way_across_all_processes(patient, rows, pair):
    statement = f"/jsonApi/customers/{rows.pk}/statement?format="
    with stalled(patient.port, pair, FILES_AT_ONCE):
        for path in [FILE, f"{statement}csv", f"{statement}pdf"] * 3:
            answer = get(patient.port, path, pair)
            assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
            assert [error["code"] for error in answer.json()["errors"]] == ["too_many_files"]
        assert get(patient.port, "/jsonApi/invoices?pageSize=1", pair).status == 200


def test_the_files_of_one_key_leave_those_of_another_alone(patient, rows, account, pair):
    with stalled(patient.port, pair, FILES_AT_ONCE), stalled(patient.port, key_headers(account), FILES_AT_ONCE):
        assert get(patient.port, FILE, pair).status == 429


def test_a_file_that_is_broken_off_makes_room_for_the_next(patient, rows, pair):
    with stalled(patient.port, pair, FILES_AT_ONCE):
        assert get(patient.port, FILE, pair).status == 429
    wait_until(lambda: get(patient.port, FILE, pair).status == 200)
