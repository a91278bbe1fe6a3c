"""Peak memory of the process that takes one upload, beyond what it holds when idle; each on a fresh server."""

import gzip
from collections.abc import Iterator

from tests.benchmarks import feed
from tests.benchmarks.bench import Bench, Feed
from tests.benchmarks.memory import IS_MEASURED, PeakMemory
from tests.benchmarks.progress import note
from tests.benchmarks.report import MEGABYTE, Goal, Line
from tests.benchmarks.sending import ENGINE, NOT_SUPPORTED, RECORDSET, Contender, check

SCENARIO = "peak memory"
LINES = "application/x-ndjson"
OF_THE_BODY = Goal(2.5, "{} the body", is_least=False)
FLAT = Goal(150, "{} whatever the body", is_least=False, unit="MB")


def peaks(bench: Bench, original: Feed) -> Iterator[Line]:
    lines = feed.json_lines(feed.invoices(bench.rows))
    packed = gzip.compress(lines, compresslevel=6)
    yield _peak(bench, ENGINE, "this service, JSON array", original, original.body, OF_THE_BODY)
    yield _peak(bench, ENGINE, "this service, NDJSON", original, lines, FLAT, Content_Type=LINES)
    coded = {"Content_Type": LINES, "Content_Encoding": "gzip"}
    yield _peak(bench, ENGINE, "this service, gzipped NDJSON", original, packed, FLAT, **coded)
    yield _peak(bench, RECORDSET, RECORDSET.name, original, original.body, None)


def _peak(
    bench: Bench, contender: Contender, name: str, sent: Feed, body: bytes, goal: Goal | None, **headers: str
) -> Line:
    """Send the feed's rows in this body to a server that has taken no large one before."""
    if not IS_MEASURED:
        return Line(SCENARIO, name, goal=goal, unavailable="not available (needs Linux)")
    with bench.serving() as server:
        watched = PeakMemory(server.process.pid)
        answer = bench.post(server, contender, body, **headers)
        peak = watched.beyond_idle()
    if headers and answer.status in NOT_SUPPORTED:
        return Line(SCENARIO, name, goal=goal, unavailable=f"not available ({answer.status})")
    check(contender, answer, received=sent.rows, created=sent.rows)
    bench.check_stored(name, sent)
    note(SCENARIO, name, answer.seconds)
    figure = peak / MEGABYTE if goal is FLAT else peak / len(sent.body)
    return Line(SCENARIO, name, sent.rows, (answer.seconds,), figure, goal, peak)
