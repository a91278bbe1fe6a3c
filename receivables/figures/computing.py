"""Adding up the rows of one account, in one statement: all figures are of the same moment, whatever is uploaded."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, Min, QuerySet, Sum
from msgspec import Struct

from customers.models import Customer
from receivables.figures.movements import movements_sql
from receivables.figures.sums import TOP, Amount, Debtor, Figures, Movement, Position
from receivables.models import Invoice
from receivables.models.belonging import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.reports import quality
from receivables.reports.aging import CREDITS, CUSTOMER, STAFF_DAYS, aged, buckets

Statement = tuple[str, list[Any]]

_PLACES = range(CREDITS + 1)
_Sums: Any = msgspec.defstruct(
    "_Sums",
    [
        ("currency", str),
        ("total", Decimal),
        ("without_amount_count", int),
        *((f"bucket{n}", Decimal) for n in _PLACES),
        *((f"items{n}", int) for n in _PLACES),
    ],
)

_DOUBTS = {
    "no_due_date": Count("id", filter=quality.NO_DUE_DATE),
    "no_amount": Count("id", filter=quality.NO_AMOUNT),
    "unknown_currency": Count("id", filter=quality.UNKNOWN_CURRENCY),
}


# The customers with the largest overdue amounts of each currency.
_LARGEST_DEBTS = """
SELECT * FROM (
    SELECT owed.currency, {company_code} AS company_code, owed.customer_number_key AS number, {name} AS name,
        max(customer.id) AS customer, sum(owed.items) AS items, sum(owed.amount) AS amount,
        min(owed.oldest_due_date) AS oldest_due_date,
        row_number() OVER (
            PARTITION BY owed.currency ORDER BY sum(owed.amount) DESC, owed.customer_number_key, {company_code}
        ) AS place
    FROM ({owed}) AS owed LEFT JOIN customers_customer AS customer ON {owed_by_customer}
    GROUP BY owed.currency, owed.customer_number_key, {company_code}
) AS debts WHERE place <= %s
"""


class _Debt(Struct):
    currency: str
    company_code: str
    number: str
    name: str
    customer: int | None
    items: int
    amount: Decimal
    oldest_due_date: date


class _Doubts(Struct):
    no_due_date: int
    no_amount: int
    unknown_currency: int


class _Answer(Struct):
    invoices_changed_at: datetime | None
    customers_changed_at: datetime | None
    positions: list[_Sums]
    movements: list[Movement]
    debts: list[_Debt]
    doubts: list[_Doubts]
    unknown_customer: int | None  # of none there is no row


class Computed(Struct, frozen=True):
    """Figures, and the newest changes of rows that are in them."""

    invoices_changed_at: datetime | None
    customers_changed_at: datetime | None
    figures: Figures


def since(as_of: date) -> datetime:
    """Return the moment that movements are counted from: the beginning of the day before (UTC)."""
    return datetime.combine(as_of - timedelta(days=1), time(), UTC)


def computed(account_id: int, as_of: date) -> Computed:
    """Return an account's figures as of a day."""
    answer = _asked(account_id, as_of)
    figures = Figures(
        [_position(sums) for sums in answer.positions],
        answer.movements,
        [Debtor(account_id, **msgspec.structs.asdict(debt)) for debt in answer.debts],
        _doubts(answer),
    )
    return Computed(answer.invoices_changed_at, answer.customers_changed_at, figures)


def _asked(account_id: int, as_of: date) -> _Answer:
    items = Invoice.objects.filter(account=account_id)
    customers = Customer.objects.filter(account=account_id)
    asked = {
        "positions": _rows(_statement(_positions(items, as_of))),
        "movements": _rows(movements_sql(account_id, since(as_of))),
        "debts": _rows(_largest_debts(items, as_of)),
        "doubts": _rows(_statement(_figures(items, **_DOUBTS))),
        "unknown_customer": _statement(_figures(items.filter(quality.unknown_customer()), figure=Count("id"))),
        "invoices_changed_at": _statement(_newest(items)),
        "customers_changed_at": _statement(_newest(customers)),
    }
    parts = ", ".join(f"'{name}', ({sql})" for name, (sql, _) in asked.items())
    parameters = [parameter for _, own in asked.values() for parameter in own]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT jsonb_build_object({parts})::text", parameters)
        return msgspec.json.decode(cursor.fetchone()[0], type=_Answer)


def _statement(rows: QuerySet[Any, Any]) -> Statement:
    sql, parameters = rows.query.sql_with_params()
    return sql, list(parameters)


def _rows(statement: Statement) -> Statement:
    sql, parameters = statement
    return f"SELECT coalesce(jsonb_agg(found), '[]') FROM ({sql}) AS found", parameters  # noqa: S608 - our own texts


def _figures(items: Any, **figures: Count) -> QuerySet[Any, Any]:
    """Return figures of items that are all of one account."""
    return items.order_by().values("account").annotate(**figures).values(*figures)


def _newest(rows: Any) -> QuerySet[Any, Any]:
    return rows.order_by("-updated_at").values("updated_at")[:1]


def _positions(items: Any, as_of: date) -> QuerySet[Any, Any]:
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    counts = {f"items{n}": Count("id", filter=part.items) for n, part in enumerate(parts)}
    sums = aged(items, "currency", parts).annotate(**counts)
    return sums.values(*_Sums.__struct_fields__)


def _position(sums: Any) -> Position:
    parts = [Amount(getattr(sums, f"items{n}"), getattr(sums, f"bucket{n}")) for n in _PLACES]
    return Position(sums.currency, sums.total, parts, sums.without_amount_count)


def _doubts(answer: _Answer) -> dict[str, int]:
    counted = answer.doubts[0] if answer.doubts else _Doubts(0, 0, 0)
    return msgspec.structs.asdict(counted) | {"unknown_customer": answer.unknown_customer or 0}


def _largest_debts(items: Any, as_of: date) -> Statement:
    grouped = items.overdue(as_of).exclude(open_amount=None).order_by()
    by_item = grouped.values("account_id", CUSTOMER, "company_code", "currency").annotate(
        items=Count("id"), amount=Sum("open_amount"), oldest_due_date=Min("due_date"), **names_of_items()
    )
    owed, parameters = _statement(by_item)
    statement = _LARGEST_DEBTS.format(
        owed=owed, company_code=COMPANY_CODE, name=NAME, owed_by_customer=OWED_BY_CUSTOMER
    )
    return statement, [*parameters, TOP]
