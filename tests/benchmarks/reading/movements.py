"""What moved in one night, beside the SQL that one writes for its sums by hand, run by psycopg with no HTTP between."""

import json
from contextlib import closing
from decimal import Decimal
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from typing import Any, LiteralString

from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import SERVICE, Bench
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import TIMEOUT_SECONDS, WrongAnswer
from tests.http.servers import Server

MOVED = 5000  # of a million; a tenth of them is new
ROUNDS = 3  # of each run
BARE = "the SQL of its sums alone"
SECONDS = Goal(0.3, "first page with sums {}", is_least=False, unit="s")
WIRE = ("companyCode", "customerNumber", "invoiceNumber", "accountingDocNumber", "fiscalYear", "lineItem", "currency")
# Some of what is open, as it lies all over the table.
OPEN: LiteralString = """
SELECT company_code, customer_number, invoice_number, accounting_doc_number, fiscal_year, line_item, currency
FROM receivables_invoice WHERE account_id = %s AND open_amount <> 0 ORDER BY hashint8(id) LIMIT %s
"""
SUMS: LiteralString = """
SELECT i.company_code, i.currency, sum(i.open_amount - coalesce(c.open_amount, 0)) FROM receivables_invoice AS i
LEFT JOIN receivables_invoicechange AS c
    ON c.invoice_id = i.id AND c.changed_at > %(since)s AND c.valid_from <= %(since)s
WHERE i.account_id = %(account)s AND abs(i.account_id) > 0 AND i.updated_at > %(since)s
GROUP BY i.company_code, i.currency ORDER BY 1, 2
"""

Sums = list[tuple[str, str, Decimal]]


def movements(bench: Bench, server: Server) -> list[Line]:
    """Let a night come by uploads, and both report what it moved, in turn; every sum is compared."""
    since = _night(bench, server)
    of_service, of_statement = [], []
    for turn in range(1 + bench.runs * ROUNDS):
        seconds, reported = _reported(bench, server, since)
        bare_seconds, selected = _selected(bench, since)
        if reported != selected:
            raise WrongAnswer(f"movements: the report says {reported[:3]}, and the table {selected[:3]}")
        if turn:  # the first one warms both
            of_service.append(seconds)
            of_statement.append(bare_seconds)
    scenario = f"movements, {MOVED:,} items"
    note(scenario, SERVICE, median(of_service))
    times = median(own / bare for own, bare in zip(of_service, of_statement, strict=True))
    return [
        Line(scenario, SERVICE, MOVED, tuple(of_service), median(of_service), SECONDS),
        Line(scenario, BARE, MOVED, tuple(of_statement), times),
    ]


def _night(bench: Bench, server: Server) -> str:
    """Upload what moved in one night, behind an upload that the report begins with; return the moment of that one."""
    rows = bench.tables.connection.execute(OPEN, [bench.portfolio.account.pk, MOVED]).fetchall()
    items = [dict(zip(WIRE, row, strict=True)) | {"invoiceAmount": 100, "balanceAmount": "1"} for row in rows]
    new = [item | {"invoiceNumber": f"N{number}"} for number, item in enumerate(items[: len(items) // 10])]
    first = _uploaded(bench, server, [new[0] | {"invoiceNumber": "first"}])
    _uploaded(bench, server, [*items[len(new) :], *new])
    bench.tables.run("VACUUM (ANALYZE) receivables_invoice", "VACUUM (ANALYZE) receivables_invoicechange")
    return f"load:{first}"


def _uploaded(bench: Bench, server: Server, rows: list[dict[str, Any]]) -> str:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SECONDS)) as connection:
        headers = bench.portfolio.headers | {"Content-Type": "application/json"}
        connection.request("POST", "/jsonApi/upload/invoices", json.dumps(rows), headers)
        response = connection.getresponse()
        body = response.read()
    if response.status != 200:
        raise WrongAnswer(f"an upload was answered with {response.status}: {body[:300]!r}")
    return str(json.loads(body)["id"])


def _reported(bench: Bench, server: Server, since: str) -> tuple[float, Sums]:
    answer = bench.get(server, f"/jsonApi/reports/movements?since={since}")
    report = answer.json()
    if sum(row["items"] for row in report["sums"]) != MOVED or len(report["results"]) != 100:
        raise WrongAnswer(f"movements: {MOVED} items moved, and the report says {report['sums'][:3]}")
    totals: dict[tuple[str, str], Decimal] = {}
    for row in report["sums"]:
        key = row["companyCode"], row["currency"]
        totals[key] = totals.get(key, Decimal()) + Decimal(row["amount"])
    return answer.seconds, sorted((*key, amount) for key, amount in totals.items())


def _selected(bench: Bench, since: str) -> tuple[float, Sums]:
    moment = bench.tables.value("SELECT merged_at FROM uploads_upload WHERE id = %s", since.removeprefix("load:"))
    parameters = {"account": bench.portfolio.account.pk, "since": moment}
    started = perf_counter()
    rows = bench.tables.connection.execute(SUMS, parameters, prepare=False).fetchall()
    return perf_counter() - started, rows
