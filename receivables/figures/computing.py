"""Adding up the rows of one account, by one query after another: its figures, what moved its open total (new items,
payments, what was reopened, and the rest), and the balances of its customers, too many for a list to add up.

The queries see rows of the same moment only within a transaction that is REPEATABLE READ.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q, Sum, Value
from django.db.models.expressions import RawSQL

from receivables.figures.sums import TOP, Amount, Debtor, Figures, Movement, Position
from receivables.models import Invoice, InvoiceChange
from receivables.models.account_figures import OpenBalance, OverdueBalance
from receivables.models.customer_matching import COMPANY_CODE, NAME, OWED_BY_CUSTOMER, names_of_items
from receivables.models.invoices import NO_AMOUNT, NO_DUE_DATE, UNKNOWN_CURRENCY, unknown_customer
from receivables.reports.aging import CUSTOMER, STAFF_DAYS, aging_query, buckets

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


def since(as_of: date) -> datetime:
    """Return the moment that movements are counted from: the beginning of the day before (UTC)."""
    return datetime.combine(as_of - timedelta(days=1), time(), UTC)


def computed(account_id: int, as_of: date) -> Figures:
    """Return an account's figures as of a day."""
    items = Invoice.objects.of_account(account_id)
    parts = buckets(as_of, "due_date", STAFF_DAYS)
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
        movements(account_id, since(as_of)),
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


# What moved the total. A history names the columns that changed, and the open amount is made of them; so each item that
# changed is put back together as it was then, and its open amount follows from the same expression as the present one.
# The movements of a currency and what was open in it then add up to what is open now.

# What the open amount is made of, and what it is counted in, with the type of each.
COLUMNS = {
    "balance_amount": "numeric",
    "invoice_amount": "numeric",
    **dict.fromkeys(["balance_text", "debit_credit_indicator", "posting_key", "currency"], "text"),
    "closed_at": "timestamptz",
}
ITEM, CHANGE = Invoice._meta.db_table, InvoiceChange._meta.db_table

# What a column held before its first change since then; JSON's null where it was empty, NULL where it never changed.
_FIRST = "(array_agg(c.changes -> '{0}' -> 0 ORDER BY c.id) FILTER (WHERE c.changes ? '{0}'))[1] AS {0}"
_THEN = "CASE WHEN first.{0} IS NULL THEN t.{0} ELSE (first.{0} #>> '{{}}')::{1} END AS {0}"

_KINDS = """
WITH first AS (
    SELECT c.account_id, c.invoice_id, {first} FROM {change} AS c
    JOIN {item} AS t ON t.account_id = c.account_id AND t.id = c.invoice_id
    WHERE t.account_id = %s AND abs(t.account_id) > 0 AND t.updated_at >= %s AND t.created_at < %s
        AND c.changed_at >= %s AND c.changes ?| %s
    GROUP BY c.account_id, c.invoice_id
), earlier AS (
    SELECT t.id, t.open_amount AS open_now, t.currency AS currency_now, t.closed_at AS closed_now, {then}
    FROM first JOIN {item} AS t ON t.account_id = first.account_id AND t.id = first.invoice_id
), compared AS (
    SELECT id, open_now, currency_now, closed_now, currency AS currency_then, closed_at AS closed_then,
        ({open_amount}) AS open_then FROM earlier
), kinds AS (
    SELECT *, CASE
        WHEN currency_now <> currency_then THEN 'other'
        WHEN closed_now IS NOT NULL AND closed_then IS NULL THEN 'closed'
        WHEN open_then > 0 AND open_now < open_then THEN 'paid_down'
        WHEN open_then = 0 AND open_now <> 0 THEN 'reopened'
        ELSE 'other' END AS kind
    FROM compared WHERE currency_now <> currency_then OR open_now IS DISTINCT FROM open_then
)"""
_LEGS = """, legs AS (
    SELECT currency_now AS currency, kind, 1 AS items, open_now AS amount FROM kinds
    UNION ALL SELECT currency_then, kind, (currency_now <> currency_then)::int, -open_then FROM kinds
    UNION ALL SELECT currency, 'new', 1, open_amount FROM {item}
    WHERE account_id = %s AND abs(account_id) > 0 AND updated_at >= %s AND created_at >= %s
)
SELECT currency, kind, sum(items), coalesce(sum(amount), 0) FROM legs GROUP BY currency, kind
"""


def movements(account_id: int, since: datetime) -> list[Movement]:
    """Return an account's movements since a moment.

    An item is new however often it changed since it came, with what is open of it now. A change of currency moves the
    totals of both. What is not known to be an amount counts as nothing.
    """
    statement, parameters = _kinds_sql(account_id, since)
    with connection.cursor() as cursor:
        cursor.execute(statement + _LEGS.format(item=ITEM), [*parameters, account_id, since, since])
        return [Movement(*row) for row in cursor]


def moved(account_id: int, since: datetime, kind: str) -> Q:
    """Return the condition of an account's items that are in a movement; of a change of currency it is the new one."""
    if kind == "new":
        return Q(account=account_id, updated_at__gte=since, created_at__gte=since)
    statement, parameters = _kinds_sql(account_id, since)
    return Q(pk__in=RawSQL(f"{statement} SELECT id FROM kinds WHERE kind = %s", [*parameters, kind]))  # noqa: S608, S611 - our own text


def _kinds_sql(account_id: int, since: datetime) -> tuple[str, list[Any]]:
    """Return the beginning of a statement, with `kinds`: the items that changed, and of which kind each movement is."""
    open_amount, its_parameters = Invoice._meta.get_field("open_amount").generated_sql(connection)
    statement = _KINDS.format(
        item=ITEM,
        change=CHANGE,
        first=", ".join(_FIRST.format(column) for column in COLUMNS),
        then=", ".join(_THEN.format(column, type_) for column, type_ in COLUMNS.items()),
        open_amount=open_amount,
    )
    return statement, [account_id, since, since, since, list(COLUMNS), *its_parameters]
