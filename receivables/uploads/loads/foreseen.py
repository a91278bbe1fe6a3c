"""What a file of staff would change, beyond its receipt: field by field, and large moves of what is open."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import sql

from config.database.planning import account_of_ids
from receivables.uploads.loads.brake import Limits
from receivables.uploads.loads.missing import Tallies, Tally, largest
from receivables.uploads.storing.merge import Author
from receivables.uploads.storing.merge_sql import money_columns
from receivables.uploads.storing.staging import Layout

MAX_VALUES = 3  # of a field, the most frequent
MAX_LENGTH = 100  # characters of a value
MAX_MISSING = 50  # items, the largest
CLOSING = ["closed_at", "closed_by", "closed_reason"]

_FIELDS = """
WITH difference AS (
    SELECT d.key AS field, left(d.value ->> 0, {length}) AS before, left(d.value ->> 1, {length}) AS after
    FROM {history} AS c CROSS JOIN LATERAL jsonb_each(c.changes) AS d
    WHERE c.account_id = %(account)s AND c.changed_at = %(moment)s AND c.upload_id = %(upload)s
        AND d.key <> ALL(%(closing)s)
), counted AS (
    SELECT field, before, after, count(*) AS rows FROM difference GROUP BY field, before, after
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY field ORDER BY rows DESC, before, after) AS rank,
        sum(rows) OVER (PARTITION BY field)::bigint AS total
    FROM counted
)
SELECT field, total, before, after, rows FROM ranked WHERE rank <= {most} ORDER BY total DESC, field, rank
"""
# An amount of 0 has no sign, and an item without a currency gets one: nothing that was right becomes wrong.
_MONEY = """
SELECT count(*) FILTER (WHERE m.currency <> '' AND m.currency <> t.currency),
    count(*) FILTER (WHERE m.open_amount * t.open_amount < 0 OR m.invoice_amount * t.invoice_amount < 0)
FROM {matches} AS m JOIN {table} AS t USING (id) WHERE m.differs AND t.account_id = {hidden}
"""


def foresee(cursor: Any, layout: Layout, author: Author, *, has_missing: bool) -> dict[str, Any]:
    """Return what an upload changed, within its transaction, as JSON: `fields` (name, rows, and the most frequent
    values before and after), `currencies` and `signs` (rows), `missing` (ids of what a full load lacks).
    """
    history = layout.model._meta.get_field("changes").related_model._meta.db_table
    parts = {"length": sql.Literal(MAX_LENGTH), "most": sql.Literal(MAX_VALUES), "history": sql.Identifier(history)}
    about = {"account": author.account, "upload": author.upload, "moment": author.moment, "closing": CLOSING}
    cursor.execute(sql.SQL(_FIELDS).format(**parts), about)
    fields = [_field(*found) for found in groupby(cursor.fetchall(), itemgetter(0, 1))]
    currencies, signs = _money(cursor, layout, author) if money_columns(layout.model) else (0, 0)
    missing = largest(cursor, MAX_MISSING) if has_missing else []
    return {"fields": fields, "currencies": currencies, "signs": signs, "missing": missing}


def _field(named: tuple[str, int], values: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    name, rows = named
    return {"field": name, "rows": rows, "values": [list(value[2:]) for value in values]}


def _money(cursor: Any, layout: Layout, author: Author) -> tuple[int, int]:
    query = sql.SQL(_MONEY).format(matches=layout.matches, table=layout.table, hidden=account_of_ids())
    cursor.execute(query, {"account": author.account})
    currencies, signs = cursor.fetchone()
    return currencies, signs


def large_moves(before: Tallies, totals: Iterable[Mapping[str, Any]], limits: Limits) -> list[dict[str, Any]]:
    """Return the company codes and currencies whose open sums move by more than an account's limits; `totals` are those
    of the receipt, `before` is what was open in the account.
    """
    moves = []
    for total in totals:
        tally = before.get((total["companyCode"], total["currency"]), Tally())
        amount = Decimal(total["openAfter"]) - Decimal(total["openBefore"])
        if _is_large(abs(amount), tally, limits):
            group = {name: total[name] for name in ("companyCode", "currency")}
            moves.append(group | {"before": f"{tally.amount:f}", "after": f"{tally.amount + amount:f}"})
    return moves


def _is_large(amount: Decimal, before: Tally, limits: Limits) -> bool:
    """Whether it is more than the limit of amounts, or more than the limit of shares of more than a few items."""
    if limits.max_amount is not None and amount > limits.max_amount:
        return True
    return before.items > limits.max_items_by_amount and amount * 100 > before.magnitude * limits.max_share
