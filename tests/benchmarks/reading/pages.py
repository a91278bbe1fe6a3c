"""Pages of a hundred invoices of one customer after another, to a few readers at once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median, quantiles
from typing import Any

from psycopg import sql

from receivables.api.views import AmountField, InvoiceSerializer
from receivables.models import Invoice
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import INVOICES, SERVICE, Bench, exactly, served
from tests.benchmarks.reading.clients import CLIENTS, Connection, Readers, Turn, request
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import WrongAnswer
from tests.http.servers import Server, gunicorn_command

PAGE = 100
SECONDS = 4  # of one turn of a contender
CUSTOMERS = 1000  # at most; all contenders are asked for the same
COMPARED = 20  # of them, row by row
BY_NUMBER = f"customerNumber=..., {CLIENTS} readers"
BY_ID = f"customers/.../invoices, {CLIENTS} readers"
PLAIN, BARE = "ModelSerializer, numbered pages", "psycopg and orjson alone"
TIMES_AS_MANY = Goal(4, "service {} the pages/s")
TIME_OF_ONE = Goal(2, "service {} its time", is_least=False)
FIELDS: dict[str, Any] = dict(InvoiceSerializer().fields)

Row = dict[str, Any]


@dataclass(frozen=True)
class Contender:
    """A way to be asked for a customer, and how its answer's rows read under the service's names."""

    server: Server
    requests: list[bytes]
    renamed: Callable[[Row], Row] = lambda row: row
    turns: list[Turn] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return median(turn.per_second for turn in self.turns)

    def rows(self, place: int) -> list[Row]:
        body = Connection(self.server.port).get(self.requests[place])
        return [self.renamed(row) for row in exactly(body)["results"]]


def pages(bench: Bench, service: Server, is_alone: bool = False) -> list[Line]:
    """Measure the service beside its alternatives, or alone."""
    with _contenders(bench, service, is_alone) as contenders, Readers() as readers:
        _compare(contenders)
        for contender in contenders.values():
            readers.read(contender.server.port, contender.requests, SECONDS)  # warms every worker
        for _ in range(bench.runs):
            for name, contender in contenders.items():
                contender.turns.append(readers.read(contender.server.port, contender.requests, SECONDS))
                note("page of a customer", name, contender.turns[-1].per_second, "pages/s")
    return [*_lines(BY_NUMBER, contenders), *_lines(BY_ID, contenders)]


@contextmanager
def _contenders(bench: Bench, service: Server, is_alone: bool) -> Iterator[dict[str, Contender]]:
    headers, customers = bench.portfolio.headers, bench.portfolio.customers[:CUSTOMERS]
    by_number = [request(f"{INVOICES}?customerNumber={key}", headers) for _, key in customers]
    by_id = [request(f"/jsonApi/customers/{pk}/invoices", headers) for pk, _ in customers]
    own = {BY_NUMBER: Contender(service, by_number), BY_ID: Contender(service, by_id)}
    if is_alone:
        yield own
        return
    with ExitStack() as stack:
        plain = stack.enter_context(served(DJANGO_SETTINGS_MODULE="tests.benchmarks.reading.plain_settings"))
        bare = stack.enter_context(served(_bare_command, BARE_STATEMENT=_statement()))
        by_key = [request(f"/invoices?customer_number_key={key}", headers) for _, key in customers]
        account = bench.portfolio.account.pk
        unnamed = [request(f"/?account={account}&key={key}", {}) for _, key in customers]
        yield own | {BARE: Contender(bare, unnamed), PLAIN: Contender(plain, by_key, _renamed)}


def _bare_command(port: int) -> list[str]:
    return [*gunicorn_command(port), "tests.benchmarks.reading.bare:application"]


def _statement() -> str:
    """Return the query of a page as one writes it, with the service's fields in their order."""
    columns = [
        sql.SQL("trim_scale({}) AS {}" if isinstance(field, AmountField) else "{} AS {}").format(
            sql.Identifier(Invoice._meta.get_field(field.source).column), sql.Identifier(name)
        )
        for name, field in FIELDS.items()
    ]
    statement = sql.SQL(
        "SELECT {} FROM receivables_invoice WHERE account_id = %(account)s AND customer_number_key = %(key)s"
        " ORDER BY id LIMIT {}"
    )
    return statement.format(sql.SQL(", ").join(columns), PAGE).as_string(None)


def _renamed(row: Row) -> Row:
    """Return a row of a ModelSerializer, which writes amounts as text, as the service has it."""
    amounts = {name for name, field in FIELDS.items() if isinstance(field, AmountField)}
    values = {name: row[field.source] for name, field in FIELDS.items()}
    return {name: value and Decimal(value) if name in amounts else value for name, value in values.items()}


def _compare(contenders: dict[str, Contender]) -> None:
    """Raise WrongAnswer unless all contenders answer the same full pages."""
    for place in range(COMPARED):
        expected = contenders[BY_NUMBER].rows(place)
        for name, contender in contenders.items():
            if len(expected) != PAGE or contender.rows(place) != expected:
                raise WrongAnswer(f"{name} answered other rows")


def _lines(scenario: str, contenders: dict[str, Contender]) -> list[Line]:
    service = contenders[scenario]
    lines = [_line(scenario, SERVICE, service)]
    if plain := contenders.get(PLAIN):
        lines.append(_line(scenario, PLAIN, plain, _times(service, plain), TIMES_AS_MANY))
    if bare := contenders.get(BARE):
        lines.append(_line(scenario, BARE, bare, _times(bare, service), TIME_OF_ONE))
    return lines


def _times(fast: Contender, slow: Contender) -> float:
    """Return how many times as many pages; of each run by itself, so that both meet the same noise."""
    return median(one.per_second / other.per_second for one, other in zip(fast.turns, slow.turns, strict=True))


def _line(
    scenario: str, name: str, contender: Contender, figure: float | None = None, goal: Goal | None = None
) -> Line:
    latencies = [latency for turn in contender.turns for latency in turn.latencies]
    return Line(
        scenario,
        f"{name}: {contender.per_second:.0f} pages/s",
        rows=len(latencies) * PAGE,
        seconds=(sum(turn.seconds for turn in contender.turns),),
        figure=figure,
        goal=goal,
        latencies=(median(latencies), quantiles(latencies, n=100)[-1]),
    )
