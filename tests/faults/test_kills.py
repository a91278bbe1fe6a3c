"""Thirty uploads while server, worker and database are killed: each is wholly there or wholly absent. At night 300.

FAULTS_SEED names another order of kills. The log of the test says what was killed when, and what became of each upload.
"""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from typing import Any

import psutil
import pytest

from tests.faults.night import Night, Sending
from tests.faults.processes import Service
from tests.http.servers import wait_until
from tests.http.wire import upload

logger = logging.getLogger(__name__)

SEED = int(os.environ.get("FAULTS_SEED", "4711"))
UPLOADS = [30, pytest.param(300, marks=pytest.mark.nightly)]
SHORTEST, LONGEST = 2000, 5000  # rows
LATEST_KILL_SECONDS = 0.6  # after the upload was sent: about as long as it takes
SETTLED_SECONDS = 90


def kill_one(found: Callable[[], list[int]], chance: Random) -> None:
    """Kill one of the processes that are found; they come and go, so that it may take another look."""

    def is_done() -> bool:
        pids = found()
        with suppress(psutil.NoSuchProcess):
            if pids:
                psutil.Process(chance.choice(pids)).kill()
                return True
        return False

    wait_until(is_done)


Kill = Callable[[Service, Random], None]
KILLS: dict[str, Kill] = {
    "a server process": lambda service, chance: kill_one(service.web.child_pids, chance),
    "the server's parent": lambda service, chance: service.web.kill_parent(),
    "the server": lambda service, chance: service.web.kill(),
    "the worker": lambda service, chance: service.worker.kill(),
    "a database connection": lambda service, chance: kill_one(service.database.client_pids, chance),
    "the database": lambda service, chance: service.database.kill(),
}
TIMES = {  # those that take longest to start again are killed least
    "a server process": 4,
    "the server's parent": 1,
    "the server": 2,
    "the worker": 4,
    "a database connection": 3,
    "the database": 2,
}


def planned(count: int, chance: Random) -> list[Sending]:
    """Return so many uploads, about half of which kill something."""
    sixteen = [name for name in KILLS for _ in range(TIMES[name])]
    victims = [*sixteen * (count // 30), *[None] * count][:count]
    chance.shuffle(victims)
    return [
        Sending(number, chance.randint(SHORTEST, LONGEST), victim == "the worker" or chance.random() < 0.5, victim)
        for number, victim in enumerate(victims)
    ]


@pytest.fixture(scope="module", params=UPLOADS)
def night(service, request) -> Night:
    """Send all uploads, kill something during most of them, start it again, and wait until all is done."""
    chance = Random(SEED)  # noqa: S311 - a plan, not a secret
    sendings = planned(request.param, chance)
    stored = [row for sending in sendings for row in sending.rows(sending.before)]
    assert upload(service.web.port, stored, service.pair).json()["created"] == len(stored)
    with ThreadPoolExecutor(1) as sender:
        for sending in sendings:
            sent = sender.submit(sending.send_at_night, service)
            kill(service, sending.victim, chance)
            sending.answer = sent.result()
            log(sending)
            service.keep_up()
    wait_until(lambda: is_settled(service), SETTLED_SECONDS)
    night = Night(service, sendings)
    logger.info("%d of %d uploads were taken", sum(map(len, night.taken().values())), len(sendings))
    return night


def kill(service: Service, victim: str | None, chance: Random) -> None:
    if victim:
        time.sleep(chance.uniform(0, LATEST_KILL_SECONDS))
        KILLS[victim](service, chance)


def log(sending: Sending) -> None:
    status = sending.answer.status if sending.answer else "no answer"
    kind = "async" if sending.is_async else "sync"
    logger.info("upload %d, %s, %d rows, kills %s: %s", sending.number, kind, sending.count, sending.victim, status)


def is_settled(service: Service) -> bool:
    """Whether no upload is under way; what ends meanwhile is started again."""
    service.keep_up()
    unfinished = "SELECT id::text FROM uploads_upload WHERE state <> 'finished'"
    queued = "SELECT id::text FROM procrastinate_jobs WHERE task_name = 'take_upload'"
    return service.database.query(f"{unfinished} UNION ALL {queued}") == []


def test_every_upload_is_wholly_there_or_wholly_absent(night):
    stored, taken = night.stored(), night.taken()
    for sending in night.sendings:
        assert stored[sending.number] == (sending.after if taken[sending.key] else sending.before), sending.key


def test_every_upload_is_taken_once_at_most(night):
    for sending in night.sendings:
        for receipt in night.taken()[sending.key]:
            stored_before = len(sending.before)
            counts = (sending.count, sending.count - stored_before, stored_before)
            assert (receipt.received, receipt.created, receipt.updated) == counts
        assert len(night.taken()[sending.key]) <= 1


def test_every_promise_is_kept(night):
    taken = night.taken()
    for sending in night.sendings:
        if sending.answer and sending.answer.status in (200, 202):
            assert [receipt.id for receipt in taken[sending.key]] == [sending.answer.json()["id"]]


def test_no_sender_is_told_of_anything_but_success_or_a_pause(night):
    assert {sending.answer.status for sending in night.sendings if sending.answer} <= {200, 202, 503}


def test_every_change_is_in_the_history_once(night):
    receipts = [receipt for taken in night.taken().values() for receipt in taken]
    assert night.counts("receivables_invoicechange", "upload_id") == {r.id: r.updated for r in receipts}
    written = {r.id: r.created + r.updated for r in receipts}
    assert written.items() <= night.counts("receivables_invoice", "last_upload_id").items()


@pytest.fixture(scope="module")
def again(night) -> list[Any]:
    """Send every upload again, with its key; return the ids that were taken the first time, and all receipts."""
    first = {key: [receipt.id for receipt in receipts] for key, receipts in night.taken().items()}
    answers = [sending.send(night.service, **{"Idempotency-Key": sending.key}) for sending in night.sendings]
    return [(first[s.key], answer) for s, answer in zip(night.sendings, answers, strict=True)]


def test_sending_all_again_completes_what_is_stored(night, again):
    assert [answer.status for _, answer in again] == [200] * len(night.sendings)
    assert night.stored() == {sending.number: sending.after for sending in night.sendings}


def test_sending_again_takes_no_upload_twice(night, again):
    assert [[answer.json()["id"]] for first, answer in again if first] == [first for first, _ in again if first]
    assert [len(receipts) for receipts in night.taken().values()] == [1] * len(night.sendings)


def test_sending_all_once_more_without_keys_changes_nothing(night, again):
    digest = night.digest()
    with ThreadPoolExecutor(4) as senders:
        answers = list(senders.map(lambda sending: sending.send(night.service), night.sendings))
    assert [answer.json()["unchanged"] for answer in answers] == [sending.count for sending in night.sendings]
    assert night.digest() == digest
