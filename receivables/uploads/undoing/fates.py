"""What becomes of each row that uploads touched if they are taken back: SQL, and what it adds up to.

A row goes back, unless a later upload that counts changed it, or a later full load contained it. What it goes back to
stands in the history: as nothing came since that counts, it is now what the upload made of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import sql

from config.database.base import execute_under
from config.database.planning import account_of_ids
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge_sql import is_closable
from receivables.uploads.storing.positions import Positions, by_group, totals
from receivables.uploads.undoing.targets import ENDED, Target

# Of rows, and of what a full load closed or opened again; `repeated` has neither.
COUNTS = ("reverted", "withdrawn", "kept", "reopened", "reclosed", "keptClosings", "repeated")
MODELS: dict[str, Any] = {Resource.INVOICES: Invoice, Resource.CUSTOMERS: Customer}

# Rows that the uploads of a feed touched, without those that the undos in between skipped. What came after `since` is
# later.
_TOUCHED = """touched AS MATERIALIZED (
SELECT row_id, {since} AS since, bool_or(is_created) AS is_created, bool_or(is_changed) AS is_changed,
    bool_or(closes) AS closes, bool_or(reopens) AS reopens
FROM (
    SELECT c.{row_id} AS row_id, c.changed_at AS at, false AS is_created, NOT {closes} AS is_changed,
        {closes} AS closes, c.changes ? 'closed_at' AND NOT {closes} AS reopens
    FROM {history} AS c
    WHERE c.account_id = %(account)s AND c.changed_at = ANY(%(moments)s) AND c.upload_id = ANY(%(rows)s)
    UNION ALL
    SELECT t.id, t.created_at, true, false, false, false FROM {table} AS t
    WHERE t.account_id = %(account)s AND abs(t.account_id) > 0 AND t.updated_at >= %(began)s AND {is_created}
) AS found
WHERE NOT EXISTS (SELECT FROM uploads_skippedrow AS s
    WHERE s.account_id = %(account)s AND s.undo_id = ANY(%(undos)s) AND s.row_id = found.row_id)
GROUP BY row_id
)"""
_CLOSES = "(c.changes #>> '{{closed_at,1}}' IS NOT NULL)"
_CONTAINED = """contained AS MATERIALIZED (
SELECT DISTINCT ON (f.row_id) f.row_id, seen.upload_id FROM touched AS f JOIN (
    SELECT unnest(s.item_ids) AS id, s.seen_at, s.upload_id FROM uploads_seenitems AS s
    JOIN uploads_upload AS u ON u.account_id = s.account_id AND u.id = s.upload_id
    JOIN uploads_fullload AS l ON l.account_id = s.account_id AND l.id = coalesce(s.load_id, u.load_id)
    WHERE s.account_id = %(account)s AND s.seen_at > %(moment)s AND l.state = ANY(%(ended)s)
        AND s.upload_id <> ALL(%(rows)s)
) AS seen ON seen.id = f.row_id AND seen.seen_at > f.since
ORDER BY f.row_id, seen.seen_at DESC
)"""
_NONE_CONTAINED = "contained AS (SELECT NULL::bigint AS row_id, NULL::uuid AS upload_id WHERE false)"
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
LEFT JOIN {history} AS e ON e.account_id = %(account)s AND e.changed_at = ANY(%(source_moments)s)
    AND e.upload_id = ANY(%(sources)s) AND e.{row_id} = f.row_id AND e.changed_at = f.since
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
_GROUPS = """
SELECT reason, is_created, is_changed, closes, reopens, company_code, currency, currency_after, count(*),
    sum(invoice_amount), sum(open_before), sum(open_after), sum(abs(open_before)), sum(abs(open_after)),
    sum(abs(open_after - open_before)), (
        SELECT encode(sha256(convert_to(string_agg(concat_ws(' ', row_id, coalesce(reason, '-'), upload_id, is_created,
            closes, currency_after, open_after), ';' ORDER BY row_id), 'UTF8')), 'hex') FROM fates)
FROM fates GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""
_SKIP = """
SELECT %(account)s, %(undo)s, row_id, reason, upload_id FROM fates WHERE reason IS NOT NULL
"""
NOTHING = sha256(b"").hexdigest()


class Group(NamedTuple):
    """Rows of one fate, company code and currency, and sums of what is open in them; magnitudes are without signs."""

    reason: str | None  # why they stay as they are
    is_created: bool
    is_changed: bool
    closes: bool
    reopens: bool
    company_code: str
    currency: str
    currency_after: str
    rows: int
    invoice_amount: Decimal
    open_before: Decimal
    open_after: Decimal
    magnitude_before: Decimal
    magnitude_after: Decimal
    magnitude_moved: Decimal
    digest: str


@dataclass(frozen=True)
class Fates:
    """What would become of all rows of a target, were it taken back now."""

    target: Target
    groups: list[Group]

    @property
    def digest(self) -> str:
        """SHA-256 of what would become of each row: another one where anything of it changes."""
        return self.groups[0].digest if self.groups else NOTHING

    @property
    def going(self) -> list[Group]:
        """What goes back."""
        return [group for group in self.groups if group.reason is None]

    @property
    def skips(self) -> bool:
        """Whether any row stays as it is."""
        return len(self.going) < len(self.groups)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the receipt, by their names there.

        What was created goes, where the rows go: it is withdrawn. What is taken back with an undo, comes again.
        """
        restores = self.target.restores
        counts = dict.fromkeys(COUNTS, 0)
        for group in self.groups:
            moves = group.closes or group.reopens
            if group.is_created or group.is_changed:
                withdraws = group.is_created and not restores
                counts["kept" if group.reason else "withdrawn" if withdraws else "reverted"] += group.rows
            if moves:
                back = "reopened" if group.closes is not restores else "reclosed"
                counts["keptClosings" if group.reason else back] += group.rows
        return counts | {"repeated": self._repeated(counts)}

    def _repeated(self, counts: dict[str, int]) -> int:
        """How often uploads of a full load in parts touched a row that one of them had touched before."""
        rows = counts["reverted"] + counts["withdrawn"] + counts["kept"]
        if self.target.undos:
            return 0
        return sum(upload.created_count + upload.updated_count for upload in self.target.rows) - rows

    @property
    def before(self) -> Positions:
        """What is open in the items that go back."""
        return self._positions((group.currency, group.open_before, group) for group in self.going)

    @property
    def after(self) -> Positions:
        return self._positions((group.currency_after, group.open_after, group) for group in self.going)

    @property
    def totals(self) -> list[dict[str, Any]]:
        """The totals of the receipt: of the items that go back."""
        return totals(self.before, self.after, self.target.account.amount_decimal_places)

    def _positions(self, found: Iterable[tuple[str, Decimal, Group]]) -> Positions:
        if self.target.resource != Resource.INVOICES:
            return Positions()
        return by_group(
            (group.company_code, currency, group.rows, group.invoice_amount, amount)
            for currency, amount, group in found
        )


def foresee(cursor: Any, target: Target) -> Fates:
    """Return what would become of the rows of a target now."""
    execute_under(cursor, "enable_nestloop = off", _fates_sql(target) + _GROUPS, parameters(target))
    groups = [Group(*found) for found in cursor.fetchall()]
    cursor.execute("SET LOCAL enable_nestloop = on")
    return Fates(target, groups)


def skip(cursor: Any, target: Target, undo: UUID) -> None:
    """Note the rows that stay as they are, each with its reason. The lock must be held."""
    into = "INSERT INTO uploads_skippedrow (account_id, undo_id, row_id, reason, upload_id) "
    query = into + _fates_sql(target) + _SKIP
    execute_under(cursor, "enable_nestloop = off", query, parameters(target) | {"undo": undo})
    cursor.execute("SET LOCAL enable_nestloop = on")


def parameters(target: Target) -> dict[str, Any]:
    """Return what statements about the rows of a target need to know of it."""
    began = min(upload.merged_at for upload in target.rows if upload.merged_at)
    return {
        "account": target.account.pk,
        "rows": [upload.pk for upload in target.rows],
        "undos": [undo.pk for undo in target.undos],
        "sources": [upload.pk for upload in target.uploads],
        "began": began,
        "moment": target.moments[0],
        "moments": [upload.merged_at for upload in target.rows],
        "source_moments": target.moments,
        "ended": list(ENDED),
    }


def _fates_sql(target: Target) -> str:
    return _fates(target.resource, is_of_rows=not target.undos, restores=target.restores, creates=_creates(target))


def _creates(target: Target) -> bool:
    return any(upload.created_count for upload in target.rows)


@cache
def _fates(resource: str, *, is_of_rows: bool, restores: bool, creates: bool) -> str:
    model = MODELS[resource]
    changes = model._meta.get_field("changes")
    has_money = is_closable(model)
    created = "t.created_upload_id = ANY(%(rows)s)" if has_money else "t.created_at = ANY(%(moments)s)"
    texts = {
        "table": model._meta.db_table,
        "history": changes.related_model._meta.db_table,
        "row_id": f"{changes.field.name}_id",
        "since": "min(at)" if is_of_rows else "%(moment)s::timestamptz",
        "is_created": created if creates else "false",
        "closes": _CLOSES.format(),
        "stays": "false" if has_money else "is_created",  # customers stay
        "withdraws": "false" if restores else "f.is_created",
    }
    parts: dict[str, sql.Composable] = {name: sql.SQL(text) for name, text in texts.items()}
    parts["account"] = account_of_ids()
    parts["money"] = sql.SQL(_MONEY if has_money else _NO_MONEY).format(**parts)
    for name, text in {
        "touched": _TOUCHED,
        "contained": _CONTAINED if has_money else _NONE_CONTAINED,
        "compared": _COMPARED,
    }.items():
        parts[name] = sql.SQL(text).format(**parts)
    return sql.SQL(_FATES).format(**parts).as_string()
