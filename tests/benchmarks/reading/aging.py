"""The aging report beside the SQL that one writes for it by hand, run by psycopg with no HTTP in between."""

from datetime import timedelta
from decimal import Decimal
from statistics import median
from time import perf_counter
from typing import Any, LiteralString
from urllib.parse import urlsplit

from receivables.models import today
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import SERVICE, Bench
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import WrongAnswer
from tests.http.servers import Server

PAGE = 1000
AGES = (30, 60, 90, 120)  # the report's own
ROUNDS = 3  # of each run
BARE = "the SQL alone"
TIME_OF_SQL = Goal(1.5, "service {} its time", is_least=False)

# Days come first, for they are compared faster than amounts.
SUMS: LiteralString = """
  currency, sum(open_amount), count(open_amount), count(*) FILTER (WHERE open_amount IS NULL),
  sum(open_amount) FILTER (WHERE due_date >= %(day0)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date >= %(day30)s AND due_date < %(day0)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date >= %(day60)s AND due_date < %(day30)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date >= %(day90)s AND due_date < %(day60)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date >= %(day120)s AND due_date < %(day90)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date < %(day120)s AND open_amount > 0),
  sum(open_amount) FILTER (WHERE due_date IS NULL AND open_amount > 0),
  sum(open_amount) FILTER (WHERE open_amount < 0)
FROM receivables_invoice WHERE account_id = %(account)s AND (open_amount <> 0 OR open_amount IS NULL)
"""
OF_ALL: LiteralString = f"SELECT NULL, NULL, {SUMS} GROUP BY currency ORDER BY currency"
OF_CUSTOMERS: LiteralString = (
    f"SELECT customer_number_key, max(customer_name), {SUMS}"
    " GROUP BY customer_number_key, currency ORDER BY customer_number_key, currency"
)
OF_A_PAGE: LiteralString = f"{OF_CUSTOMERS} LIMIT {PAGE}"

Sums = tuple[Any, ...]


def aging(bench: Bench, server: Server) -> list[Line]:
    return [
        *_beside(bench, server, "aging of all", "groupBy=none", OF_ALL, TIME_OF_SQL),
        *_beside(bench, server, f"aging, {PAGE:,} customers", f"pageSize={PAGE}", OF_A_PAGE, is_one_page=True),
    ]


def _beside(
    bench: Bench,
    server: Server,
    scenario: str,
    asked: str,
    statement: LiteralString,
    goal: Goal | None = None,
    is_one_page: bool = False,
) -> list[Line]:
    """Let both report in turn, and compare every sum."""
    of_service, of_statement = [], []
    for turn in range(1 + bench.runs * ROUNDS):
        seconds, reported = _reported(bench, server, f"{asked}&asOf={today()}", is_one_page)
        bare_seconds, selected = _selected(bench, statement)
        if reported != selected:
            raise WrongAnswer(f"{scenario}: the report says {reported[:3]}, and the table {selected[:3]}")
        if turn:  # the first one warms both
            of_service.append(seconds)
            of_statement.append(bare_seconds)
    note(scenario, SERVICE, median(of_service))
    times = median(own / bare for own, bare in zip(of_service, of_statement, strict=True))
    return [
        Line(scenario, SERVICE, bench.portfolio.rows, tuple(of_service)),
        Line(scenario, BARE, bench.portfolio.rows, tuple(of_statement), times, goal),
    ]


def _reported(bench: Bench, server: Server, asked: str, is_one_page: bool) -> tuple[float, list[Sums]]:
    """Return the seconds that the pages took together, and their rows."""
    path, seconds, rows = f"/jsonApi/reports/aging?{asked}", 0.0, []
    while path:
        answer = bench.get(server, path)
        page = answer.json()
        seconds += answer.seconds
        rows += [_sums(row) for row in page["results"]]
        path = "" if is_one_page or not page["next"] else _path(page["next"])
    return seconds, rows


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _sums(row: dict[str, Any]) -> Sums:
    amounts = [Decimal(bucket["amount"]) for bucket in row["buckets"]]
    counts = (row["items"], row["itemsWithoutAmount"])
    return (row["group"], row.get("customerName"), row["currency"], Decimal(row["total"]), *counts, *amounts)


def _selected(bench: Bench, statement: LiteralString) -> tuple[float, list[Sums]]:
    started = perf_counter()
    days = {f"day{age}": today() - timedelta(days=age) for age in (0, *AGES)}
    parameters = {"account": bench.portfolio.account.pk} | days
    # A plan that is kept would know none of the days.
    rows = bench.tables.connection.execute(statement, parameters, prepare=False).fetchall()
    return perf_counter() - started, [
        (*row[:2], *(Decimal() if value is None else value for value in row[2:])) for row in rows
    ]
