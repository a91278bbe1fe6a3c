"""Many small uploads at once: senders that each wait for an answer before they send the next."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median, quantiles
from threading import Barrier
from time import perf_counter

from apiauth.models import Account
from tests.benchmarks import feed
from tests.benchmarks.bench import Bench
from tests.benchmarks.progress import note
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import ENGINE, PLAIN, RECORDSET, Answer, Contender, Sender, check
from tests.factories import key_headers
from tests.http.servers import Server

SENDERS, ACCOUNTS, ROWS = 16, 4, 50
SECONDS = 4  # of one turn of a contender
SCENARIO = f"{SENDERS} senders of {ROWS} rows at once"
PLACE_OF_TURN = b'"accountingDocNumber":"?"'


@dataclass
class Stream:
    """One sender: its connection, the rows it sends under a new document number each time, and what came back."""

    sender: Sender
    body: bytes
    ledger: feed.Ledger
    answers: list[Answer] = field(default_factory=list)

    def send_until_done(self, path: str, start: Barrier) -> None:
        start.wait()
        deadline = perf_counter() + SECONDS
        while perf_counter() < deadline:
            number = f'"accountingDocNumber":"{len(self.answers)}"'.encode()
            self.answers.append(self.sender.send(path, self.body.replace(PLACE_OF_TURN, number)))


@dataclass
class Tally:
    """What one contender did, over all its turns."""

    seconds: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def rows_per_second(self) -> float:
        return len(self.latencies) * ROWS / sum(self.seconds)


def small_uploads(
    bench: Bench, server: Server, contenders: Sequence[Contender] = (ENGINE, PLAIN, RECORDSET)
) -> list[Line]:
    """Let each contender have the senders in turn, as often as there are runs."""
    pairs = [key_headers(Account.objects.create(name=f"Sender {place}")) for place in range(ACCOUNTS)]
    tallies = {contender: Tally() for contender in contenders}
    for _ in range(bench.runs):
        for contender, tally in tallies.items():
            _turn(bench, contender, tally, lambda: [_stream(server, pairs[n % ACCOUNTS], n) for n in range(SENDERS)])
    return [_line(contender, tally, tallies[ENGINE]) for contender, tally in tallies.items()]


def _stream(server: Server, pair: dict[str, str], place: int) -> Stream:
    rows = [row | {"accountingDocNumber": "?"} for row in feed.invoices(ROWS, first=place * ROWS)]
    return Stream(Sender(server.port, pair), feed.json_array(rows), feed.ledger(rows))


def _turn(bench: Bench, contender: Contender, tally: Tally, connected: Callable[[], list[Stream]]) -> None:
    bench.tables.empty()
    streams = connected()
    start = Barrier(SENDERS + 1)
    with ThreadPoolExecutor(SENDERS) as pool:
        sendings = [pool.submit(stream.send_until_done, contender.path, start) for stream in streams]
        start.wait()
        started = perf_counter()
    tally.seconds.append(perf_counter() - started)
    for sending in sendings:
        sending.result()
    _check(bench, contender, streams)
    tally.latencies += [answer.seconds for stream in streams for answer in stream.answers]
    note(SCENARIO, contender.name, tally.rows_per_second / ROWS, "uploads/s")


def _check(bench: Bench, contender: Contender, streams: list[Stream]) -> None:
    stored = feed.NOTHING
    for stream in streams:
        stream.sender.close()
        for answer in stream.answers:
            check(contender, answer, received=ROWS, created=ROWS)
        stored += stream.ledger * len(stream.answers)
    bench.check_ledger(contender.name, stored)


def _line(contender: Contender, tally: Tally, engine: Tally) -> Line:
    goal = Goal(3, "service {} the uploads/s") if contender is PLAIN else None
    return Line(
        SCENARIO,
        f"{contender.name}: {tally.rows_per_second / ROWS:.0f} uploads/s",
        rows=len(tally.latencies) * ROWS,
        seconds=(sum(tally.seconds),),
        figure=None if contender is ENGINE else engine.rows_per_second / tally.rows_per_second,
        goal=goal,
        latencies=(median(tally.latencies), quantiles(tally.latencies, n=100)[-1]),
    )
