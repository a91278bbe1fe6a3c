"""What every scenario measures with: a server, an account, feeds, and the tables they end in."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from apiauth.models import Account
from receivables.models import Invoice
from tests.benchmarks import feed, floor
from tests.benchmarks.database import Tables
from tests.benchmarks.sending import ENGINE, PLAIN, RECORDSET, Answer, Contender, Sender, WrongAnswer, check
from tests.factories import key_headers
from tests.http.servers import Server, gunicorn_command, running

WORKERS, THREADS = 4, 4  # the service's own defaults
SETTINGS_MODULE = "tests.benchmarks.settings"
WARMING_CONNECTIONS = 24  # the kernel spreads them over the workers; so many miss one of four once in a thousand times
NOT_OF_THE_FEED = {"id", "last_upload_id", "created_upload_id", "created_at", "updated_at", "closed_at", "closed_by"}


@dataclass(frozen=True)
class Feed:
    """A body, the number of its rows, and what the empty table of invoices holds when it is taken."""

    rows: int
    body: bytes
    ledger: feed.Ledger
    digest: str


class Bench:
    def __init__(self, tables: Tables, rows: int, runs: int):
        self.tables, self.rows, self.runs = tables, rows, runs
        self.account = Account.objects.create(name="Benchmark")
        self.headers = key_headers(self.account)

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """Start the production server, and have every worker serve a few uploads of each kind."""
        options = {"DJANGO_SETTINGS_MODULE": SETTINGS_MODULE, "WEB_CONCURRENCY": WORKERS, "WEB_THREADS": THREADS}
        with TemporaryDirectory() as folder, running(gunicorn_command, Path(folder), **options) as server:
            self._warm(server)
            self.tables.empty()
            yield server

    def _warm(self, server: Server) -> None:
        few = feed.json_array(feed.invoices(2))
        for _ in range(WARMING_CONNECTIONS):
            for contender in (ENGINE, PLAIN, RECORDSET):
                answer = self.post(server, contender, few)
                if answer.status != 200:
                    raise WrongAnswer(f"{contender.name} answered {answer.start()}")

    def feed_of(self, rows: list[feed.Row], taken: Iterable[feed.Row] | None = None) -> Feed:
        """Return rows as a feed; `taken` are those of them that are to be stored, if not all.

        The digest is that of a table that COPY filled, with no contender's code in between.
        """
        stored = rows if taken is None else list(taken)
        self.seed(floor.records(stored, self.account.pk))
        return Feed(len(rows), feed.json_array(rows), feed.ledger(stored), self.tables.digest())

    def seed(self, records: list[floor.Record]) -> float:
        """Have the table hold these records alone; return the seconds that COPY took."""
        self.tables.empty()
        seconds = floor.copy(self.tables.connection, records)
        self.tables.settle()
        return seconds

    def post(self, server: Server, contender: Contender, body: bytes, **headers: str) -> Answer:
        with closing(Sender(server.port, self.headers)) as sender:
            return sender.send(contender.path, body, **headers)

    def upload(self, server: Server, contender: Contender, sent: Feed, **counts: int) -> float:
        """Send a feed that all is taken of, check answer and table, and return the seconds it took."""
        answer = self.post(server, contender, sent.body)
        check(contender, answer, received=sent.rows, **counts)
        self.check_stored(contender.name, sent)
        return answer.seconds

    def check_stored(self, name: str, sent: Feed) -> None:
        """Raise WrongAnswer unless the table holds what the feed says, every value of every row."""
        self.check_ledger(name, sent.ledger)
        if self.tables.digest() != sent.digest:
            raise WrongAnswer(f"{name} stored other values than were sent")

    def check_ledger(self, name: str, ledger: feed.Ledger) -> None:
        if self.tables.ledger() != ledger:
            raise WrongAnswer(f"{name} left {self.tables.ledger()} stored, not {ledger}")


def content_columns() -> list[str]:
    """Return the columns of an invoice that a feed decides on, generated ones included."""
    fields: Iterable[Any] = Invoice._meta.concrete_fields
    return [field.column for field in fields if field.column not in NOT_OF_THE_FEED]
