"""Thirty-two senders at once whose uploads are parts: of one full load, and each of one of its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest

from tests.cases.full_loads.ledgers import Row, items, numbers
from tests.faults.processes import Service, running_service
from tests.faults.test_full_loads import SENDERS, SNAPSHOTS, Sender, closings, open_numbers, sums, told_sums

ROWS, MISSING = 40, 3  # of each sender's part, and what of it is missing
PATIENCE_SECONDS = 60
TOO_MANY, BUSY = 429, 503


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running_service(WEB_CONCURRENCY=2, WEB_THREADS=SENDERS // 2) as service:
        yield service


@pytest.fixture
def sender(service: Service) -> Sender:
    """A sender of an account that has no items."""
    service.database.query(
        "TRUNCATE receivables_invoice, receivables_invoicechange, uploads_upload, uploads_fullload, uploads_seenitems"
        " CASCADE"
    )
    return Sender(service)


def answered(sender: Sender, path: str, body: Any) -> tuple[int, Any]:
    """Send until the server is not too busy."""
    end = monotonic() + PATIENCE_SECONDS
    while monotonic() < end:
        status, told = sender.post(path, body)
        if status not in (TOO_MANY, BUSY):
            return status, told
        sleep(0.2)
    raise AssertionError(f"{path}: {status} {told}")


def part_of(number: int, **values: Any) -> list[Row]:
    """Return what a sender has of a ledger, the first night."""
    return items(ROWS, first=1 + number * ROWS, **values)


def send_part(sender: Sender, load: str, number: int) -> list[int]:
    """Send a part: with a bad row first, which is refused, then twice as it is to be."""
    rows, address = part_of(number)[MISSING:], f"/jsonApi/upload/invoices?snapshot={load}&part={number + 1}"
    tries = [[*rows, rows[0] | {"dueDate": "soon"}], rows, rows]
    return [answered(sender, address, each)[0] for each in tries]


def test_thirty_two_senders_of_parts_of_one_load_close_exactly_what_none_of_them_had(service, sender):
    everything = [row for number in range(SENDERS) for row in part_of(number)]
    assert sender.upload(everything, "?snapshot=true")[0] == 200
    load = sender.post(SNAPSHOTS, {"companyCodes": ["1000"]})[1]["id"]
    with ThreadPoolExecutor(SENDERS) as threads:
        statuses = list(threads.map(lambda number: send_part(sender, load, number), range(SENDERS)))
    assert statuses == [[400, 200, 200]] * SENDERS
    said = {"parts": SENDERS, "expectedRows": SENDERS * (ROWS - MISSING)}
    status, told = sender.post(f"{SNAPSHOTS}/{load}/commit", said)
    assert (status, told["snapshot"]["outcome"], told["closed"]) == (200, "closed", SENDERS * MISSING), told
    assert open_numbers(service) == {n for number in range(SENDERS) for n in numbers(part_of(number)[MISSING:])}
    assert closings(service) == [1] * SENDERS * MISSING
    assert sums(service) == told_sums(service)


def send_load(sender: Sender, number: int) -> list[int]:
    """Send all of a full load of a company code of the sender's own, in two parts at once."""
    code, rows = f"C{number}", part_of(number, companyCode=f"C{number}")[MISSING:]
    begun, load = answered(sender, SNAPSHOTS, {"companyCodes": [code]})
    address = f"/jsonApi/upload/invoices?snapshot={load['id']}&part="
    halves = [(f"{address}{at + 1}", rows[at::2]) for at in range(2)]
    with ThreadPoolExecutor(2) as threads:
        parts = [status for status, _ in threads.map(lambda half: answered(sender, *half), halves)]
    return [begun, *parts, answered(sender, f"{SNAPSHOTS}/{load['id']}/commit", {"parts": 2})[0]]


def test_thirty_two_senders_of_loads_in_parts_of_their_own_close_each_its_own(service, sender):
    everything = [row for number in range(SENDERS) for row in part_of(number, companyCode=f"C{number}")]
    assert sender.upload(everything, "?snapshot=true")[0] == 200
    with ThreadPoolExecutor(SENDERS) as threads:
        statuses = list(threads.map(lambda number: send_load(sender, number), range(SENDERS)))
    assert statuses == [[201, 200, 200, 200]] * SENDERS
    assert open_numbers(service) == {n for number in range(SENDERS) for n in numbers(part_of(number)[MISSING:])}
    assert closings(service) == [1] * SENDERS * MISSING
    assert sums(service) == told_sums(service)
    [(deadlocks,)] = service.database.query("SELECT sum(deadlocks) FROM pg_stat_database")
    assert deadlocks == 0
