"""Adding up the rows of one account, by one query after another.

The queries see rows of the same moment only within a transaction that is REPEATABLE READ.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Sum

from receivables.figures.movements import movements
from receivables.figures.sums import TOP, Amount, Debtor, Figures, Position
from receivables.models import Invoice
from receivables.models.customer_matching import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.reports import quality
from receivables.reports.aging import CREDITS, CUSTOMER, STAFF_DAYS, aging_query, buckets

_DOUBTS = {
    "no_due_date": Count("id", filter=quality.NO_DUE_DATE),
    "no_amount": Count("id", filter=quality.NO_AMOUNT),
    "unknown_currency": Count("id", filter=quality.UNKNOWN_CURRENCY),
}

# The customers with the largest overdue amounts of each currency. The columns are those of a Debtor.
_LARGEST_DEBTS = """
SELECT currency, company_code, number, name, customer, items, amount, oldest_due_date FROM (
    SELECT owed.currency, {company_code} AS company_code, owed.customer_number_key AS number, {name} AS name,
        max(customer.id) AS customer, sum(owed.items)::bigint AS items, sum(owed.amount) AS amount,
        min(owed.oldest_due_date) AS oldest_due_date,
        row_number() OVER (
            PARTITION BY owed.currency ORDER BY sum(owed.amount) DESC, owed.customer_number_key, {company_code}
        ) AS rank
    FROM ({owed}) AS owed LEFT JOIN customers_customer AS customer ON {owed_by_customer}
    GROUP BY owed.currency, owed.customer_number_key, {company_code}
) AS debts WHERE rank <= %s
"""


def since(as_of: date) -> datetime:
    """Return the moment that movements are counted from: the beginning of the day before (UTC)."""
    return datetime.combine(as_of - timedelta(days=1), time(), UTC)


def computed(account_id: int, as_of: date) -> Figures:
    """Return an account's figures as of a day."""
    items = Invoice.objects.filter(account=account_id)
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    counts = {f"items{n}": Count("id", filter=part.items) for n, part in enumerate(parts)}
    by_currency = list(aging_query(items, "currency", parts).annotate(**counts, **_DOUBTS))
    doubts = {doubt: sum(sums[doubt] for sums in by_currency) for doubt in _DOUBTS}
    return Figures(
        [_position(sums) for sums in by_currency],
        movements(account_id, since(as_of)),
        _largest_debtors(account_id, items, as_of),
        doubts | {"unknown_customer": items.filter(quality.unknown_customer()).count()},
    )


def _position(sums: dict[str, Any]) -> Position:
    parts = [Amount(sums[f"items{n}"], sums[f"bucket{n}"]) for n in range(CREDITS + 1)]
    return Position(sums["currency"], sums["total"], parts, sums["without_amount_count"])


def _largest_debtors(account_id: int, items: Any, as_of: date) -> list[Debtor]:
    grouped = items.overdue(as_of).exclude(open_amount=None).order_by()
    by_item = grouped.values("account_id", CUSTOMER, "company_code", "currency").annotate(
        items=Count("id"), amount=Sum("open_amount"), oldest_due_date=Min("due_date"), **names_of_items()
    )
    owed, parameters = by_item.query.sql_with_params()
    statement = _LARGEST_DEBTS.format(
        owed=owed, company_code=COMPANY_CODE, name=NAME, owed_by_customer=OWED_BY_CUSTOMER
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, TOP])
        return [Debtor(account_id, *row) for row in cursor]
