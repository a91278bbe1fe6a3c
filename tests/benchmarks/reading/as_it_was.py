"""The aging report as it was on an earlier day, beside that of today, when every invoice has changed since."""

from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any, LiteralString

from django.utils import timezone

from receivables.models import today
from receivables.uploads.models import Outcome, Upload
from receivables.uploads.resources import Resource
from tests.benchmarks.progress import note
from tests.benchmarks.reading.bench import Bench
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.sending import WrongAnswer
from tests.http.servers import Server

MONTH, YEAR = timedelta(days=31), timedelta(days=365)
CHANGES = 10  # of each invoice, within the year
ROUNDS = 3  # of each run
AS_IT_WAS, OF_TODAY = "as it was", "as it is"
TIME_OF_TODAY = Goal(4, "as it was {} its time", is_least=False)
GROUPS = {"of all": "groupBy=none", "by company code": "groupBy=companyCode", "by currency": "groupBy=currency"}
PAGES = {f"{size:,} customers": f"pageSize={size}" for size in (100, 1000)}

# Every invoice was there before the year, and changed last within the month.
AGED: LiteralString = """
UPDATE receivables_invoice SET created_at = now() - interval '400 days',
updated_at = now() - interval '30 days' * (hashint8(id) & 1023) / 1024 - interval '1 hour'
"""
CUSTOMERS_AGED: LiteralString = (
    "UPDATE customers_customer SET created_at = now() - interval '400 days', updated_at = now() - interval '400 days'"
)
# A change for each: the balance was higher by ten. The entry before ends where the next one begins.
CHANGED: LiteralString = """
INSERT INTO receivables_invoicechange
(account_id, invoice_id, upload_id, staff_username, changed_at, valid_from, changes,
 company_code, currency, due_date, invoice_date, open_amount)
SELECT account_id, id, md5(updated_at::date::text)::uuid, '', updated_at - %(before)s * %(turn)s,
CASE WHEN %(turn)s = %(last)s THEN created_at ELSE updated_at - %(before)s * (%(turn)s + 1) END,
jsonb_build_object('balance_amount',
  jsonb_build_array(balance_amount + 10 * (%(turn)s + 1), balance_amount + 10 * %(turn)s)),
company_code, currency, due_date, invoice_date, open_amount + 10 * (%(turn)s + 1)
FROM receivables_invoice ORDER BY updated_at
"""
OPEN_THEN: LiteralString = """
SELECT currency, sum(open_amount) FROM receivables_invoicechange
WHERE account_id = %s AND valid_from <= %s AND changed_at > %s GROUP BY currency ORDER BY currency
"""


def as_it_was(bench: Bench, server: Server) -> list[Line]:
    _age(bench)
    _change(bench, 0, last=0)
    parts = GROUPS | PAGES
    lines = [
        line for name, asked in parts.items() for line in _beside(bench, server, name, asked, MONTH, TIME_OF_TODAY)
    ]
    bench.tables.run("UPDATE receivables_invoicechange SET valid_from = changed_at - interval '33 days'")
    for turn in range(1, CHANGES):
        _change(bench, turn, last=CHANGES - 1)
    for name, asked in parts.items():
        lines += _beside(bench, server, name, asked, YEAR)
    return lines


def _age(bench: Bench) -> None:
    """Have all invoices come by one upload, and the last change by another."""
    bench.tables.run(AGED, CUSTOMERS_AGED)
    bench.tables.run("VACUUM (FULL, ANALYZE) receivables_invoice", "VACUUM (ANALYZE) customers_customer")
    for age in (timedelta(days=400), timedelta(minutes=30)):
        Upload.objects.create(
            account=bench.portfolio.account,
            staff_username="benchmark",
            resource=Resource.INVOICES,
            outcome=Outcome.ACCEPTED,
            merged_at=timezone.now() - age,
            has_full_history=True,
            duration=timedelta(0),
        )


def _change(bench: Bench, turn: int, last: int) -> None:
    parameters = {"turn": turn, "last": last, "before": timedelta(days=33)}
    bench.tables.connection.execute(CHANGED, parameters)
    bench.tables.run("VACUUM (ANALYZE) receivables_invoicechange", "CHECKPOINT")


def _beside(
    bench: Bench, server: Server, name: str, asked: str, ago: timedelta, goal: Goal | None = None
) -> list[Line]:
    """Let both report in turn; what is asked for as it was is compared with what the history adds up to."""
    day, path = today() - ago, f"/jsonApi/reports/aging?{asked}"
    then: list[float] = []
    now: list[float] = []
    for turn in range(1 + bench.runs * ROUNDS):
        answer, of_today = bench.get(server, f"{path}&asOf={day}"), bench.get(server, f"{path}&asOf={today()}")
        if not turn and asked == GROUPS["of all"]:
            _check(bench, answer.json())
        if turn:  # the first one warms both
            then.append(answer.seconds)
            now.append(of_today.seconds)
    scenario = f"aging, {name}, {ago.days} days ago"
    note(scenario, AS_IT_WAS, median(then))
    times = median(past / present for past, present in zip(then, now, strict=True))
    rows = bench.portfolio.rows
    return [Line(scenario, AS_IT_WAS, rows, tuple(then)), Line(scenario, OF_TODAY, rows, tuple(now), times, goal)]


def _check(bench: Bench, report: dict[str, Any]) -> None:
    moment = report["knownAt"]
    parameters = [bench.portfolio.account.pk, moment, moment]
    expected = bench.tables.connection.execute(OPEN_THEN, parameters).fetchall()
    reported = [(row["currency"], Decimal(row["total"])) for row in report["results"]]
    if reported != expected:
        raise WrongAnswer(f"as it was at {moment}: the report says {reported}, and the history {expected}")
