"""A database that goes away or gives up in the midst of an upload: 503, nothing half done, and the next is taken."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from urllib.parse import quote

import pytest
from django.db import connection, transaction

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge import lock
from tests.factories import BY_WORKER, invoice_row
from tests.http.servers import url_of_the_test_database, wait_until
from tests.http.wire import Answer, Wire, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

BODY = json.dumps([invoice_row(invoiceNumber=str(number)) for number in range(500)]).encode()
ROWS = json.loads(BODY)
HALF = len(BODY) // 2
LIMIT_SECONDS = 1
WAITING = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
OURS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND "
STAGING = OURS + "state = 'active' AND query LIKE 'COPY %'"
KEEPING = OURS + "state = 'idle in transaction' AND query LIKE 'INSERT INTO \"uploads_upload\"%'"


def one_thread(start, **variables) -> int:
    """Return the port of a server whose next upload meets the same thread, and the same connection if that is kept."""
    return start("gunicorn", WEB_CONCURRENCY=1, WEB_THREADS=1, **variables).port


@pytest.fixture(scope="module")
def port(start) -> int:
    return one_thread(start)


@pytest.fixture(scope="module")
def impatient(start) -> Callable[..., int]:
    """Return the port of a server whose connections have these settings; the same server for the same settings."""

    @cache
    def port(**options: str) -> int:
        if "transaction_timeout" in options and connection.pg_version < 170000:
            pytest.skip("transaction_timeout came with PostgreSQL 17")
        return one_thread(start, DATABASE_URL=with_options(**options))

    return port


def with_options(**options) -> str:
    """Return the address of the test database for connections with these settings."""
    settings = " ".join(f"-c {name}={value}" for name, value in options.items())
    return f"{url_of_the_test_database()}&options={quote(settings)}"


def backends(query: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [pid for (pid,) in cursor.fetchall()]


def end_the_only(query: str) -> None:
    """End the connection of the one backend that the query finds."""
    wait_until(lambda: len(backends(query)) == 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", backends(query))


def outlast(query: str) -> None:
    """Wait until the query finds a backend, and then for longer than it is given; in a COPY it looks at the clock
    when the next bytes arrive.
    """
    wait_until(lambda: len(backends(query)) == 1)
    time.sleep(1.5 * LIMIT_SECONDS)


@contextmanager
def waiting_upload(port, account, headers) -> Iterator[Future[Answer]]:
    """Send an upload that waits, all staged, for a lock that is held until the block ends."""
    with ThreadPoolExecutor(1) as sender, transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, account, Resource.INVOICES)
        sent = sender.submit(upload, port, ROWS, headers)
        wait_until(lambda: len(backends(WAITING)) == 1)
        yield sent


def interrupted_upload(port: int, headers: dict[str, str], interrupt: Callable[[], None]) -> Answer:
    """Send half a body, and the other half after the interruption."""
    with Wire(port) as wire:
        wire.send(upload_head(headers, Content_Length=len(BODY)), BODY[:HALF])
        interrupt()
        wire.send(BODY[HALF:])
        return wire.answer()


def assert_told_to_come_again(answer: Answer) -> None:
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30"), answer.body
    assert answer.content_type == "application/problem+json"
    assert (Invoice.objects.count(), Upload.objects.count()) == (0, 0)


def assert_taken(answer: Answer) -> None:
    assert (answer.status, answer.json()["created"]) == (200, len(ROWS))
    assert Invoice.objects.count() == len(ROWS)


def test_a_connection_lost_between_staging_and_commit_stores_nothing(port, account, pair):
    with waiting_upload(port, account, pair) as sent:
        end_the_only(WAITING)
        assert_told_to_come_again(sent.result())
    assert_taken(upload(port, ROWS, pair))


@pytest.mark.parametrize(("preference", "state"), [({}, STAGING), (BY_WORKER, KEEPING)], ids=["staged", "kept"])
def test_a_connection_lost_in_mid_body_stores_nothing(port, pair, preference, state):
    answer = interrupted_upload(port, pair | preference, lambda: end_the_only(state))
    assert_told_to_come_again(answer)
    assert_taken(upload(port, ROWS, pair))


@pytest.mark.parametrize("limit", ["statement_timeout", "transaction_timeout"])
def test_an_upload_that_the_database_ends_while_it_waits_stores_nothing(impatient, account, pair, limit):
    port = impatient(**{limit: f"{LIMIT_SECONDS}s"})
    with waiting_upload(port, account, pair) as sent:
        assert_told_to_come_again(sent.result())
    assert_taken(upload(port, ROWS, pair))


def test_an_upload_that_waits_too_long_for_another_stores_nothing(start, account, pair):
    port = one_thread(start, UPLOAD_LOCK_SECONDS=LIMIT_SECONDS)
    with waiting_upload(port, account, pair) as sent:
        assert_told_to_come_again(sent.result())
    assert_taken(upload(port, ROWS, pair))


@pytest.mark.parametrize(
    ("limit", "preference", "state"),
    [
        ("statement_timeout", {}, STAGING),
        ("transaction_timeout", {}, STAGING),
        ("idle_in_transaction_session_timeout", BY_WORKER, KEEPING),
    ],
    ids=["statement", "transaction", "idle"],
)
def test_an_upload_that_the_database_ends_in_mid_body_stores_nothing(impatient, pair, limit, preference, state):
    port = impatient(**{limit: f"{LIMIT_SECONDS}s"})
    answer = interrupted_upload(port, pair | preference, lambda: outlast(state))
    assert_told_to_come_again(answer)
    assert_taken(upload(port, ROWS, pair))


def test_a_database_that_takes_no_writes_stores_nothing(impatient, pair):
    assert_told_to_come_again(upload(impatient(default_transaction_read_only="on"), ROWS, pair))
