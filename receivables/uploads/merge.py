"""Staged rows into their table: match them with what is stored, write what differs, insert what is missing.

The functions named `..._sql` build SQL from a model and run nothing; `merge` runs it. Against one
`INSERT ... ON CONFLICT DO UPDATE` this neither writes nor locks rows that change nothing, the table's index
is searched once, and what each statement returns adds up to the receipt. Uploads of one account and resource
must not meet between the statements: `lock` is taken before `merge`, staging needs none.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from psycopg import sql

from apiauth.models import Account
from receivables.uploads.staging import STAGE, WORTH_ANALYZING, Stage, names
from receivables.uploads.totals import Positions, money_columns, money_sql, positions

MATCHES = sql.Identifier("matched_rows")


@dataclass(frozen=True)
class Merged:
    """What became of the staged rows, and the positions of their items before and after."""

    created_count: int
    updated_count: int
    before: Positions
    after: Positions


NOTHING_MERGED = Merged(0, 0, Positions(), Positions())


class RowsVanished(OperationalError):
    """Stored rows went away while they were merged, by someone who is no upload. To be tried again."""


def same_item_sql(model: Any) -> sql.Composed:
    """The join of a stored row `t` with a staged row `s`; takes the parameter `account`."""
    same = [sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in model.IDENTITY]
    return sql.SQL(" AND ").join([sql.SQL("t.account_id = %(account)s"), *same])


def _new_value_sql(stage: Stage, column: str) -> sql.Composed:
    """What a column becomes: what the row sent, and where it left the key out, what is stored."""
    if column == "extra":  # merged key by key, for the same rule holds within it
        return sql.SQL("t.extra || s.extra").format()
    staged = sql.Identifier("s", column)
    if stage.always_brings(column):
        return sql.Composed([staged])
    return sql.SQL("CASE WHEN s.sent & {bit} <> 0 THEN {staged} ELSE {stored} END").format(
        bit=sql.Literal(stage.bits[column]), staged=staged, stored=sql.Identifier("t", column)
    )


def _new_values(stage: Stage) -> dict[str, sql.Composed]:
    return {column: _new_value_sql(stage, column) for column in stage.updated_columns}


def _kept(model: Any) -> sql.Composed:
    """What later statements need of a stored row."""
    return names(["id", *money_columns(model)], "t")


def match_sql(stage: Stage) -> sql.Composed:
    """A temporary table of the staged rows that are stored already, and whether they would change what is stored."""
    values = _new_values(stage)
    return sql.SQL(
        "CREATE TEMPORARY TABLE {matches} ON COMMIT DROP AS"
        " SELECT s.place, {kept}, ROW({stored}) IS DISTINCT FROM ROW({values}) AS differs"
        " FROM {table} AS t JOIN {stage} AS s ON {same_item}"
    ).format(
        matches=MATCHES,
        kept=_kept(stage.model),
        stored=names(values, "t"),
        values=sql.SQL(", ").join(values.values()),
        table=stage.table,
        stage=STAGE,
        same_item=same_item_sql(stage.model),
    )


def history_sql(stage: Stage) -> sql.Composed:
    """Keep what the update is about to change: {"column": [before, after], ...} for each row that changes."""
    changes = stage.model._meta.get_field("changes")
    return sql.SQL(
        "INSERT INTO {history} ({row}, upload_id, staff_username, changed_at, changes)"
        " SELECT t.id, %(upload)s, '', statement_timestamp(), ('{{' || concat_ws(',', {differences}) || '}}')::jsonb"
        " FROM {matches} AS m JOIN {stage} AS s USING (place) JOIN {table} AS t USING (id) WHERE m.differs"
    ).format(
        history=sql.Identifier(changes.related_model._meta.db_table),
        row=sql.Identifier(changes.field.column),
        differences=sql.SQL(", ").join(_difference_sql(column, value) for column, value in _new_values(stage).items()),
        matches=MATCHES,
        stage=STAGE,
        table=stage.table,
    )


def _difference_sql(column: str, value: sql.Composed) -> sql.Composed:
    return sql.SQL(
        "CASE WHEN {stored} IS DISTINCT FROM {value} THEN {key} || jsonb_build_array({stored}, {value})::text END"
    ).format(stored=sql.Identifier("t", column), value=value, key=sql.Literal(f'"{column}":'))


def update_sql(stage: Stage) -> sql.Composed:
    """Update the stored rows that would become different; return their positions afterwards.

    The time is the statement's: the transaction began before the body came, and before uploads that were merged since.
    """
    values = _new_values(stage)
    return sql.SQL(
        "WITH written AS (UPDATE {table} AS t"
        " SET {changes}, updated_at = statement_timestamp(), last_upload_id = %(upload)s"
        " FROM {matches} AS m JOIN {stage} AS s USING (place) WHERE m.differs AND t.id = m.id RETURNING {kept}) {money}"
    ).format(
        table=stage.table,
        changes=sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(c), value) for c, value in values.items()),
        matches=MATCHES,
        stage=STAGE,
        kept=_kept(stage.model),
        money=money_sql(stage.model, "written"),
    )


def insert_sql(stage: Stage, *, are_some_stored: bool) -> sql.Composed:
    """Insert staged rows that are not stored, in the order of the array; return their positions."""
    missing = sql.SQL(" WHERE NOT EXISTS (SELECT FROM {matches} AS m WHERE m.place = s.place) ORDER BY s.place").format(
        matches=MATCHES
    )
    return sql.SQL(
        "WITH written AS (INSERT INTO {table} AS t (account_id, last_upload_id, {columns})"
        " SELECT %(account)s, %(upload)s, {staged} FROM {stage} AS s{missing} RETURNING {kept}) {money}"
    ).format(
        table=stage.table,
        columns=names(stage.columns),
        staged=names(stage.columns, "s"),
        stage=STAGE,
        missing=missing if are_some_stored else sql.SQL(""),  # the stage itself is in order
        kept=_kept(stage.model),
        money=money_sql(stage.model, "written"),
    )


def lock(cursor: Any, account: Account, resource: str) -> None:
    """Wait until no other upload of this account and resource merges; held until the transaction ends.

    The wait is bounded, or the queue of one account would in time hold every thread of the service.
    """
    cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{settings.UPLOAD_LOCK_SECONDS}s")))
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upload:{account.pk}:{resource}"])


def merge(cursor: Any, stage: Stage, account: Account, upload_id: UUID) -> Merged:
    """Bring the staged rows into the table; the lock must be held. Raises RowsVanished."""
    parameters = {"account": account.pk, "upload": upload_id}
    unchanged, differing = _match(cursor, stage, parameters)
    stored_count = unchanged.row_count + differing.row_count
    updated, created = Positions(), Positions()
    if differing.row_count:
        cursor.execute(history_sql(stage), parameters)
        updated = positions(cursor, update_sql(stage), parameters)
        if updated.row_count != differing.row_count:
            raise RowsVanished("rows were deleted while an upload updated them")
    if stored_count < stage.row_count:
        created = positions(cursor, insert_sql(stage, are_some_stored=stored_count > 0), parameters)
    return Merged(created.row_count, updated.row_count, unchanged + differing, unchanged + updated + created)


def _match(cursor: Any, stage: Stage, parameters: dict[str, Any]) -> tuple[Positions, Positions]:
    """Match staged with stored rows; return the positions of those that stay as they are, and of those that differ."""
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(MATCHES))
    cursor.execute(match_sql(stage), parameters)
    if cursor.rowcount > WORTH_ANALYZING:
        cursor.execute(sql.SQL("ANALYZE {} (place, id)").format(MATCHES))
    matched = sql.SQL("WITH matched AS (SELECT * FROM {} WHERE differs = {}) {}")
    money = money_sql(stage.model, "matched")
    unchanged, differing = (
        positions(cursor, matched.format(MATCHES, sql.Literal(differs), money)) for differs in (False, True)
    )
    return unchanged, differing
