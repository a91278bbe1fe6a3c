"""The balances of customers by currency: of a page of them by one query, and of one of them in aging buckets."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.utils.functional import Promise
from django.utils.text import capfirst

from customers.models import Customer
from receivables.admin.shared.cells import BUCKET_NAMES
from receivables.models import Invoice, overdue
from receivables.models.customer_matching import OWED_BY_CUSTOMER
from receivables.reports.aging import CREDITS, CUSTOMER, STAFF_DAYS, ZERO, aging_query, buckets
from receivables.reports.statement import Sum as Added

_OWED = """
SELECT customer.id, {columns} FROM ({owed}) AS owed JOIN customers_customer AS customer ON {owed_by_customer}
WHERE customer.id = ANY(%s)
"""


@dataclass
class Balance:
    """What a customer has open in one currency. Items whose balance is no amount are counted, and in no sum."""

    currency: str
    open: Added = field(default_factory=Added)
    overdue: Added = field(default_factory=Added)
    oldest_due_date: date | None = None

    @property
    def item_count(self) -> int:
        return self.open.count + self.open.unreadable_count


def balances_of(customers: Sequence[Customer], as_of: date) -> dict[int, list[Balance]]:
    """Return what each customer has open, under its id and by currency; by one query."""
    rows = defaultdict(list)
    for row in _summed(customers, as_of) if customers else ():
        rows[row["customer"]].append(row)
    return {customer.pk: _by_currency(rows[customer.pk]) for customer in customers}


def _summed(customers: Sequence[Customer], as_of: date) -> list[dict[str, Any]]:
    sums = {
        "open": Sum("open_amount", default=ZERO),
        "open_count": Count("open_amount"),
        "unreadable_count": Count("id", filter=Q(open_amount=None)),
        **_overdue(as_of),
    }
    items: Any = Invoice.objects.for_customers(customers).open().order_by()
    grouped = items.values("account_id", CUSTOMER, "company_code", "currency").annotate(**sums)
    owed, parameters = grouped.query.sql_with_params()
    columns = ["currency", *sums]
    statement = _OWED.format(
        columns=", ".join(f"owed.{column}" for column in columns), owed=owed, owed_by_customer=OWED_BY_CUSTOMER
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, [customer.pk for customer in customers]])
        return [dict(zip(["customer", *columns], row, strict=True)) for row in cursor]


def _overdue(as_of: date) -> dict[str, Any]:
    late = overdue(as_of)
    return {
        "late": Sum("open_amount", filter=late, default=ZERO),
        "late_count": Count("open_amount", filter=late),
        "late_unreadable_count": Count("id", filter=late & Q(open_amount=None)),
        "oldest_due_date": Min("due_date", filter=late),
    }


def _by_currency(rows: Iterable[dict[str, Any]]) -> list[Balance]:
    found: dict[str, Balance] = {}
    for row in rows:
        balance = found.setdefault(row["currency"], Balance(row["currency"]))
        balance.open += Added(row["open"], row["open_count"], row["unreadable_count"])
        balance.overdue += Added(row["late"], row["late_count"], row["late_unreadable_count"])
        balance.oldest_due_date = min(filter(None, [balance.oldest_due_date, row["oldest_due_date"]]), default=None)
    return [found[currency] for currency in sorted(found)]


@dataclass(frozen=True)
class Part:
    """The amount in one aging bucket, and its share of the debits in per cent; credits have no share."""

    bucket: int
    label: Promise
    amount: Decimal
    share: Decimal | None


@dataclass(frozen=True)
class BalanceByAge:
    """What one customer has open in one currency, by age; the amounts of the parts sum to the total exactly."""

    balance: Balance
    parts: list[Part]

    @property
    def credits(self) -> Decimal:
        return self.parts[CREDITS].amount


def balances_by_age(customer: Customer, as_of: date) -> list[BalanceByAge]:
    """Return what a customer has open, by currency: the figures of the aging report."""
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    rows = aging_query(Invoice.objects.for_customer(customer), "currency", parts).annotate(**_overdue(as_of))
    return [BalanceByAge(_balance(row), _parts([row[f"bucket{n}"] for n in range(len(parts))])) for row in rows]


def _balance(row: dict[str, Any]) -> Balance:
    open_sum = Added(row["total"], row["summed_count"], row["without_amount_count"])
    late_sum = Added(row["late"], row["late_count"], row["late_unreadable_count"])
    return Balance(row["currency"], open_sum, late_sum, row["oldest_due_date"])


def _parts(amounts: Sequence[Decimal]) -> list[Part]:
    owed = sum(amounts[:CREDITS])
    return [
        Part(bucket, capfirst(name), amount, amount * 100 / owed if owed and bucket != CREDITS else None)
        for bucket, (name, amount) in enumerate(zip(BUCKET_NAMES, amounts, strict=True))
    ]
