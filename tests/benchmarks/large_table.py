"""New rows of an account that has many."""

from statistics import median
from time import perf_counter

from tests.benchmarks import feed, floor
from tests.benchmarks.bench import Bench, Feed
from tests.benchmarks.progress import note
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import ENGINE, check
from tests.http.servers import Server

SCENARIO = "all new, many stored"
STORED_FEEDS = 20


def large_table(bench: Bench, server: Server, original: Feed) -> list[Line]:
    """Take new rows into a table of many and into an empty one, in turn: both meet the same noise."""
    ledger = _fill(bench)
    bench.tables.park()
    into_many, into_none = [], []
    for run in range(bench.runs):
        bench.tables.swap()
        sent = list(feed.invoices(bench.rows, first=ledger.rows))
        ledger += feed.ledger(sent)
        into_many.append(_into_many(bench, server, sent, ledger))
        bench.tables.swap()
        bench.tables.empty()
        into_none.append(bench.upload(server, ENGINE, original, created=original.rows))
        note(SCENARIO, "into none", into_none[run])
    many = f"this service, into {bench.rows * STORED_FEEDS:,} rows"
    speed = median(into_none) / median(into_many)
    goal = Goal(0.8, "{} the speed into an empty table")
    return [
        Line(SCENARIO, many, bench.rows, tuple(into_many), speed, goal),
        Line(SCENARIO, "this service, into none", bench.rows, tuple(into_none)),
    ]


def _fill(bench: Bench) -> feed.Ledger:
    """Store many invoices; return what they add up to."""
    bench.seed(floor.records(feed.invoices(bench.rows), bench.account.pk))
    started = perf_counter()
    bench.tables.multiply(STORED_FEEDS, step=bench.rows)
    note(SCENARIO, "filling the table", perf_counter() - started)
    bench.tables.settle()
    ledger = feed.ledger(feed.invoices(bench.rows)) * STORED_FEEDS
    bench.check_ledger("the filling of the table", ledger)
    return ledger


def _into_many(bench: Bench, server: Server, rows: list[feed.Row], ledger: feed.Ledger) -> float:
    bench.tables.settle()
    answer = bench.post(server, ENGINE, feed.json_array(rows))
    check(ENGINE, answer, received=len(rows), created=len(rows))
    bench.check_ledger(ENGINE.name, ledger)
    note(SCENARIO, "into many", answer.seconds)
    return answer.seconds
