"""Thirty-two senders at once, whose uploads overlap: as if they had come one after another.

FAULTS_SECONDS lets them send for longer.
"""

import json
import logging
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from graphlib import TopologicalSorter
from http.client import HTTPConnection
from itertools import pairwise
from random import Random
from time import monotonic
from typing import Any

import pytest

from tests.faults.processes import Database, migrated, new_pair, own_folder, running_database
from tests.http.servers import gunicorn_command, running

logger = logging.getLogger(__name__)

SECONDS = float(os.environ.get("FAULTS_SECONDS", "12"))
SENDERS = 32
IDENTITIES = 300
MOST_ROWS = 60
PATIENCE_SECONDS = 1  # that an upload waits for others: some of them in vain
SHARE_OF_INVOICES = 0.8
TURN = 1_000_000  # more than a sender has turns
RESOURCES = {  # the table, its history, what names an item, and what an upload says of it
    "invoices": ("receivables_invoice", "invoice", "invoice_number", "invoice_amount"),
    "customers": ("customers_customer", "customer", "customer_number", "company_name"),
}

every_resource = pytest.mark.parametrize("resource", RESOURCES)


@dataclass(frozen=True)
class Sent:
    """An upload that says its own number of each of its items, and how it was answered."""

    resource: str
    number: int
    items: list[int]
    begun_at: float
    answered_at: float
    status: int
    retry_after: str | None
    receipt: dict[str, Any]


def rows(resource: str, number: int, items: list[int]) -> list[dict[str, Any]]:
    if resource == "invoices":
        return [{"customerNumber": "1", "invoiceNumber": str(item), "invoiceAmount": number} for item in items]
    return [{"customerno": str(item), "emailaddress1": "a@example.com", "companyname": str(number)} for item in items]


def send(port: int, headers: dict[str, str], number: int, chance: Random) -> Sent:
    resource = "invoices" if chance.random() < SHARE_OF_INVOICES else "customers"
    items = chance.sample(range(IDENTITIES), chance.randint(1, MOST_ROWS))
    body = json.dumps(rows(resource, number, items))
    begun_at = monotonic()
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("POST", f"/jsonApi/upload/{resource}", body, headers | {"Content-Type": "application/json"})
        answer = line.getresponse()
        receipt = json.loads(answer.read())
    finally:
        line.close()
    return Sent(
        resource, number, items, begun_at, monotonic(), answer.status, answer.headers.get("Retry-After"), receipt
    )


def send_for_a_while(port: int, headers: dict[str, str], sender: int) -> list[Sent]:
    chance = Random(sender)  # noqa: S311 - a choice of rows, not a secret
    end, sent = monotonic() + SECONDS, []
    while monotonic() < end:
        sent.append(send(port, headers, sender * TURN + len(sent) + 1, chance))
    return sent


@dataclass(frozen=True)
class Rush:
    """All that was sent, and what is stored afterwards."""

    database: Database
    uploads: list[Sent]
    deadlocks: int

    def taken(self, resource: str) -> list[Sent]:
        return [sent for sent in self.uploads if sent.resource == resource and sent.status == 200]

    def stored(self, resource: str) -> dict[int, int]:
        """The number that each item has."""
        table, _, item, value = RESOURCES[resource]
        query = "SELECT {item}::int, {value}::int FROM {table}"
        return dict(self.database.query(query.format(table=table, item=item, value=value)))

    def changes(self, resource: str) -> list[tuple[int, int, int]]:
        """Item, number before and number after of each entry of the history, oldest first."""
        table, row, item, value = RESOURCES[resource]
        query = (
            "SELECT {item}::int, (changes -> '{value}' ->> 0)::numeric::int, (changes -> '{value}' ->> 1)::numeric::int"
            " FROM {table}change AS entry JOIN {table} AS row ON row.id = entry.{row}_id ORDER BY entry.id"
        )
        return self.database.query(query.format(table=table, row=row, item=item, value=value))

    def numbers(self, resource: str) -> dict[int, list[int]]:
        """The numbers that each item has had, by its history."""
        changes = self.changes(resource)
        numbers = {item: [number] for item, number in self.stored(resource).items()}
        numbers |= {item: [before] for item, before, _ in reversed(changes)}
        for item, before, after in changes:
            assert numbers[item][-1] == before, item
            numbers[item].append(after)
        return numbers


@pytest.fixture(scope="module")
def rush() -> Iterator[Rush]:
    with own_folder() as folder, running_database(Database(folder, copy_of=migrated())) as database:
        pair = new_pair(DATABASE_URL=database.url)
        before = deadlocks(database)
        variables = {"WEB_CONCURRENCY": 2, "WEB_THREADS": SENDERS // 2, "UPLOAD_LOCK_SECONDS": PATIENCE_SECONDS}
        with (
            running(gunicorn_command, folder, DATABASE_URL=database.url, **variables) as server,
            ThreadPoolExecutor(SENDERS) as senders,
        ):
            sent = senders.map(lambda sender: send_for_a_while(server.port, pair, sender), range(SENDERS))
            uploads = [upload for uploads in sent for upload in uploads]
        logger.info("%s", Counter((upload.resource, upload.status) for upload in uploads))
        yield Rush(database, uploads, deadlocks(database) - before)


def deadlocks(database: Database) -> int:
    """Return how many deadlocks the database has met; a connection reports its own when it ends, at the latest."""
    return database.query("SELECT sum(deadlocks) FROM pg_stat_database")[0][0]


def test_many_senders_are_answered_or_told_to_come_again(rush):
    answers = {(upload.status, upload.retry_after) for upload in rush.uploads}
    assert (200, None) in answers
    assert answers <= {(200, None), (503, "30")}


def test_many_senders_meet_in_no_deadlock(rush):
    assert rush.deadlocks == 0


@every_resource
def test_receipts_of_many_senders_count_every_row_once(rush, resource):
    receipts = [upload.receipt for upload in rush.taken(resource)]
    assert sum(receipt["created"] for receipt in receipts) == len(rush.stored(resource))
    assert sum(receipt["updated"] for receipt in receipts) == len(rush.changes(resource))
    assert [receipt["unchanged"] for receipt in receipts] == [0] * len(receipts)


@every_resource
def test_the_last_of_many_senders_stands(rush, resource):
    assert {item: numbers[-1] for item, numbers in rush.numbers(resource).items()} == rush.stored(resource)


@every_resource
def test_each_upload_of_many_senders_reaches_each_of_its_items_once(rush, resource):
    numbers = rush.numbers(resource)
    reached = sorted((number, item) for item in numbers for number in numbers[item])
    assert reached == sorted((upload.number, item) for upload in rush.taken(resource) for item in upload.items)


@every_resource
def test_uploads_of_many_senders_are_merged_one_after_another(rush, resource):
    """One order of the uploads explains the history of every item: the sorter finds it, or raises CycleError."""
    after: dict[int, set[int]] = {upload.number: set() for upload in rush.taken(resource)}
    for numbers in rush.numbers(resource).values():
        for earlier, later in pairwise(numbers):
            after[later].add(earlier)
    assert sorted(TopologicalSorter(after).static_order()) == sorted(after)


@every_resource
def test_no_upload_is_overwritten_by_one_that_was_answered_before_it_was_sent(rush, resource):
    uploads = {upload.number: upload for upload in rush.taken(resource)}
    for numbers in rush.numbers(resource).values():
        begun_at = 0.0
        for upload in map(uploads.__getitem__, numbers):
            begun_at = max(begun_at, upload.begun_at)
            assert upload.answered_at >= begun_at, upload.number
