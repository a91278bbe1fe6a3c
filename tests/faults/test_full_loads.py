"""Full loads while what runs is killed, while two end one, and while many send: each closes what it lacks, once."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http.client import HTTPConnection, HTTPException
from itertools import chain
from random import Random
from time import monotonic, sleep
from typing import Any

import pytest

from tests.cases.full_loads.ledgers import Row, item, items, numbers
from tests.faults.processes import Service, running_service
from tests.faults.test_kills import KILLS
from tests.http.servers import wait_until

PATIENCE_SECONDS = 60
PARTS, ROWS, MISSING = 4, 3000, 40  # rows of a part, and what of the ledger is missing
SENDERS, SENDING_SECONDS = 32, 12
CODES = ["1000", "2000", "3000", "4000"]
SNAPSHOTS = "/jsonApi/snapshots"
BEGINNING = {"resource": "invoices", "companyCodes": ["1000"]}


class Sender:
    """Who sends over HTTP, one request after another."""

    def __init__(self, service: Service, chance: Random | None = None):
        self.service, self.chance = service, chance

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        line = HTTPConnection("127.0.0.1", self.service.web.port, timeout=PATIENCE_SECONDS)
        named = self.service.pair | {"Content-Type": "application/json"}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            line.request("POST", path, json.dumps(body), named)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            line.close()

    def post_until_answered(self, path: str, body: Any, **headers: str) -> Any:
        """Send until there is an answer that is neither a failure nor a pause, as senders do at night."""
        end = monotonic() + PATIENCE_SECONDS
        while monotonic() < end:
            try:
                status, told = self.post(path, body, **headers)
            except (OSError, HTTPException):
                status, told = 503, None
            if status < 500 and (status, code_of(told)) not in PAUSES:
                return told
            sleep(0.2)
        raise AssertionError(f"{path} was not answered in time: {told}")

    def upload(self, rows: list[Row], query: str = "") -> tuple[int, Any]:
        return self.post(f"/jsonApi/upload/invoices{query}", rows)

    def load_all_but_missing(self, rows: list[Row]) -> str:
        """Send rows as a full load, and all but the last ones as the only part of another; return where it ends."""
        self.upload(rows, "?snapshot=true")
        _, load = self.post(SNAPSHOTS, BEGINNING)
        self.upload(rows[:-MISSING], f"?snapshot={load['id']}&part=1")
        return f"{SNAPSHOTS}/{load['id']}/commit"


PAUSES = [(409, "key_in_use"), (409, "parts_waiting")]


def code_of(told: Any) -> str:
    errors = (told or {}).get("errors") or [{}]
    return str(errors[0].get("code") or (told or {}).get("code"))


@pytest.fixture
def sender(service: Service) -> Iterator[Sender]:
    """A sender of an account that has no items yet."""
    service.keep_up()
    yield Sender(service)
    service.keep_up()
    service.database.query(
        "TRUNCATE receivables_invoice, receivables_invoicechange, uploads_upload, uploads_fullload, uploads_seenitems"
        " CASCADE"
    )


def open_numbers(service: Service) -> set[str]:
    query = "SELECT invoice_number FROM receivables_invoice WHERE open_amount IS DISTINCT FROM 0"
    return {number for (number,) in service.database.query(query)}


def sums(service: Service) -> dict[tuple[str, str], Decimal]:
    query = "SELECT company_code, currency, sum(open_amount) FROM receivables_invoice GROUP BY 1, 2"
    return {(code, currency): amount for code, currency, amount in service.database.query(query) if amount}


def told_sums(service: Service) -> dict[tuple[str, str], Decimal]:
    """Return what all receipts together say is owed."""
    query = "SELECT totals FROM uploads_upload WHERE merged_at IS NOT NULL"
    told: Counter[tuple[str, str]] = Counter()
    for (totals,) in service.database.query(query):
        for total in totals:
            difference = Decimal(total["openAfter"]) - Decimal(total["openBefore"])
            told[total["companyCode"], total["currency"]] += difference  # type: ignore[assignment]
    return {group: Decimal(amount) for group, amount in told.items() if amount}


def closings(service: Service) -> list[int]:
    """Return how often each item that was ever closed was."""
    query = (
        "SELECT count(*) FROM receivables_invoicechange WHERE changes -> 'closed_at' ->> 0 IS NULL"
        " AND changes -> 'closed_at' ->> 1 IS NOT NULL GROUP BY invoice_id"
    )
    return [count for (count,) in service.database.query(query)]


def send_for_a_while(sender: Sender, code: str, seed: int) -> list[tuple[int, str]]:
    """Send changes and full loads of a company code, whole and in parts, and leave some of the latter open."""
    chance, end, statuses = Random(seed), monotonic() + SENDING_SECONDS, []  # noqa: S311 - a choice of rows

    def note(answer: tuple[int, Any]) -> Any:
        statuses.append((answer[0], code_of(answer[1])))
        return answer[1]

    while monotonic() < end:
        some = [item(number, companyCode=code) for number in chance.sample(range(1, 61), chance.randint(45, 60))]
        kind = chance.choice(["changes", "full load", "parts"])
        if kind == "changes":
            note(sender.upload([row | {"invoiceAmount": chance.randint(1, 9)} for row in some[:5]]))
        elif kind == "full load":
            note(sender.upload(some, f"?snapshot=true&companyCodes={code}"))
        elif load := note(sender.post(SNAPSHOTS, {"resource": "invoices", "companyCodes": [code]})).get("id"):
            note(sender.upload(some[:30], f"?snapshot={load}&part=1"))
            note(sender.upload(some[30:], f"?snapshot={load}&part=2"))
            note(sender.post(f"{SNAPSHOTS}/{load}/commit", {"parts": 2}))
    return statuses


def test_thirty_two_senders_of_four_company_codes_leave_sums_that_add_up():
    with (
        running_service(WEB_CONCURRENCY=2, WEB_THREADS=SENDERS // 2) as service,
        ThreadPoolExecutor(SENDERS) as threads,
    ):
        everything = [item(number, companyCode=code) for code in CODES for number in range(1, 61)]
        assert Sender(service).upload(everything, "?snapshot=true")[1]["created"] == len(everything)
        senders = [(Sender(service), CODES[number % 4], number) for number in range(SENDERS)]
        answers = [each for sent in threads.map(lambda args: send_for_a_while(*args), senders) for each in sent]
        assert {status for status, _ in answers} <= {200, 201, 207, 409, 429, 503}, Counter(answers)
        assert sums(service) == told_sums(service)
        query = "SELECT sum(closed_count), sum(reopened_count) FROM uploads_upload WHERE merged_at IS NOT NULL"
        [(closed, reopened)] = service.database.query(query)
        still_closed = service.database.query("SELECT count(*) FROM receivables_invoice WHERE closed_at IS NOT NULL")
        assert closed - reopened == still_closed[0][0]
        assert closed > 0
        wait_until(lambda: service.database.query("SELECT sum(deadlocks) FROM pg_stat_database")[0][0] == 0)


def ledger() -> list[list[Row]]:
    """Return the parts of a ledger."""
    return [items(ROWS, first=1 + part * ROWS) for part in range(PARTS)]


def while_killed(service: Service, kill: str, seed: int, what: Callable[[], Any]) -> Any:
    chance = Random(seed)  # noqa: S311 - a plan, not a secret
    with ThreadPoolExecutor(1) as other:
        done = other.submit(what)
        sleep(chance.uniform(0, 0.3))
        KILLS[kill](service, chance)
        service.keep_up()
        return done.result()


@pytest.mark.parametrize("kill", ["a server process", "the server", "the database"])
def test_a_load_in_parts_survives_kills_at_every_step(service, sender, kill):
    parts = ledger()
    assert (
        sender.post_until_answered("/jsonApi/upload/invoices?snapshot=true", list(chain(*parts)))["created"]
        == PARTS * ROWS
    )
    parts[-1] = parts[-1][:-MISSING]
    load = while_killed(
        service, kill, 1, lambda: sender.post_until_answered(SNAPSHOTS, BEGINNING, Idempotency_Key="night 2")
    )
    for number, rows in enumerate(parts, 1):
        query = f"?snapshot={load['id']}&part={number}"
        address = f"/jsonApi/upload/invoices{query}"
        while_killed(service, kill, number, lambda a=address, r=rows: sender.post_until_answered(a, r))
    commit = f"{SNAPSHOTS}/{load['id']}/commit"
    told = while_killed(service, kill, 9, lambda: sender.post_until_answered(commit, {"parts": PARTS}))
    assert (told["snapshot"]["outcome"], told["closed"]) == ("closed", MISSING)
    assert sender.post_until_answered(commit, {"parts": PARTS})["id"] == told["id"]
    assert open_numbers(service) == numbers(list(chain(*parts)))
    assert closings(service) == [1] * MISSING
    assert sums(service) == told_sums(service)


def test_two_commits_at_once_end_a_load_once(service, sender):
    commit_url = sender.load_all_but_missing(items(5000))
    with ThreadPoolExecutor(4) as senders:
        commits = [senders.submit(sender.post, commit_url, {}) for _ in range(4)]
        answers = [each.result() for each in commits]
    assert {status for status, _ in answers} == {200}
    assert len({told["id"] for _, told in answers}) == 1
    assert closings(service) == [1] * MISSING
    assert sums(service) == told_sums(service)


def test_what_uploads_bring_during_a_commit_stays_open(service, sender):
    rows, missing = items(20_000), items(MISSING, first=19_961)
    commit_url = sender.load_all_but_missing(rows)
    with ThreadPoolExecutor(9) as senders:
        commit = senders.submit(sender.post, commit_url, {})
        brought = [senders.submit(sender.upload, [row]) for row in missing[: MISSING // 2]]
        statuses = {each.result()[0] for each in brought}
    assert (commit.result()[0], statuses) == (200, {200})
    assert open_numbers(service) == numbers(rows[:-MISSING]) | numbers(missing[: MISSING // 2])
    assert sums(service) == told_sums(service)
