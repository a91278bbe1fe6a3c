"""What moved open amounts between two moments: each item whose state differs, net.

An item has one row for any moment: its own from `updated_at` on, before that the entry of its history whose time it
was. So what changed is found by the entries of between; the first of an item says what it was at the beginning.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Func, UUIDField
from psycopg import sql

from config.database.planning import account_of_ids
from customers.imported.as_of import read_from
from receivables.models import Invoice, InvoiceChange
from receivables.reports.movement_rows import Movement, MovementQuerySet

# What never changes of an item, and its customer's number as it is spelt now.
OF_ITEM = (
    *("id", "account_id", "company_code", "customer_number", "customer_number_key", "invoice_number"),
    *("accounting_doc_number", "fiscal_year", "line_item", "created_upload_id"),
)
_COMPARED = ("currency_before", "open_before", "currency_after", "open_after")

# Items that are looked up by ids are of an account that is hidden from the planner.
_STATEMENT = """WITH earlier AS (
    SELECT invoice_id, currency, open_amount FROM {history}
    WHERE account_id = {account} AND changed_at > {since} {changed_until} AND valid_from <= {since}
), states AS (
    SELECT {of_item}, earlier.currency AS currency_before, earlier.open_amount AS open_before, {after}
    FROM earlier JOIN {table} AS t ON t.id = earlier.invoice_id {later} WHERE t.account_id = {hidden}
    UNION ALL SELECT {of_item}, NULL, NULL, {after} FROM {table} AS t {later}
    WHERE t.account_id = {account} AND abs(t.account_id) > 0
        AND t.updated_at > {since} AND t.created_at > {since} {created_until}
), kinds AS (
    SELECT {columns}, CASE
        WHEN open_after = 0 THEN CASE
            WHEN currency_before IS NULL OR open_before = 0 THEN NULL
            WHEN closed_reason = '' THEN 'settled' WHEN closed_reason = 'withdrawn' THEN 'withdrawn' ELSE 'closed' END
        WHEN currency_before IS NULL THEN 'new'
        WHEN open_before = 0 THEN 'reopened'
        WHEN currency_before <> currency_after THEN 'currency'
        WHEN sign(open_before) <> sign(open_after) THEN 'other'
        WHEN abs(open_after) < abs(open_before) THEN 'reduced'
        WHEN abs(open_after) > abs(open_before) THEN 'raised'
        ELSE 'other' END AS kind
    FROM states WHERE (currency_before, open_before) IS DISTINCT FROM (currency_after, open_after)
), candidates AS (
    SELECT old.id AS old_id, new.id AS new_id, old.company_code = new.company_code AS is_same_code
    FROM kinds AS old JOIN kinds AS new USING (accounting_doc_number, fiscal_year, line_item)
    WHERE old.kind IN ('closed', 'settled') AND new.kind = 'new' AND accounting_doc_number <> ''
        AND (old.customer_number_key, old.company_code) <> (new.customer_number_key, new.company_code)
), counted AS (
    SELECT *, count(*) OVER of_old AS of_old, count(*) OVER of_new AS of_new,
        count(*) FILTER (WHERE is_same_code) OVER of_old AS same_of_old,
        count(*) FILTER (WHERE is_same_code) OVER of_new AS same_of_new
    FROM candidates WINDOW of_old AS (PARTITION BY old_id), of_new AS (PARTITION BY new_id)
), pairs AS (
    SELECT old_id, new_id FROM counted WHERE CASE
        WHEN is_same_code THEN same_of_old = 1 AND same_of_new = 1
        ELSE same_of_old = 0 AND same_of_new = 0 AND of_old = 1 AND of_new = 1 END
), moved AS (
    SELECT old_id AS id, NULL::bigint AS moved_from_id FROM pairs UNION ALL SELECT new_id, old_id FROM pairs
)
SELECT {columns}, CASE WHEN moved.id IS NULL THEN kind ELSE 'moved' END AS kind, moved_from_id,
    leg.currency, leg.difference
FROM kinds LEFT JOIN moved USING (id) CROSS JOIN LATERAL (VALUES
    (currency_before, -coalesce(open_before, 0), kind = 'currency'),
    (CASE WHEN open_after = 0 THEN currency_before ELSE currency_after END,
        coalesce(open_after, 0) - CASE WHEN kind = 'currency' THEN 0 ELSE coalesce(open_before, 0) END, true)
) AS leg (currency, difference, is_one) WHERE kind IS NOT NULL AND is_one"""

# What items are now; and what they were at a moment, of which the history has the entry if they changed later. Sums of
# moments hide from the planner that an index has them: the newest changes of an account are not in its statistics,
# and it would go through all of them for each item, instead of the few of the item.
_NOW = "t.currency AS currency_after, t.open_amount AS open_after, t.closed_reason"
_THEN = """CASE WHEN later.id IS NULL THEN t.currency ELSE later.currency END AS currency_after,
    CASE WHEN later.id IS NULL THEN t.open_amount ELSE later.open_amount END AS open_after,
    CASE WHEN later.id IS NULL THEN t.closed_reason ELSE coalesce((
        SELECT c.changes -> 'closed_reason' ->> 0 FROM {history} AS c
        WHERE c.account_id = t.account_id AND c.invoice_id = t.id AND c.changed_at + interval '0' > {until}
            AND c.changes ? 'closed_reason' ORDER BY c.changed_at LIMIT 1
    ), t.closed_reason) END AS closed_reason"""
_LATER = """LEFT JOIN LATERAL (
    SELECT c.id, c.currency, c.open_amount FROM {history} AS c
    WHERE t.updated_at > {until} AND c.account_id = t.account_id AND c.invoice_id = t.id
        AND c.changed_at + interval '0' > {until} AND c.valid_from <= {until} LIMIT 1
) AS later ON true"""

# The upload of the last change of between that changed what is open, or its currency.
_LAST_UPLOAD = """(SELECT coalesce((
    SELECT upload_id FROM (
        SELECT c.upload_id, c.changed_at, c.currency, c.open_amount,
            lead(c.currency, 1, item.currency) OVER by_moment AS currency_then,
            lead(c.open_amount, 1, item.open_amount) OVER by_moment AS open_then
        FROM {history} AS c WHERE c.account_id = {account} AND c.invoice_id = item.id
            AND c.changed_at + interval '0' > {since} {entry_until} WINDOW by_moment AS (ORDER BY c.changed_at)
    ) AS entry WHERE (currency, open_amount) IS DISTINCT FROM (currency_then, open_then)
    ORDER BY changed_at DESC LIMIT 1
), item.created_by) FROM (VALUES (%(expressions)s)) AS item (id, currency, open_amount, created_by))"""


_BOUND_BY_UNTIL = {
    "changed_until": "changed_at",
    "created_until": "t.created_at",
    "entry_until": "c.changed_at + interval '0'",
}


@dataclass(frozen=True)
class Window:
    """After `since`, up to and with `until`; up to now where there is none."""

    account_id: int
    since: datetime
    until: datetime | None = None

    def formatted(self, template: str, **parts: sql.Composable) -> str:
        """Return SQL with the account and the moments of the window, and these parts, in their places."""
        until = sql.Literal(self.until)
        bound = "" if self.until is None else "AND {column} <= {until}"
        bounds = {
            name: sql.SQL(bound).format(column=sql.SQL(column), until=until) for name, column in _BOUND_BY_UNTIL.items()
        }
        account = sql.SQL("{}::bigint").format(self.account_id)
        names = {"table": sql.SQL(Invoice._meta.db_table), "history": sql.SQL(InvoiceChange._meta.db_table)}
        return (
            sql.SQL(template)
            .format(account=account, since=sql.Literal(self.since), until=until, **names, **bounds, **parts)
            .as_string()
        )


def movements(window: Window) -> MovementQuerySet:
    """Return what moved in a window, a row for each item and currency."""
    after, later = (_NOW, "") if window.until is None else (_THEN, _LATER)
    hidden = account_of_ids().as_string().replace("%(account)s", str(window.account_id))
    statement = window.formatted(
        _STATEMENT,
        of_item=sql.SQL(", ").join(sql.Identifier("t", column) for column in OF_ITEM),
        columns=sql.SQL(", ".join([*OF_ITEM, *_COMPARED])),
        after=sql.SQL(window.formatted(after)),
        later=sql.SQL(window.formatted(later)),
        hidden=sql.SQL(hidden),
    )
    rows: MovementQuerySet = read_from(Movement.objects.all(), statement)
    return rows


def with_last_upload(rows: MovementQuerySet, window: Window) -> Any:
    """Return the movements of a window with `last_upload`: the id of the upload that moved the item last."""
    template = window.formatted(_LAST_UPLOAD)
    parts = [F(column) for column in ("id", "currency_after", "open_after", "created_upload_id")]
    return rows.annotate(last_upload=Func(*parts, template=template, output_field=UUIDField()))
