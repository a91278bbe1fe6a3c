"""What each filter and each ordering of the list costs, and how PostgreSQL finds the rows.

The account is the one that holds most; its first page is asked for and a late one, whose rows a filter must not count
up to. How rows are found is explained of the very queries that the view runs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.api.pagination import Ordering
from receivables.api.filters import InvoiceFilterSet
from receivables.api.views import InvoiceListView
from receivables.models import Invoice
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import INVOICES, Bench
from tests.benchmarks.reading.samples import Samples
from tests.benchmarks.report import PlanLine
from tests.benchmarks.sending import WrongAnswer
from tests.explained import plan_of
from tests.http.servers import Server

PAGE = 100
LATE = 1000  # the page; of fewer, the last full one
TIMES = 3
TABLE = "receivables_invoice"
READS = ("Scan", "Sort", "Aggregate", "Join", "Nested Loop", "Append", "BitmapAnd", "BitmapOr", "Materialize")


@dataclass(frozen=True)
class Question:
    """A list as one asks for it, and the rows on all its pages, in no order."""

    parameters: dict[str, str]
    ordering: Ordering
    rows: QuerySet[Invoice]
    count: int

    @property
    def asked(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.parameters.items()) or "all"

    def pages(self) -> list[int]:
        """Return the first page and the late one, if there are two."""
        return sorted({1, max(1, min(LATE, self.count // PAGE))})

    def path(self, page: int) -> str:
        cursor = {"cursor": self._cursor(page)} if page > 1 else {}
        return f"{INVOICES}?{urlencode(self.parameters | cursor)}"

    def _cursor(self, page: int) -> str:
        [ordered] = self.ordering.parts(self.rows, None)
        return self.ordering.cursor(ordered[(page - 1) * PAGE - 1], is_before=False)


def plans(bench: Bench, server: Server) -> list[PlanLine]:
    return [_line(bench, server, question, page) for question in list(_questions(bench)) for page in question.pages()]


def _questions(bench: Bench) -> Iterator[Question]:
    own = Invoice.objects.of_account(bench.portfolio.account)
    for sign in ("", "-"):
        for name, columns in InvoiceListView.orderings.items():
            ordering = Ordering(f"{sign}{name}", columns)
            yield Question({"ordering": ordering.name}, ordering, own, bench.portfolio.rows)
    samples = Samples(bench.tables, bench.portfolio.account.pk, bench.portfolio.rows)
    for name, values in samples.of_all_filters().items():
        for value in values:
            rows = InvoiceFilterSet({name: value}, own).qs
            yield Question({name: value}, Ordering(*InvoiceListView.default_ordering), rows, rows.count())


def _line(bench: Bench, server: Server, question: Question, page: int) -> PlanLine:
    path = question.path(page)
    seconds = median(bench.get(server, path).seconds for _ in range(TIMES))
    note(f"page {page:,}", " ".join(question.parameters), seconds * 1000, "ms")
    return PlanLine(question.asked, question.count, page, seconds * 1000, " / ".join(_explained(bench, path)))


def _explained(bench: Bench, path: str) -> list[str]:
    """Return the plan of each query of invoices that the view runs to answer."""
    with CaptureQueriesContext(connection) as captured:
        answer = Client(SERVER_NAME="localhost", headers=bench.portfolio.headers).get(path)
    queries = [query["sql"] for query in captured.captured_queries if f'FROM "{TABLE}"' in query["sql"]]
    if answer.status_code != 200 or not queries:
        raise WrongAnswer(f"{path} was answered with {answer.status_code}, after {len(queries)} queries of invoices")
    return [_plan(query) for query in queries]


def _plan(query: str) -> str:
    return " < ".join(_nodes(plan_of(query)))


def _nodes(node: dict[str, Any]) -> Iterator[str]:
    """Yield what is done to rows, the last thing first; a node that only passes rows on is left out."""
    if node["Node Type"].endswith(READS):
        yield _node(node)
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _node(node: dict[str, Any]) -> str:
    where = node.get("Index Name") or node.get("Relation Name")
    kept = " and filter" if "Filter" in node and "Index Name" in node else ""
    return f"{node['Node Type']} on {where}{kept}" if where else node["Node Type"]
