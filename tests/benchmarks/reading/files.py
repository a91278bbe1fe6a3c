"""The whole list of an account as a file, beside a COPY of the same rows by psycopg with no HTTP in between."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from statistics import median
from time import perf_counter
from typing import LiteralString

from tests.benchmarks.memory import IS_MEASURED, PeakMemory
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import INVOICES, SERVICE, Bench
from tests.benchmarks.reading.taken import Lines, Taken, Workbook
from tests.benchmarks.report import MEGABYTE, Goal, Line
from tests.benchmarks.sending import TIMEOUT_SECONDS, WrongAnswer
from tests.http.servers import Server

SCENARIO = "all invoices as a file"
NOT_OFFERED = (400, 406)  # what a service answers that does not know a format
CHUNK = 1 << 20
COPY = "COPY of SELECT * alone"
SELECTED: LiteralString = "COPY (SELECT * FROM receivables_invoice WHERE account_id = %s) TO STDOUT"
HALF_THE_SPEED = Goal(0.5, "{} the speed of COPY")
FLAT = Goal(100, "{} however many rows", is_least=False, unit="MB")

Took = tuple[float, int | None]  # seconds, and by how many bytes a worker outgrew its idle size


class NotOffered(Exception):
    """The service does not know this format; the status says so."""


def files(bench: Bench, server: Server) -> Iterator[Line]:
    copied, csv = [], []
    for _ in range(bench.runs):
        copied.append(_copied(bench))
        csv.append(_exported(bench, server, "csv", Lines(headers=1)))
    yield _line(bench, "CSV", csv, copied, HALF_THE_SPEED)
    yield _memory_line(csv)
    yield _other(bench, server, "ndjson", Lines(), copied)
    yield _other(bench, server, "xlsx", Workbook(), copied)
    yield Line(SCENARIO, COPY, bench.portfolio.rows, tuple(copied))


def _other(bench: Bench, server: Server, form: str, taken: Taken, copied: list[float]) -> Line:
    try:
        took = _exported(bench, server, form, taken)
    except NotOffered as refusal:
        return Line(SCENARIO, f"{SERVICE}, {form.upper()}", unavailable=f"not available ({refusal})")
    return _line(bench, form.upper(), [took], copied)


def _line(bench: Bench, form: str, took: list[Took], copied: list[float], goal: Goal | None = None) -> Line:
    seconds = tuple(seconds for seconds, _ in took)
    speed = median(copied) / median(seconds)
    return Line(SCENARIO, f"{SERVICE}, {form}", bench.portfolio.rows, seconds, speed, goal, _most(took))


def _memory_line(took: list[Took]) -> Line:
    name, most = f"{SERVICE}, CSV, memory", _most(took)
    if most is None:
        return Line(SCENARIO, name, goal=FLAT, unavailable="not available (needs Linux)")
    return Line(SCENARIO, name, figure=most / MEGABYTE, goal=FLAT, peak_bytes=most)


def _most(took: list[Took]) -> int | None:
    return max((peak for _, peak in took if peak is not None), default=None)


def _copied(bench: Bench) -> float:
    """Return the seconds in which psycopg reads all rows, as text."""
    account, rows, size = bench.portfolio.account.pk, 0, 0
    started = perf_counter()
    with bench.tables.connection.cursor() as cursor, cursor.copy(SELECTED, [account]) as copy:
        for row in copy:
            rows += 1
            size += len(row)
    seconds = perf_counter() - started
    if rows != bench.portfolio.rows:
        raise WrongAnswer(f"COPY read {rows} rows, not {bench.portfolio.rows}")
    note(SCENARIO, f"{COPY}, {size / MEGABYTE:.0f} MB", seconds)
    return seconds


def _exported(bench: Bench, server: Server, form: str, taken: Taken) -> Took:
    watched = PeakMemory(server.process.pid) if IS_MEASURED else None
    started = perf_counter()
    with _asked(bench, server, form) as response:
        while chunk := response.read(CHUNK):
            taken.take(chunk)
    seconds = perf_counter() - started
    peak = watched.beyond_idle() if watched else None
    if (rows := taken.rows()) != bench.portfolio.rows:
        raise WrongAnswer(f"the file of {form} has {rows} rows, not {bench.portfolio.rows}")
    note(SCENARIO, form, seconds)
    return seconds, peak


@contextmanager
def _asked(bench: Bench, server: Server, form: str) -> Iterator[HTTPResponse]:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SECONDS)) as connection:
        connection.request("GET", f"{INVOICES}?format={form}", headers=bench.portfolio.headers)
        response = connection.getresponse()
        if response.status in NOT_OFFERED:
            raise NotOffered(response.status)
        if response.status != 200:
            raise WrongAnswer(f"{form} was answered with {response.status}: {response.read(500)!r}")
        yield response
