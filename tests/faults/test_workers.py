"""A background worker that dies, or cannot say what it has done, leaves its uploads to the next."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any

import psycopg
import pytest

from tests.factories import BY_WORKER, invoice_row
from tests.faults.processes import LOST_SECONDS, Service, Worker
from tests.http.servers import wait_until
from tests.http.wire import get, upload

SECONDS = 30
LISTENING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %%'"
KEY = {"Idempotency-Key": "night"}
WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%' || %s || '%%'"


@contextmanager
def held(service: Service, query: str, *parameters: Any) -> Iterator[None]:
    """Hold what the query locks until the block ends."""
    with psycopg.connect(service.database.url) as connection:
        connection.execute(query, parameters)  # type: ignore[call-overload]
        yield
        connection.rollback()


def merging_held(service: Service) -> Any:
    """Let no upload of invoices merge until the block ends."""
    ((account,),) = service.database.query("SELECT id FROM apiauth_account")
    return held(service, "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"upload:{account}:invoices")


def waiting(service: Service, for_what: str) -> list[int]:
    """Return the backends whose query has these words, and that wait for a lock."""
    return [pid for (pid,) in service.database.query(WAITING, for_what)]


def send(service: Service, number: str, **headers: str) -> str:
    """Send one invoice that nobody waits for; return the address of its receipt."""
    answer = upload(service.web.port, [invoice_row(invoiceNumber=number)], service.pair | BY_WORKER | headers)
    assert answer.status == 202
    return answer.headers["Location"]


def receipt(service: Service, address: str) -> dict[str, Any]:
    return get(service.web.port, address, service.pair).json()


def finished(service: Service, address: str) -> dict[str, Any]:
    wait_until(lambda: receipt(service, address)["state"] == "finished", 20 + LOST_SECONDS)
    return receipt(service, address)


def test_the_upload_of_a_killed_worker_is_taken_by_the_next(service):
    with merging_held(service):
        address = send(service, "K1")
        wait_until(lambda: waiting(service, "advisory") != [])
        service.worker.kill()
    service.worker.keep_up()
    assert finished(service, address)["created"] == 1


def test_an_upload_whose_worker_cannot_report_it_does_not_hold_up_the_next(service):
    with ExitStack() as report:
        with merging_held(service):
            first = send(service, "R1")
            wait_until(lambda: waiting(service, "advisory") != [])
            report.enter_context(
                held(service, "SELECT FROM procrastinate_jobs WHERE task_name = 'take_upload' FOR UPDATE")
            )
        assert finished(service, first)["created"] == 1
        wait_until(lambda: waiting(service, "finish_job") != [])
        service.database.query("SELECT pg_terminate_backend(%s)", *waiting(service, "finish_job"))
    assert finished(service, send(service, "R2"))["created"] == 1


def test_an_upload_that_its_workers_die_of_is_refused_in_the_end(service):
    service.worker.kill()
    address = send(service, "D1")
    service.database.query("UPDATE procrastinate_jobs SET attempts = 11 WHERE task_name = 'take_upload'")
    service.worker.keep_up()
    assert [error["code"] for error in finished(service, address)["errors"]] == ["not_taken"]


def test_an_upload_that_a_worker_took_is_known_by_its_key(service):
    address = send(service, "I1", **KEY)
    receipt = finished(service, address)
    again = upload(service.web.port, [invoice_row(invoiceNumber="I1")], service.pair | BY_WORKER | KEY)
    assert (again.status, again.json()) == (200, receipt)


def test_uploads_that_stand_in_line_follow_one_another_at_once(service):
    service.worker.kill()
    first, *others = [send(service, f"L{number}") for number in range(6)]
    # One that seldom looks for lost uploads: whenever it does, it looks at the whole queue.
    worker = Worker(service.worker.log.parent, DATABASE_URL=service.database.url, UPLOAD_LOST_SECONDS=60)
    worker.start()
    try:
        finished(service, first)
        started = monotonic()
        assert [finished(service, address)["created"] for address in others] == [1] * 5
        assert monotonic() - started < 12
    finally:
        worker.kill()
        service.worker.keep_up()


def test_a_worker_that_loses_its_database_ends_with_a_failure(service):
    wait_until(lambda: service.database.query(LISTENING) != [])
    service.database.stop()
    service.database.start()
    assert service.worker.process.wait(60) == 1
    service.worker.keep_up()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_stop_finishes_its_upload_and_succeeds(service, stop):
    with merging_held(service):
        address = send(service, f"S{stop}")
        wait_until(lambda: waiting(service, "advisory") != [])
        service.worker.process.send_signal(stop)
    assert service.worker.process.wait(SECONDS) == 0
    assert receipt(service, address)["created"] == 1
    service.worker.keep_up()
