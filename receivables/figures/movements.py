"""What moved an account's open total since a moment: new items, payments, what was reopened, and the rest.

A history names the columns that changed, and the open amount is made of them; so each item that changed is put back
together as it was then, and its open amount follows from the same expression as the present one. The movements of a
currency and what was open in it then add up to what is open now.
"""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from receivables.figures.sums import Movement
from receivables.models import Invoice, InvoiceChange

# What the open amount is made of, and what it is counted in.
COLUMNS = ("balance_amount", "invoice_amount", "balance_text", "debit_credit_indicator", "posting_key", "currency")
ITEM, CHANGE = Invoice._meta.db_table, InvoiceChange._meta.db_table

# What a column held before its first change since then; JSON's null where it was empty, NULL where it never changed.
_FIRST = "(array_agg(c.changes -> '{0}' -> 0 ORDER BY c.id) FILTER (WHERE c.changes ? '{0}'))[1] AS {0}"
_THEN = "CASE WHEN first.{0} IS NULL THEN t.{0} ELSE (first.{0} #>> '{{}}')::{1} END AS {0}"

_KINDS = """
WITH first AS (
    SELECT c.invoice_id, {first} FROM {change} AS c JOIN {item} AS t ON t.id = c.invoice_id
    WHERE t.account_id = %s AND t.updated_at >= %s AND t.created_at < %s AND c.changed_at >= %s AND c.changes ?| %s
    GROUP BY c.invoice_id
), earlier AS (
    SELECT t.id, t.open_amount AS open_now, t.currency AS currency_now, {then}
    FROM first JOIN {item} AS t ON t.id = first.invoice_id
), compared AS (
    SELECT id, open_now, currency_now, currency AS currency_then, ({open_amount}) AS open_then FROM earlier
), kinds AS (
    SELECT *, CASE
        WHEN currency_now <> currency_then THEN 'other'
        WHEN open_then > 0 AND open_now < open_then THEN 'paid_down'
        WHEN open_then = 0 AND open_now <> 0 THEN 'reopened'
        ELSE 'other' END AS kind
    FROM compared WHERE currency_now <> currency_then OR open_now IS DISTINCT FROM open_then
)"""
_LEGS = """, legs AS (
    SELECT currency_now AS currency, kind, 1 AS items, open_now AS amount FROM kinds
    UNION ALL SELECT currency_then, kind, (currency_now <> currency_then)::int, -open_then FROM kinds
    UNION ALL SELECT currency, 'new', 1, open_amount FROM {item}
    WHERE account_id = %s AND updated_at >= %s AND created_at >= %s
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
        then=", ".join(_THEN.format(column, "numeric" if column.endswith("_amount") else "text") for column in COLUMNS),
        open_amount=open_amount,
    )
    return statement, [account_id, since, since, since, list(COLUMNS), *its_parameters]
