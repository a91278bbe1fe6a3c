"""Staged rows into their table: match them with what is stored, write what differs, insert what is missing.

The functions named `..._sql` build SQL from a model and run nothing; `merge` runs it. Against one
`INSERT ... ON CONFLICT DO UPDATE` this neither writes nor locks rows that change nothing, the table's index
is searched once, and what each statement returns adds up to the receipt. Uploads of one account and resource
must not meet between the statements: `lock` is taken before `merge`, staging needs none.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from psycopg import sql

from apiauth.models import Account
from config.database.locks import LOCK
from receivables.uploads.storing.near_identities import NearIdentities, find_near
from receivables.uploads.storing.padding import IS_KNOWN
from receivables.uploads.storing.staging import Shape, Stage, names
from receivables.uploads.storing.totals import Positions, by_group, money_columns, money_sql, positions


@dataclass(frozen=True)
class Merged:
    """What became of the staged rows, and the positions of their items before and after."""

    created_count: int
    updated_count: int
    before: Positions
    after: Positions
    near: NearIdentities | None = None  # of the rows that were created


NOTHING_MERGED = Merged(0, 0, Positions(), Positions())


class RowsVanished(OperationalError):
    """Stored rows went away while they were merged, by someone who is no upload. To be tried again."""


def _new_value_sql(shape: Shape, column: str) -> sql.Composed:
    """What a column becomes: what the row sent, and where it left the key out, what is stored."""
    if column == "extra":  # merged key by key, for the same rule holds within it
        return sql.SQL("t.extra || s.extra").format()
    staged = sql.Identifier("s", column)
    if shape.always_brings(column):
        return sql.Composed([staged])
    return sql.SQL("CASE WHEN s.sent & {bit} <> 0 THEN {staged} ELSE {stored} END").format(
        bit=sql.Literal(shape.layout.bits[column]), staged=staged, stored=sql.Identifier("t", column)
    )


def _new_values(shape: Shape) -> dict[str, sql.Composed]:
    return {column: _new_value_sql(shape, column) for column in shape.updated_columns}


def _kept(shape: Shape) -> sql.Composed:
    """What later statements need of a stored row."""
    return names(["id", *money_columns(shape.layout.model)], "t")


def same_item_sql(shape: Shape) -> sql.Composed:
    """Whether a stored row `t` of the account is the item of a staged row `s`."""
    same = [sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in shape.layout.model.IDENTITY]
    return sql.SQL(" AND ").join(same)


def _formatted(query: str, shape: Shape, **parts: sql.Composable) -> str:
    layout = shape.layout
    names = {"table": layout.table, "stage": layout.stage, "matches": layout.matches, "kept": _kept(shape)}
    return sql.SQL(query).format(**names | parts).as_string()


@lru_cache
def create_matches_sql(shape: Shape) -> str:
    """A temporary table for the staged rows that are stored already; like the stage it stays for the next upload."""
    return _formatted(
        "CREATE TEMPORARY TABLE IF NOT EXISTS {matches} ON COMMIT DELETE ROWS AS"
        " SELECT 0 AS place, {kept}, false AS differs FROM {table} AS t WITH NO DATA; DELETE FROM {matches}",
        shape,
    )


@lru_cache
def match_sql(shape: Shape) -> str:
    """Find the staged rows that are stored already, and whether they would change what is stored.

    Each row is looked up by its identity, whatever the planner believes of tables that it knows little of yet: LIMIT
    keeps it from comparing every staged row with all of the account's, and as it is not to see which account it is, it
    cannot take a young one for one without rows, which the index of any of its pages would find as fast.
    """
    values = _new_values(shape)
    return _formatted(
        "INSERT INTO {matches} SELECT s.place, {kept}, ROW({stored}) IS DISTINCT FROM ROW({values})"
        " FROM {stage} AS s CROSS JOIN LATERAL"
        " (SELECT * FROM {table} AS t WHERE t.account_id = (SELECT %(account)s::bigint) AND {same_item} LIMIT 1) AS t",
        shape,
        stored=names(values, "t"),
        values=sql.SQL(", ").join(values.values()),
        same_item=same_item_sql(shape),
    )


@lru_cache
def history_sql(shape: Shape) -> str:
    """Keep what the update is about to change: {"column": [before, after], ...} for each row that changes."""
    changes = shape.layout.model._meta.get_field("changes")
    return _formatted(
        "INSERT INTO {history} ({row}, upload_id, staff_username, changed_at, changes)"
        " SELECT t.id, %(upload)s, '', statement_timestamp(), ('{{' || concat_ws(',', {differences}) || '}}')::jsonb"
        " FROM {matches} AS m JOIN {stage} AS s USING (place) JOIN {table} AS t USING (id) WHERE m.differs",
        shape,
        history=sql.Identifier(changes.related_model._meta.db_table),
        row=sql.Identifier(changes.field.column),
        differences=sql.SQL(", ").join(_difference_sql(column, value) for column, value in _new_values(shape).items()),
    )


def _difference_sql(column: str, value: sql.Composed) -> sql.Composed:
    return sql.SQL(
        "CASE WHEN {stored} IS DISTINCT FROM {value} THEN {key} || jsonb_build_array({stored}, {value})::text END"
    ).format(stored=sql.Identifier("t", column), value=value, key=sql.Literal(f'"{column}":'))


@lru_cache
def update_sql(shape: Shape) -> str:
    """Update the stored rows that would become different; return their positions afterwards.

    The time is the statement's: the transaction began before the body came, and before uploads that were merged since.
    """
    changes = [sql.SQL("{} = {}").format(sql.Identifier(c), value) for c, value in _new_values(shape).items()]
    return _formatted(
        "WITH written AS (UPDATE {table} AS t"
        " SET {changes}, updated_at = statement_timestamp(), last_upload_id = %(upload)s"
        " FROM {matches} AS m JOIN {stage} AS s USING (place)"
        " WHERE m.differs AND t.id = m.id RETURNING {kept}) {money}",
        shape,
        changes=sql.SQL(", ").join(changes),
        money=money_sql(shape.layout.model, sql.Identifier("written")),
    )


@lru_cache
def insert_sql(shape: Shape, *, are_some_stored: bool) -> str:
    """Insert staged rows that are not stored, in the order of the array; return their positions."""
    missing = _formatted(
        " WHERE NOT EXISTS (SELECT FROM {matches} AS m WHERE m.place = s.place) ORDER BY s.place", shape
    )
    return _formatted(
        "WITH written AS (INSERT INTO {table} AS t (account_id, last_upload_id, {columns})"
        " SELECT %(account)s, %(upload)s, {staged} FROM {stage} AS s{missing} RETURNING {kept}) {money}",
        shape,
        columns=names(shape.layout.columns),
        staged=names(shape.layout.columns, "s"),
        missing=sql.SQL(missing if are_some_stored else ""),  # the stage itself is in order
        money=money_sql(shape.layout.model, sql.Identifier("written")),
    )


@lru_cache
def matched_positions_sql(shape: Shape) -> str:
    return _formatted("{money}", shape, money=money_sql(shape.layout.model, shape.layout.matches, "differs"))


def lock(cursor: Any, account: Account, resource: str) -> bool:
    """Wait until no other upload of this account and resource merges; held until the transaction ends.

    Return whether the one before padded its customer numbers. A second statement of the same message says so: what the
    first one sees is from before the wait. The wait is bounded, or the queue of one account would in time hold every
    thread of the service.
    """
    cursor.execute(
        f"SELECT set_config('lock_timeout', %(wait)s, true), {LOCK}; {IS_KNOWN}",
        {
            "wait": f"{settings.UPLOAD_LOCK_SECONDS}s",
            "lock": f"upload:{account.pk}:{resource}",
            "account": account.pk,
            "resource": resource,
        },
    )
    cursor.nextset()
    is_padding_known: bool = cursor.fetchone()[0]
    return is_padding_known


def merge(cursor: Any, stage: Stage, account: Account, upload_id: UUID) -> Merged:
    """Bring the staged rows into the table; the lock must be held. Raises RowsVanished."""
    shape = stage.shape
    parameters = {"account": account.pk, "upload": upload_id}
    unchanged, differing = _match(cursor, stage, parameters)
    stored_count = unchanged.row_count + differing.row_count
    updated, created, near = Positions(), Positions(), None
    if differing:
        cursor.execute(history_sql(shape), parameters)
        updated = positions(cursor, update_sql(shape), parameters)
        if updated.row_count != differing.row_count:
            raise RowsVanished("rows were deleted while an upload updated them")
    if stored_count < stage.row_count:
        near = find_near(cursor, stage, account, are_some_stored=stored_count > 0)
        created = positions(cursor, insert_sql(shape, are_some_stored=stored_count > 0), parameters)
    return Merged(created.row_count, updated.row_count, unchanged + differing, unchanged + updated + created, near)


def _match(cursor: Any, stage: Stage, parameters: dict[str, Any]) -> tuple[Positions, Positions]:
    """Match staged with stored rows; return the positions of those that stay as they are, and of those that differ."""
    cursor.execute(create_matches_sql(stage.shape))
    cursor.execute(match_sql(stage.shape), parameters)
    matched_count = cursor.rowcount
    if not matched_count:
        return Positions(), Positions()
    if stage.is_large:
        cursor.execute(sql.SQL("ANALYZE {} (place, id)").format(stage.layout.matches))
    cursor.execute(matched_positions_sql(stage.shape))
    found = cursor.fetchall()
    unchanged, differing = (
        by_group(figures for differs, *figures in found if differs is kind) for kind in (False, True)
    )
    return unchanged, differing
