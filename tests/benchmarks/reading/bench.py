"""What every scenario of reading measures with: the stored invoices, the service, and a connection to each."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from tests.benchmarks.bench import THREADS, WARMING_CONNECTIONS, WORKERS
from tests.benchmarks.database import Tables
from tests.benchmarks.reading.portfolio import Portfolio
from tests.benchmarks.sending import TIMEOUT_SECONDS, Answer, WrongAnswer
from tests.http.servers import Server, gunicorn_command, running

Command = Callable[[int], list[str]]
SERVICE = "this service"
INVOICES = "/jsonApi/invoices"


@dataclass(frozen=True)
class Bench:
    tables: Tables
    portfolio: Portfolio
    runs: int

    @contextmanager
    def serving(self) -> Iterator[Server]:
        with served() as server:
            self.warm(server, f"{INVOICES}?pageSize=1")
            yield server

    def warm(self, server: Server, path: str) -> None:
        """Have every worker answer a few times."""
        for _ in range(WARMING_CONNECTIONS):
            self.get(server, path)

    def get(self, server: Server, path: str) -> Answer:
        """Return an answer of status 200 with the seconds it took, from the first byte sent to the last byte read."""
        with closing(HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SECONDS)) as connection:
            connection.connect()
            started = perf_counter()
            connection.request("GET", path, headers=self.portfolio.headers)
            response = connection.getresponse()
            body = response.read()
            answer = Answer(response.status, perf_counter() - started, body)
        if answer.status != 200:
            raise WrongAnswer(f"{path} was answered with {answer.start()}")
        return answer


@contextmanager
def served(command: Command = gunicorn_command, **variables: Any) -> Iterator[Server]:
    """Run the production server, with these environment variables, as many processes and threads as by default."""
    own = {"DJANGO_SETTINGS_MODULE": "config.settings", "WEB_CONCURRENCY": WORKERS, "WEB_THREADS": THREADS}
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        yield stack.enter_context(running(command, Path(folder), **own | variables))


def exactly(body: bytes) -> Any:
    """Return what JSON says, with every digit of its numbers."""
    return json.loads(body, parse_float=Decimal)
