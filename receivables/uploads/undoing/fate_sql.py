"""SQL for what becomes of each row that uploads touched if they are taken back."""

from functools import cache
from typing import Any

from psycopg import sql

from config.database.planning import account_of_ids
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge_sql import is_closable

MODELS: dict[str, Any] = {Resource.INVOICES: Invoice, Resource.CUSTOMERS: Customer}

# Rows that the uploads of a feed touched, without those that the undos in between skipped. What came after `since` is
# later, whenever it was taken back and came again.
_TOUCHED = """touched AS MATERIALIZED (
SELECT row_id, min(at) AS since, bool_or(is_created) AS is_created, bool_or(is_changed) AS is_changed,
    bool_or(closes) AS closes, bool_or(reopens) AS reopens
FROM (
    SELECT c.{row_id} AS row_id, c.changed_at AS at, false AS is_created, NOT {closes} AS is_changed,
        {closes} AS closes, c.changes ? 'closed_at' AND NOT {closes} AS reopens
    FROM {history} AS c
    WHERE c.account_id = %(account)s AND c.changed_at = ANY(%(moments)s) AND c.upload_id = ANY(%(rows)s)
    {created}
) AS found
WHERE NOT EXISTS (SELECT FROM uploads_skippedrow AS s
    WHERE s.account_id = %(account)s AND s.undo_id = ANY(%(undos)s) AND s.row_id = found.row_id)
GROUP BY row_id
)"""
_CREATED = """UNION ALL
    SELECT t.id, t.created_at, true, false, false, false FROM {table} AS t
    WHERE t.account_id = %(account)s AND abs(t.account_id) > 0 AND t.updated_at >= %(began)s AND {is_created}"""
_CLOSES = "(c.changes #>> '{closed_at,1}' IS NOT NULL)"
_CONTAINED = """contained AS MATERIALIZED (
SELECT DISTINCT ON (f.row_id) f.row_id, seen.upload_id FROM touched AS f JOIN (
    SELECT unnest(s.item_ids) AS id, s.seen_at, s.upload_id FROM uploads_seenitems AS s
    JOIN uploads_upload AS u ON u.account_id = s.account_id AND u.id = s.upload_id
    JOIN uploads_fullload AS l ON l.account_id = s.account_id AND l.id = coalesce(s.load_id, u.load_id)
    WHERE s.account_id = %(account)s AND s.seen_at > %(began)s AND l.state = ANY(%(ended)s)
        AND s.upload_id <> ALL(%(rows)s)
) AS seen ON seen.id = f.row_id AND seen.seen_at > f.since
ORDER BY f.row_id, seen.seen_at DESC
)"""
_NONE_CONTAINED = "contained AS (SELECT NULL::bigint AS row_id, NULL::uuid AS upload_id WHERE false)"
# Entries of what is taken back, as far as they count at their rows. What was done again was done by the last undo that
# did so; else one upload changed a row once at the most, and of many the first one knows what was before. Moments lead
# to the entries of invoices, ids to those of customers.
OF_SOURCES = """ FROM {history} AS c WHERE c.account_id = %(account)s AND c.changed_at = ANY(%(source_moments)s)
    AND c.upload_id = ANY(%(sources)s) AND (c.undone_by IS NULL OR c.undone_by = c.upload_id)"""
IS_RESTORING = "(c.upload_id = ANY(%(restoring)s))"
_EARLIER = "SELECT c.*" + OF_SOURCES
_EARLIER_OF_MANY = f"""SELECT DISTINCT ON (c.{{row_id}}) c.* {OF_SOURCES}
    ORDER BY c.{{row_id}}, {IS_RESTORING} DESC, CASE WHEN {IS_RESTORING} THEN c.changed_at END DESC, c.changed_at"""
# A row that has not changed since needs no look at its history. `e` has what the row was before.
_COMPARED = """compared AS MATERIALIZED (
SELECT f.*, t.company_code, {money}, contained.upload_id AS contained_by, CASE WHEN t.updated_at > f.since THEN (
    SELECT c.upload_id FROM {history} AS c
    WHERE c.account_id = %(account)s AND c.{row_id} = f.row_id AND c.changed_at > f.since
        AND c.undone_by IS NULL AND c.upload_id <> ALL(%(rows)s) ORDER BY c.id DESC LIMIT 1
) END AS changed_by
FROM touched AS f
JOIN {table} AS t ON t.account_id = {account} AND t.id = ANY(ARRAY(SELECT row_id FROM touched)) AND t.id = f.row_id
LEFT JOIN contained ON contained.row_id = f.row_id
LEFT JOIN ({earlier}) AS e ON e.{row_id} = f.row_id
)"""
_MONEY = """t.currency, coalesce(t.open_amount, 0) AS open_before,
    CASE WHEN {withdraws} OR e.id IS NULL THEN t.currency ELSE e.currency END AS currency_after,
    CASE WHEN {withdraws} THEN 0 WHEN e.id IS NULL THEN coalesce(t.open_amount, 0)
        ELSE coalesce(e.open_amount, 0) END AS open_after,
    CASE WHEN e.changes ? 'invoice_amount' AND NOT {withdraws} THEN (e.changes #>> '{{invoice_amount,0}}')::numeric
        ELSE t.invoice_amount END AS invoice_amount"""
_NO_MONEY = "'' AS currency, 0 AS open_before, '' AS currency_after, 0 AS open_after, 0 AS invoice_amount"
_FATES = """WITH {touched}, {contained}, {compared}, fates AS MATERIALIZED (
SELECT *, CASE WHEN {stays} THEN 'created' WHEN changed_by IS NOT NULL THEN 'changed'
        WHEN contained_by IS NOT NULL THEN 'contained' END AS reason,
    CASE WHEN {stays} THEN (%(rows)s::uuid[])[1] ELSE coalesce(changed_by, contained_by) END AS upload_id
FROM compared
) """


@cache
def fates_sql(resource: str, *, is_of_one: bool, restores: bool, creates: bool) -> str:
    """Return the beginning of a query, with `fates`: the rows that a target touched, what is open in them before and
    after, and for what `reason`, and because of which upload, they stay as they are.

    One upload is taken back, or several; an undo `restores` what it took back; `creates` says that rows were created.
    """
    closable = is_closable(MODELS[resource])
    created = "t.created_upload_id = ANY(%(rows)s)" if closable else "t.created_at = ANY(%(moments)s)"
    parts = names_of(resource) | {
        "account": account_of_ids(),
        "is_created": sql.SQL(created),
        "closes": sql.SQL(_CLOSES),
        "stays": sql.SQL("false" if closable else "is_created"),  # of customers, those that were created
        "withdraws": sql.SQL("false" if restores else "f.is_created"),
    }
    parts["created"] = sql.SQL(_CREATED if creates else "").format(**parts)
    parts["money"] = sql.SQL(_MONEY if closable else _NO_MONEY).format(**parts)
    parts["earlier"] = sql.SQL(_EARLIER if is_of_one else _EARLIER_OF_MANY).format(**parts)
    contained = _CONTAINED if closable else _NONE_CONTAINED
    steps = {"touched": _TOUCHED, "contained": contained, "compared": _COMPARED}
    return (
        sql.SQL(_FATES)
        .format(**parts, **{name: sql.SQL(text).format(**parts) for name, text in steps.items()})
        .as_string()
    )


def names_of(resource: str) -> dict[str, sql.Composable]:
    """Return the names of the table and of its history, and of the column that leads from this to that."""
    model = MODELS[resource]
    changes = model._meta.get_field("changes")
    texts = {"table": model._meta.db_table, "history": changes.related_model._meta.db_table}
    return {name: sql.SQL(text) for name, text in {**texts, "row_id": f"{changes.field.name}_id"}.items()}
