"""One key that has many uploads under way: those beyond a number are sent away, and no dead process counts."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest
from django.db import connection

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import BY_WORKER, AccountFactory, invoice_row, key_headers
from tests.http.servers import wait_until
from tests.http.wire import Wire, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 2


@pytest.fixture(scope="module")
def server(start):
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=4, UPLOADS_AT_ONCE=AT_ONCE)


def begun() -> int:
    """Return how many uploads the database has under way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE 'COPY%staged_%' AND state = 'active'"
        )
        return cursor.fetchone()[0]


@contextmanager
def under_way(port: int, headers: dict[str, str], count: int) -> Iterator[list[Wire]]:
    """Hold uploads of which the last byte does not come."""
    with ExitStack() as stack:
        wires = [stack.enter_context(Wire(port)) for _ in range(count)]
        for wire in wires:
            wire.send(upload_head(headers, Content_Length=2_000_000), b"[" + b" " * 1_200_000)
        wait_until(lambda: begun() == count)
        yield wires
        for wire in wires:
            wire.see_it_ended()


def test_a_key_beyond_its_uploads_at_once_is_told_to_come_again(server, pair):
    with under_way(server.port, pair, AT_ONCE):
        refused = upload(server.port, [invoice_row()], pair)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "5")
        assert refused.json()["errors"][0]["code"] == "too_many_uploads"
        assert not Upload.objects.exists()
        other = key_headers(AccountFactory())
        assert upload(server.port, [invoice_row()], other).status == 200


def test_an_upload_with_an_idempotency_key_or_for_a_worker_counts_as_well(server, pair):
    with under_way(server.port, pair, AT_ONCE):
        for header in ({"Idempotency-Key": "a"}, BY_WORKER):
            assert upload(server.port, [invoice_row()], pair | header).status == 429
    assert not Upload.objects.exclude(outcome="refused").exists()


def test_one_that_has_ended_makes_room(server, pair):
    with under_way(server.port, pair, AT_ONCE) as wires:
        wires[0].send(b" " * 799_998 + b"]")
        assert wires[0].answer().status == 200
        assert upload(server.port, [invoice_row()], pair).status == 200
    assert Invoice.objects.count() == 1


def test_uploads_of_a_killed_process_do_not_count(server, pair):
    with under_way(server.port, pair, AT_ONCE):
        for worker in psutil.Process(server.process.pid).children():
            worker.send_signal(signal.SIGKILL)
        wait_until(lambda: begun() == 0)
    wait_until(server.is_up)
    assert upload(server.port, [invoice_row()], pair).status == 200


def test_uploads_for_a_worker_do_not_count_once_they_are_kept(server, pair):
    answers = [upload(server.port, [invoice_row()], pair | BY_WORKER) for _ in range(AT_ONCE + 1)]
    assert {answer.status for answer in answers} == {202}
