"""Uploads over HTTP: large and small ones, in a full load, and by a worker."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from statistics import median
from subprocess import Popen
from time import perf_counter, sleep

from django.conf import settings

from tests.benchmarks import feed
from tests.benchmarks.cluster.service import Service
from tests.benchmarks.cluster.side import Outcome
from tests.benchmarks.loads import AS_LOAD, MISSING
from tests.benchmarks.scenarios import PAID
from tests.benchmarks.sending import ENGINE, WrongAnswer, check
from tests.http.servers import environment

SMALL_ROWS, SMALL_UPLOADS = 50, 8  # of one upload; of one turn, one of each account
# The first of the documents that each kind of upload numbers for itself.
LARGE, SMALL, LOADED, BY_WORKER = 10_000_000, 20_000_000, 30_000_000, 40_000_000
POLL_SECONDS, MOST_SECONDS = 0.02, 300


def large(service: Service, number: int, outcome: str, paid: int = 0) -> Outcome:
    """Upload many rows of one account: those of the turn of this number."""
    rows = service.sizes.rows
    body = feed.json_array(feed.invoices(rows, LARGE + number * rows, paid))
    answer = service.post(number, ENGINE.path, body)
    check(ENGINE, answer, received=rows, **{outcome: rows})
    return Outcome(answer.seconds, answer.json()["totals"])


def small(service: Service, number: int, outcome: str, paid: int = 0) -> Outcome:
    """Upload few rows, one account after another; the seconds are those of the median upload."""
    seconds, totals = [], []
    for upload in range(SMALL_UPLOADS):
        first = SMALL + (number * SMALL_UPLOADS + upload) * SMALL_ROWS
        answer = service.post(upload, ENGINE.path, feed.json_array(feed.invoices(SMALL_ROWS, first, paid)))
        check(ENGINE, answer, received=SMALL_ROWS, **{outcome: SMALL_ROWS})
        seconds.append(answer.seconds)
        totals.append(answer.json()["totals"])
    return Outcome(median(seconds), totals)


def full_load(service: Service, number: int) -> Outcome:
    """Upload a ledger of a company code as a full load, then most of it, which closes the rest."""
    rows = service.sizes.rows
    ledger = [row | {"companyCode": "LOAD"} for row in feed.invoices(round(rows / (1 - MISSING)), LOADED)]
    service.post(number, AS_LOAD.path, feed.json_array(ledger))
    answer = service.post(number, AS_LOAD.path, feed.json_array(ledger[:rows]))
    check(AS_LOAD, answer, received=rows, unchanged=rows, closed=len(ledger) - rows)
    return Outcome(answer.seconds, answer.json()["totals"])


def by_worker(service: Service, number: int) -> Outcome:
    """Upload many new rows without waiting, and poll the receipt until it is finished."""
    first = BY_WORKER + number * 2 * service.sizes.rows
    with _worker(service):
        _finished(service, number, first, 1)  # the worker has started
        return _finished(service, number, first + 1, service.sizes.rows)


@contextmanager
def _worker(service: Service) -> Iterator[None]:
    command = [sys.executable, "manage.py", "procrastinate", "worker"]
    log = service.server.log.with_name("worker.log")
    with (
        log.open("ab") as written,
        Popen(command, cwd=settings.BASE_DIR, env=environment(0, {}), stdout=written, stderr=written) as worker,
    ):
        try:
            yield
        finally:
            worker.terminate()


def _finished(service: Service, number: int, first: int, rows: int) -> Outcome:
    body = feed.json_array(feed.invoices(rows, first))
    with service.sender(number) as sender:
        started = perf_counter()
        upload = sender.send(ENGINE.path, body, Prefer="respond-async").json()["url"]
        while (receipt := sender.get(upload)).json()["state"] != "finished":
            if perf_counter() - started > MOST_SECONDS:
                raise WrongAnswer(f"no worker has finished {upload}: {receipt.start()}")
            sleep(POLL_SECONDS)
        seconds = perf_counter() - started
    check(ENGINE, receipt, received=rows, created=rows)
    return Outcome(seconds, receipt.json()["totals"])


WORKS: dict[str, Callable[[Service, int], Outcome]] = {
    "large upload, new": partial(large, outcome="created"),
    "large upload, unchanged": partial(large, outcome="unchanged"),
    "large upload, changed": partial(large, outcome="updated", paid=PAID),
    "small upload, new": partial(small, outcome="created"),
    "small upload, unchanged": partial(small, outcome="unchanged"),
    "small upload, changed": partial(small, outcome="updated", paid=PAID),
    "asynchronous upload": by_worker,
    "full load, 3 % missing": full_load,
}
