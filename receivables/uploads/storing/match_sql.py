"""The SQL that matches staged rows with stored ones: which are stored already, which would change them, and which would
open a closed item again.
"""

from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from psycopg import sql

from config.database.base import is_distributed
from receivables.models import ClosedReason
from receivables.money import SIGNED_COLUMNS, sent_open_amount_expression
from receivables.uploads.storing.merge_sql import formatted, is_closable, money_sql, new_values
from receivables.uploads.storing.staging import Layout, Shape, names


@lru_cache
def create_matches_sql(shape: Shape) -> str:
    """A temporary table for the staged rows that are stored already; like the stage it stays for the next upload."""
    return formatted(
        "CREATE TEMPORARY TABLE IF NOT EXISTS {matches} ON COMMIT DELETE ROWS AS"
        " SELECT 0 AS row_index, {position}, false AS differs, false AS reopens FROM {table} AS t WITH NO DATA;"
        " DELETE FROM {matches}",
        shape,
    )


@lru_cache
def match_sql(shape: Shape) -> str:
    """Find the staged rows that are stored already, whether they would change what is stored, and whether that is
    closed; what follows of it is asked where one is, for it takes as long to plan as the rest.

    Each row is looked up by its identity, whatever the planner believes of tables that it knows little of yet: LIMIT
    prevents it from comparing every staged row with all rows of the account.
    """
    stage, differs = _compared(shape) if is_distributed() else (shape.layout.stage, _differ_sql(new_values(shape)))
    return formatted(
        "INSERT INTO {matches} SELECT s.row_index, {position}, {differs}, {is_closed}"
        " FROM {compared} AS s CROSS JOIN LATERAL"
        " (SELECT * FROM {table} AS t WHERE t.account_id = %(account)s::bigint AND {same_item} LIMIT 1) AS t",
        shape,
        is_closed=sql.SQL("t.closed_at IS NOT NULL" if is_closable(shape.layout.model) else "false"),
        differs=differs,
        compared=stage,
        same_item=same_item_sql(shape),
    )


def same_item_sql(shape: Shape) -> sql.Composed:
    """Whether a stored row `t` of the account is the item of a staged row `s`."""
    same = [sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in shape.layout.model.IDENTITY]
    return sql.SQL(" AND ").join(same)


def _differ_sql(values: dict[str, sql.Composed]) -> sql.Composed:
    """Whether a stored row `t` has other values in these columns."""
    listed = sql.SQL(", ").join(values.values())
    return sql.SQL("ROW({}) IS DISTINCT FROM ROW({})").format(names(values, "t"), listed)


def _compared(shape: Shape) -> tuple[sql.Composed, sql.Composed]:
    """Of staged rows, what goes to the machine that has the stored ones, and whether it differs from these.

    What all rows bring, as each does its customer number, goes as one hash of 64 bits: less is sent, and read there.
    The seed is the upload's own: a change that one night misses, once in 10 ** 19, the next night sees.
    """
    layout = shape.layout
    values = new_values(shape)
    whole = [column for column in values if column != "extra" and shape.always_brings(column)]
    rest = {column: value for column, value in values.items() if column not in whole}
    stage = sql.SQL("(SELECT s.row_index, s.sent, {brought}, {hashed} AS hashed FROM {stage} AS s)").format(
        brought=names([*layout.model.IDENTITY, *rest], "s"), hashed=_hash_sql(layout, whole, "s"), stage=layout.stage
    )
    differs = sql.SQL("s.hashed <> {}").format(_hash_sql(layout, whole, "t"))
    return stage, sql.SQL("({} OR {})").format(differs, _differ_sql(rest)) if rest else differs


_HASHED_AS = {"varchar": "{}", "date": "{}", "numeric": "numeric_send({})"}


def _hash_sql(layout: Layout, columns: list[str], alias: str) -> sql.Composed:
    """Of other types, PostgreSQL's own hashes are too coarse: that of a number leaves out its sign."""
    row: list[sql.Composable] = [sql.Literal(len(columns))]
    for column in columns:
        value = _HASHED_AS.get(layout.types[column], "{}::text")
        row.append(sql.SQL(value).format(sql.Identifier(alias, column)))
    return sql.SQL("hash_record_extended(ROW({}), %(seed)s)").format(sql.SQL(", ").join(row))


@lru_cache
def matched_positions_sql(shape: Shape) -> str:
    """The positions of the stored rows that were matched, apart by whether they differ and whether they reopen."""
    return formatted("{money}", shape, money=money_sql(shape.layout.model, shape.layout.matches, "differs", "reopens"))


@lru_cache
def open_closed_sql(shape: Shape) -> str:
    """Note which of the rows that were found to be closed are opened again, and so differ. They are read first: on a
    cluster they lie on another machine than the temporary tables.
    """
    return formatted(
        "WITH t AS MATERIALIZED (SELECT * FROM {table}"
        " WHERE account_id = {hidden} AND id = ANY(ARRAY(SELECT id FROM {matches} WHERE reopens)))"
        " UPDATE {matches} AS m SET reopens = sent.opens, differs = m.differs OR sent.opens FROM ("
        "SELECT s.row_index, {opens} AS opens FROM {matches} AS m JOIN {stage} AS s USING (row_index)"
        " JOIN t ON t.id = m.id WHERE m.reopens"
        ") AS sent WHERE sent.row_index = m.row_index",
        shape,
        opens=_opens_sql(shape),
    )


def _opens_sql(shape: Shape) -> sql.Composable:
    """Whether a staged row `s` opens a closed row `t` again: it is none that a list gave out and that was sent back,
    and it leaves something open.
    """
    values = new_values(shape)
    sent = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(values.get(column, sql.Identifier("t", column)), sql.Identifier(column))
        for column in SIGNED_COLUMNS
    )
    return sql.SQL(
        "s.row_index <> ALL(%(sent_back)s) AND (SELECT ({open}) IS DISTINCT FROM 0 FROM (SELECT {sent}) AS sent)"
    ).format(open=_sent_open_amount_sql(shape.layout.model), sent=sent)


def _sent_open_amount_sql(model: Any) -> sql.Composed:
    """The open amount as sent, of columns without the name of a table."""
    query = Query(model, alias_cols=False)
    expression = sent_open_amount_expression().resolve_expression(query, allow_joins=False)
    text, parameters = query.get_compiler(connection=connection).compile(expression)
    texts = [sql.SQL(part) for part in text.split("%s")]
    literals = [sql.Literal(parameter) for parameter in parameters]
    return sql.Composed([part for pair in zip_longest(texts, literals) for part in pair if part is not None])


@lru_cache
def leave_closed_sql(shape: Shape) -> str:
    """Leave items closed that a newer full load than the upload closed; return the indexes of their rows. What was
    withdrawn opens: it is as if it had never been there.
    """
    return formatted(
        "UPDATE {matches} AS m SET differs = false, reopens = false FROM {table} AS t, uploads_upload AS u"
        " LEFT JOIN uploads_fullload AS l ON l.id = u.load_id AND l.account_id = u.account_id"
        " WHERE m.reopens AND t.id = m.id AND t.account_id = {hidden} AND u.id = t.closed_by"
        " AND t.closed_reason <> {withdrawn}"
        " AND u.account_id = t.account_id AND coalesce(l.extracted_at, l.began_at, u.created_at) > %(as_of)s"
        " RETURNING m.row_index",
        shape,
        withdrawn=sql.Literal(ClosedReason.WITHDRAWN.value),
    )
