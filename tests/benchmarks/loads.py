"""Full loads: what they cost beside the same rows as changes, and how long closing holds up the account's uploads."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep
from typing import Any

import psycopg
from django.utils import timezone

from receivables.uploads.models import Form, FullLoad, LoadedCode, LoadState
from tests.benchmarks import feed, floor
from tests.benchmarks.bench import Bench
from tests.benchmarks.progress import note
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.scenarios import PAID
from tests.benchmarks.sending import ENGINE, Answer, Contender, WrongAnswer, check
from tests.http.servers import Server

MISSING = 0.03  # of the ledger, in a load in one request
MANY_TIMES, MANY_MISSING = 10, 0.02  # of the ledger in parts: how many feeds it has, and what of it is missing
IDENTITY = ("companyCode", "customerNumber", "accountingDocNumber", "invoiceNumber", "fiscalYear", "lineItem")
LOCK_POLL_SECONDS = 0.002
HOLDS_LOCK = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)"
)
AS_LOAD = Contender(ENGINE.name, f"{ENGINE.path}?snapshot=true", (*ENGINE.counts, "closed"))


def loads(bench: Bench, server: Server) -> list[Line]:
    return [*in_one_request(bench, server), *in_parts(bench, server)]


def in_one_request(bench: Bench, server: Server) -> Iterator[Line]:
    """Take most of a ledger, as changes and as a full load in turn: unchanged, and with a change in every row."""
    ledger = list(feed.invoices(round(bench.rows / (1 - MISSING))))
    records = floor.records(ledger, bench.account.pk)
    for scenario, rows in {
        "a full load, all else unchanged": ledger[: bench.rows],
        "a full load, all else changed": list(feed.invoices(bench.rows, paid=PAID)),
    }.items():
        body, counts = feed.json_array(rows), {"unchanged" if rows == ledger[: bench.rows] else "updated": bench.rows}
        as_changes, as_load = [], []
        for _ in range(bench.runs):
            _stored(bench, records, ())
            as_changes.append(_sent(bench, server, ENGINE, body, received=bench.rows, **counts))
            _stored(bench, records, ledger)
            closed = len(ledger) - bench.rows
            as_load.append(_sent(bench, server, AS_LOAD, body, received=bench.rows, closed=closed, **counts))
            note(scenario, "as changes, as a full load", as_load[-1] / as_changes[-1], "x")
        goal = Goal(1.15, "{} the time of changes", is_least=False)
        share = f"{MISSING:.0%} missing"
        yield Line(scenario, share, bench.rows, tuple(as_load), median(as_load) / median(as_changes), goal)
        yield Line(scenario, "the same as changes", bench.rows, tuple(as_changes))


def _stored(bench: Bench, records: Any, loaded: Iterable[feed.Row]) -> None:
    """Have a ledger stored, and of the rows that are given a full load that stands."""
    bench.seed(records)
    bench.tables.run("TRUNCATE uploads_fullload, uploads_seenitems CASCADE")
    _stands(bench, Counter(row["companyCode"] for row in loaded))


def _stands(bench: Bench, rows: Counter[str]) -> None:
    if not rows:
        return
    now, account = timezone.now(), bench.account
    api_key = account.api_keys.latest("pk")
    ended = {"state": LoadState.NOTHING_TO_CLOSE, "ended_at": now, "company_codes": sorted(rows)}
    load = FullLoad.objects.create(account=account, api_key=api_key, form=Form.REQUEST, cutoff=now, **ended)
    for code, count in rows.items():
        about = {"row_count": count, "ended_at": now, "is_effective": True}
        LoadedCode.objects.create(account=account, load=load, company_code=code, **about)


def _sent(bench: Bench, server: Server, contender: Contender, body: bytes, **counts: int) -> float:
    answer = bench.post(server, contender, body)
    check(contender, answer, **counts)
    return answer.seconds


def in_parts(bench: Bench, server: Server) -> list[Line]:
    """Close what a large load in parts lacks; every part is a feed."""
    scenario, total = "a full load in parts", bench.rows * MANY_TIMES
    closed = round(total * MANY_MISSING)
    _stored(bench, floor.records(feed.invoices(bench.rows), bench.account.pk), ())
    bench.tables.multiply(MANY_TIMES, step=bench.rows)
    bench.tables.settle()
    _stands(bench, Counter(row["companyCode"] for row in feed.invoices(bench.rows) for _ in range(MANY_TIMES)))
    load = _began(bench, server)
    for number in range(MANY_TIMES):
        _part(bench, server, load, number, closed // MANY_TIMES)
    with _lock_watched(bench) as held:
        answer = _answered(bench, server, f"/jsonApi/snapshots/{load}/commit", {"parts": MANY_TIMES})
    if answer.json()["closed"] != closed:
        raise WrongAnswer(f"the commit closed {answer.json()['closed']}, not {closed}: {answer.start()}")
    note(scenario, "commit", answer.seconds)
    what = f"commit: {closed:,} of {total:,} missing"
    return [
        Line(scenario, what, closed, (answer.seconds,), answer.seconds, Goal(5, "{}", is_least=False, unit="s")),
        Line(scenario, "of it under the lock", closed, (held[0],), held[0], Goal(1, "{}", is_least=False, unit="s")),
    ]


def _answered(bench: Bench, server: Server, path: str, told: dict[str, Any]) -> Answer:
    answer = bench.post(server, Contender("full loads", path), json.dumps(told).encode())
    if answer.status not in (200, 201):
        raise WrongAnswer(f"{path} answered {answer.start()}")
    return answer


def _began(bench: Bench, server: Server) -> str:
    codes = sorted({row["companyCode"] for row in feed.invoices(bench.rows)})
    load: str = _answered(bench, server, "/jsonApi/snapshots", {"resource": "invoices", "companyCodes": codes}).json()[
        "id"
    ]
    return load


def _part(bench: Bench, server: Server, load: str, number: int, lacks: int) -> None:
    """Send a feed as a part, without so many of its rows."""
    step, part = (
        number * bench.rows,
        Contender("a part", f"{ENGINE.path}?snapshot={load}&part={number + 1}", ENGINE.counts),
    )
    rows = [_moved(row, step) for row in feed.invoices(bench.rows - lacks)]
    answer = bench.post(server, part, feed.json_array(rows))
    check(part, answer, received=len(rows), unchanged=len(rows))
    note("a full load in parts", f"part {number + 1}", answer.seconds)


def _moved(row: feed.Row, step: int) -> feed.Row:
    """Return what identifies a row, as `multiply` has it, and what every row must have."""
    numbers = {name: str(int(row[name]) + step) for name in ("invoiceNumber", "accountingDocNumber")}
    return {name: row[name] for name in (*IDENTITY, "invoiceAmount")} | numbers


@contextmanager
def _lock_watched(bench: Bench) -> Iterator[list[float]]:
    """Yield a list that holds, afterwards, for how many seconds the account's uploads could not merge."""
    held, is_over = [0.0], Event()
    thread = Thread(target=_watch, args=[bench, held, is_over], daemon=True)
    thread.start()
    yield held
    is_over.set()
    thread.join()


def _watch(bench: Bench, held: list[float], is_over: Event) -> None:
    with psycopg.connect(bench.tables.connection.info.dsn, autocommit=True) as connection:
        since = None
        while not is_over.is_set():
            [(is_held,)] = connection.execute(HOLDS_LOCK, [f"upload:{bench.account.pk}:invoices"]).fetchall()
            now = perf_counter()
            since = (since or now) if is_held else None
            held[0] = max(held[0], now - since if since else 0)
            sleep(LOCK_POLL_SECONDS)
