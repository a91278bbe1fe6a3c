"""Adding up the rows of one account, by one query after another: its figures, what moved its open total, and the
balances of its customers, too many for a list to add up.

The queries see rows of the same moment only within a transaction that is REPEATABLE READ.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum, Value

from receivables.figures.sums import TOP, Amount, Debtor, Figures, Movement, Position
from receivables.models import Invoice, today
from receivables.models.account_figures import OpenBalance, OverdueBalance
from receivables.models.customer_matching import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.models.invoices import NO_AMOUNT, NO_DUE_DATE, UNKNOWN_CURRENCY, unknown_customer
from receivables.reports import moments
from receivables.reports import movements as moving
from receivables.reports.aging import CUSTOMER, STAFF_DAYS, aging_query, buckets
from receivables.reports.movements import Window

MICROSECOND = timedelta(microseconds=1)

_DOUBTS = {
    "no_due_date": Count("id", filter=NO_DUE_DATE),
    "no_amount": Count("id", filter=NO_AMOUNT),
    "unknown_currency": Count("id", filter=UNKNOWN_CURRENCY),
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


def computed(account_id: int, as_of: date) -> Figures:
    """Return an account's figures as of a day."""
    items = Invoice.objects.of_account(account_id)
    parts = buckets(as_of, "due_date", STAFF_DAYS)
    since = counted_from(account_id, as_of)
    counts = {f"items{n}": Count("id", filter=part.items) for n, part in enumerate(parts)}
    by_currency = list(aging_query(items, "currency", parts).annotate(**counts, **_DOUBTS))
    doubts = {doubt: sum(sums[doubt] for sums in by_currency) for doubt in _DOUBTS}
    return Figures(
        [
            Position(
                sums["currency"],
                sums["total"],
                [Amount(sums[f"items{n}"], sums[f"bucket{n}"]) for n in range(len(parts))],
                sums["without_amount_count"],
            )
            for sums in by_currency
        ],
        since,
        movements(account_id, since),
        _largest_debtors(account_id, items, as_of),
        doubts | {"unknown_customer": items.filter(unknown_customer(Value(account_id))).count()},
    )


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


# Only rows that differ are written: from one night to the next these are few.
_REFRESH = """
WITH owed AS ({owed}), computed AS (
    SELECT customer.id AS customer_id, owed.currency, sum(owed.amount) AS amount
    FROM owed JOIN customers_customer AS customer ON {owed_by_customer}
    GROUP BY customer.id, owed.currency
), gone AS (
    DELETE FROM {balances} AS balance WHERE account_id = %s AND NOT EXISTS (
        SELECT FROM computed WHERE computed.customer_id = balance.customer_id AND computed.currency = balance.currency
    )
)
INSERT INTO {balances} AS balance (account_id, customer_id, currency, amount)
SELECT %s, customer_id, currency, amount FROM computed
ON CONFLICT (account_id, customer_id, currency)
DO UPDATE SET amount = EXCLUDED.amount WHERE balance.amount <> EXCLUDED.amount
"""


def refresh_balances(account_id: int, as_of: date) -> None:
    """Bring the balances of an account's customers up to date, each kind in one statement."""
    items = Invoice.objects.of_account(account_id).exclude(open_amount=None)
    _refresh(OverdueBalance, account_id, items.overdue(as_of))
    _refresh(OpenBalance, account_id, items.open())


def _refresh(model: Any, account_id: int, items: Any) -> None:
    grouped = items.order_by().values("account_id", "customer_number_key", "company_code", "currency")
    owed, parameters = grouped.annotate(amount=Sum("open_amount")).query.sql_with_params()
    statement = _REFRESH.format(owed=owed, owed_by_customer=OWED_BY_CUSTOMER, balances=model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, account_id, account_id])


def counted_from(account_id: int, as_of: date) -> datetime:
    """Return the moment that movements are counted from: the end of the day before yesterday (UTC), or the first that
    is known if uploads before it are not. Before the very first upload nothing was open, which is known as well.
    """
    begins = _end_before_yesterday(as_of)
    first = moments.uploads.span(account_id).first
    if first is None or first <= begins or moments.uploads.last_upload(account_id, first - MICROSECOND) is None:
        return begins
    return first


def begins_late(figures: Figures, as_of: date) -> bool:
    """Whether movements are counted from a later moment, for those before it are not known."""
    return figures.since is not None and figures.since > _end_before_yesterday(as_of)


def _end_before_yesterday(as_of: date) -> datetime:
    return moments.end_of_day(as_of - timedelta(days=2))


def movements(account_id: int, since: datetime) -> list[Movement]:
    """Return what moved since a moment, by currency and kind; what is no amount counts as nothing."""
    return [Movement(**sums) for sums in moving.movements(Window(account_id, since)).sums("currency")]


def moved(account_id: int, **which: Any) -> Q:
    """Return the condition of an account's items that moved as its figures of today count it, narrowed by columns of
    movements, such as `kind` and the `currency` in which they moved.
    """
    window = Window(account_id, counted_from(account_id, today()))
    rows = moving.movements(window).filter(**which)
    return Q(account=account_id, pk__in=rows.order_by().values("id"))
