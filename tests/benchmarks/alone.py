"""Uploads of the service without its alternatives: what two versions of it are compared by."""

from collections import defaultdict
from collections.abc import Iterator

from tests.benchmarks import feed
from tests.benchmarks.bench import Bench, Feed
from tests.benchmarks.progress import note
from tests.benchmarks.report import Line
from tests.benchmarks.scenarios import PAID
from tests.benchmarks.sending import ENGINE, check
from tests.benchmarks.small_uploads import small_uploads
from tests.http.servers import Server

LENIENT = {"Prefer": "handling=lenient"}
SINGLE_ROWS = 50  # uploads of one row, one after another


def uploads_alone(bench: Bench, server: Server, original: Feed) -> list[Line]:
    """Take a feed that is new, the same again, then changed in every row; then small uploads."""
    took = defaultdict[tuple[str, int], list[float]](list)
    changed = bench.feed_of(list(feed.invoices(bench.rows, paid=PAID)))
    rows = list(feed.invoices(bench.rows))
    spoiled = bench.feed_of(list(feed.spoiled(rows)), taken=feed.good(rows))
    for _ in range(bench.runs):
        for scenario, count, seconds in _night(bench, server, original, changed, spoiled):
            took[scenario, count].append(seconds)
            note(scenario, ENGINE.name, seconds)
    lines = [Line(scenario, ENGINE.name, count, tuple(seconds)) for (scenario, count), seconds in took.items()]
    return [*lines, *small_uploads(bench, server, [ENGINE])]


def _night(
    bench: Bench, server: Server, original: Feed, changed: Feed, spoiled: Feed
) -> Iterator[tuple[str, int, float]]:
    """Yield each scenario, its rows and its seconds; what one stores the next one finds."""
    bench.tables.empty()
    yield "all new", bench.rows, bench.upload(server, ENGINE, original, created=bench.rows)
    bench.tables.settle()
    yield "all unchanged", bench.rows, bench.upload(server, ENGINE, original, unchanged=bench.rows)
    yield "all changed in one field", bench.rows, bench.upload(server, ENGINE, changed, updated=bench.rows)
    bench.tables.empty()
    yield "1 % bad rows, lenient", bench.rows, _lenient(bench, server, spoiled)
    bench.tables.empty()
    yield "one row after another", SINGLE_ROWS, _single_rows(bench, server)


def _lenient(bench: Bench, server: Server, spoiled: Feed) -> float:
    answer = bench.post(server, ENGINE, spoiled.body, **LENIENT)
    taken = spoiled.ledger.rows
    check(ENGINE, answer, 207, received=spoiled.rows, created=taken, rejected=spoiled.rows - taken)
    return answer.seconds


def _single_rows(bench: Bench, server: Server) -> float:
    seconds = 0.0
    for row in feed.invoices(SINGLE_ROWS):
        answer = bench.post(server, ENGINE, feed.json_array([row]))
        check(ENGINE, answer, received=1, created=1)
        seconds += answer.seconds
    return seconds
