"""A feed that is all new, all unchanged, changed in one field, or partly bad."""

from collections import defaultdict
from statistics import median

from tests.benchmarks import feed, floor
from tests.benchmarks.bench import Bench, Feed
from tests.benchmarks.memory import IS_MEASURED, PeakMemory
from tests.benchmarks.progress import note
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import ENGINE, NOT_SUPPORTED, PLAIN, RECORDSET, Contender, check
from tests.http.servers import Server

FLOOR = "binary COPY alone, no HTTP"
LENIENT = "this service, lenient, 1 % bad"
PAID = 100

Seconds = dict[str, list[float]]


def all_new(bench: Bench, server: Server, original: Feed) -> list[Line]:
    """Into an empty table, each contender in turn; the server must be fresh, for the first one's memory is taken."""
    took, unavailable = defaultdict[str, list[float]](list), ""
    watched = PeakMemory(server.process.pid) if IS_MEASURED else None
    took[PLAIN.name].append(_into_empty(bench, server, PLAIN, original))
    peak = watched.beyond_idle() if watched else None
    spoiled = _spoiled(bench)
    records = floor.records(feed.invoices(bench.rows), bench.account.pk)
    for _ in range(bench.runs):
        took[ENGINE.name].append(_into_empty(bench, server, ENGINE, original))
        unavailable = unavailable or _lenient(bench, server, spoiled, took)
        took[RECORDSET.name].append(_into_empty(bench, server, RECORDSET, original))
        took[FLOOR].append(_copied(bench, records, original))
    return [
        _line("all new", ENGINE.name, bench, took),
        _line("all new", PLAIN.name, bench, took, Goal(12, "service {} as fast"), peak),
        _line("all new", RECORDSET.name, bench, took, Goal(3, "service {} as fast")),
        _floor_line(bench, took),
        _lenient_line(bench, took, unavailable),
    ]


def _into_empty(bench: Bench, server: Server, contender: Contender, sent: Feed) -> float:
    bench.tables.empty()
    seconds = bench.upload(server, contender, sent, created=sent.rows)
    note("all new", contender.name, seconds)
    return seconds


def _copied(bench: Bench, records: list[floor.Record], sent: Feed) -> float:
    seconds = bench.seed(records)
    bench.check_stored(FLOOR, sent)
    note("all new", FLOOR, seconds)
    return seconds


def _spoiled(bench: Bench) -> Feed:
    rows = list(feed.invoices(bench.rows))
    return bench.feed_of(list(feed.spoiled(rows)), taken=feed.good(rows))


def _lenient(bench: Bench, server: Server, spoiled: Feed, took: Seconds) -> str:
    """Send good and bad rows in lenient handling; return why that was not possible, if it was not."""
    bench.tables.empty()
    answer = bench.post(server, ENGINE, spoiled.body, Prefer="handling=lenient")
    if answer.status in NOT_SUPPORTED:
        return f"not available ({answer.status})"
    taken = spoiled.ledger.rows
    check(ENGINE, answer, 207, received=spoiled.rows, created=taken, rejected=spoiled.rows - taken)
    bench.check_stored(LENIENT, spoiled)
    note("all new", LENIENT, answer.seconds)
    took[LENIENT].append(answer.seconds)
    return ""


def _floor_line(bench: Bench, took: Seconds) -> Line:
    times = median(took[ENGINE.name]) / median(took[FLOOR])
    goal = Goal(1.5, "service {} its time", is_least=False)
    return Line("all new", FLOOR, bench.rows, tuple(took[FLOOR]), times, goal)


def _lenient_line(bench: Bench, took: Seconds, unavailable: str) -> Line:
    goal = Goal(1.15, "{} the time of all good rows", is_least=False)
    if unavailable:
        return Line("1 % bad rows", LENIENT, goal=goal, unavailable=unavailable)
    ratio = median(took[LENIENT]) / median(took[ENGINE.name])
    return Line("1 % bad rows", LENIENT, bench.rows, tuple(took[LENIENT]), ratio, goal)


def _line(
    scenario: str, name: str, bench: Bench, took: Seconds, goal: Goal | None = None, peak: int | None = None
) -> Line:
    """Return a contender's line; its figure says how many times as fast the service is."""
    figure = median(took[name]) / median(took[ENGINE.name]) if name != ENGINE.name else None
    return Line(scenario, name, bench.rows, tuple(took[name]), figure, goal, peak)


def all_unchanged(bench: Bench, server: Server, original: Feed) -> list[Line]:
    """What is stored already, once more."""
    return _again(bench, server, "all unchanged", original, Goal(25, "service {} as fast"), unchanged=bench.rows)


def all_changed(bench: Bench, server: Server) -> list[Line]:
    """What is stored already, with another balance in every row."""
    changed = bench.feed_of(list(feed.invoices(bench.rows, paid=PAID)))
    return _again(bench, server, "all changed in one field", changed, Goal(8, "service {} as fast"), updated=bench.rows)


def _again(bench: Bench, server: Server, scenario: str, sent: Feed, goal: Goal, **counts: int) -> list[Line]:
    """Have each contender take a feed whose rows are all stored; the slow ones once, between the service's runs."""
    took = defaultdict[str, list[float]](list)
    stored = floor.records(feed.invoices(bench.rows), bench.account.pk)
    for contender in [ENGINE, RECORDSET, *[ENGINE] * (bench.runs - 1), PLAIN]:
        bench.seed(stored)
        seconds = bench.upload(server, contender, sent, **counts)
        note(scenario, contender.name, seconds)
        took[contender.name].append(seconds)
    return [
        _line(scenario, ENGINE.name, bench, took),
        _line(scenario, PLAIN.name, bench, took, goal),
        _line(scenario, RECORDSET.name, bench, took),
    ]
