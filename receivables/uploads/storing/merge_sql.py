"""The SQL that merges staged rows into their table, built from a model; `merge` runs it.

Against one `INSERT ... ON CONFLICT DO UPDATE` this neither writes nor locks rows that change nothing, the table's index
is searched once, and what each statement returns adds up to the receipt.
"""

from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.db import connection
from django.db.models.sql import Query
from psycopg import sql

from config.database.base import is_distributed
from config.database.planning import account_of_ids
from receivables.money import SIGNED_COLUMNS, sent_open_amount_expression
from receivables.uploads.storing.staging import Layout, Shape, names

# Staged rows that change their stored ones, with the ids of these: as one, for a cluster sends it to another machine.
_DIFFERING = "(SELECT s.*, m.id, m.reopens FROM {matches} AS m JOIN {stage} AS s USING (row_index) WHERE m.differs)"
MONEY = ["company_code", "currency", "invoice_amount", "open_amount"]


def money_columns(model: Any) -> list[str]:
    """Return the columns that a position is made of; a table without money has none."""
    columns = {field.column for field in model._meta.local_concrete_fields}
    return MONEY if columns.issuperset(MONEY) else []


def money_sql(model: Any, relation: sql.Identifier, *apart: str) -> sql.Composed:
    """The positions of a relation that has the money columns of the model, further apart by the columns named."""
    groups = [*apart, *(["company_code", "currency"] if money_columns(model) else [])]
    sums = "sum(invoice_amount), COALESCE(sum(open_amount), 0)" if money_columns(model) else "0::numeric, 0::numeric"
    query = sql.SQL("SELECT {groups}{blanks} count(*), {sums} FROM {relation}{grouped}")
    listed = sql.SQL(", ").join(map(sql.Identifier, groups))
    return query.format(
        groups=sql.SQL("{}, ").format(listed) if groups else sql.SQL(""),
        blanks=sql.SQL("" if money_columns(model) else "NULL, NULL,"),
        sums=sql.SQL(sums),
        relation=relation,
        grouped=sql.SQL(" GROUP BY {}").format(listed) if groups else sql.SQL(" HAVING count(*) > 0"),
    )


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
    values = {column: _new_value_sql(shape, column) for column in shape.updated_columns}
    reopened = {"closed_at": "NULL", "closed_by": "NULL", "closed_reason": "''"} if shape.reopens else {}
    return values | {
        column: sql.SQL("CASE WHEN s.reopens THEN {} ELSE {} END").format(sql.SQL(none), sql.Identifier("t", column))
        for column, none in reopened.items()
    }


def is_closable(model: Any) -> bool:
    """Whether rows may be closed without a word of their feed."""
    return any(field.column == "closed_at" for field in model._meta.local_concrete_fields)


def _opens_sql(shape: Shape) -> sql.Composable:
    """Whether a staged row `s` opens a closed row `t` again: it is none that a list gave out and that was sent back,
    and it leaves something open.
    """
    values = _new_values(shape)
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


def same_item_sql(shape: Shape) -> sql.Composed:
    """Whether a stored row `t` of the account is the item of a staged row `s`."""
    same = [sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in shape.layout.model.IDENTITY]
    return sql.SQL(" AND ").join(same)


def _formatted(query: str, shape: Shape, **parts: sql.Composable) -> str:
    layout = shape.layout
    tables = {"table": layout.table, "stage": layout.stage, "matches": layout.matches}
    differing = sql.SQL(_DIFFERING).format(**tables)
    position = names(["id", *money_columns(layout.model)], "t")  # what later statements need of a stored row
    return (
        sql.SQL(query)
        .format(**tables, differing=differing, position=position, hidden=account_of_ids(), **parts)
        .as_string()
    )


@lru_cache
def create_matches_sql(shape: Shape) -> str:
    """A temporary table for the staged rows that are stored already; like the stage it stays for the next upload."""
    return _formatted(
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
    stage, differs = _compared(shape) if is_distributed() else (shape.layout.stage, _differ_sql(_new_values(shape)))
    return _formatted(
        "INSERT INTO {matches} SELECT s.row_index, {position}, {differs}, {is_closed}"
        " FROM {compared} AS s CROSS JOIN LATERAL"
        " (SELECT * FROM {table} AS t WHERE t.account_id = %(account)s::bigint AND {same_item} LIMIT 1) AS t",
        shape,
        is_closed=sql.SQL("t.closed_at IS NOT NULL" if is_closable(shape.layout.model) else "false"),
        differs=differs,
        compared=stage,
        same_item=same_item_sql(shape),
    )


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
    values = _new_values(shape)
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
def history_sql(shape: Shape) -> str:
    """Keep what the update is about to change: {"column": [before, after], ...} for each row that changes."""
    changes = shape.layout.model._meta.get_field("changes")
    difference = sql.SQL(
        "CASE WHEN {stored} IS DISTINCT FROM {value} THEN {key} || jsonb_build_array({stored}, {value})::text END"
    )
    differences = [
        difference.format(stored=sql.Identifier("t", column), value=value, key=sql.Literal(f'"{column}":'))
        for column, value in _new_values(shape).items()
    ]
    return _formatted(
        "INSERT INTO {history} (account_id, {row}, upload_id, staff_username, changed_at, changes)"
        " SELECT t.account_id, t.id, %(upload)s, '', %(moment)s, ('{{' || concat_ws(',', {differences}) || '}}')::jsonb"
        " FROM {differing} AS s JOIN {table} AS t USING (id) WHERE t.account_id = {hidden}",
        shape,
        history=sql.Identifier(changes.related_model._meta.db_table),
        row=sql.Identifier(f"{changes.field.name}_id"),
        differences=sql.SQL(", ").join(differences),
    )


@lru_cache
def update_sql(shape: Shape) -> str:
    """Update the stored rows that would become different; return their positions afterwards."""
    changes = [sql.SQL("{} = {}").format(sql.Identifier(c), value) for c, value in _new_values(shape).items()]
    return _formatted(
        "WITH written AS (UPDATE {table} AS t"
        " SET {changes}, updated_at = %(moment)s, last_upload_id = %(upload)s"
        " FROM {differing} AS s WHERE t.id = s.id AND t.account_id = {hidden} RETURNING {position}) {money}",
        shape,
        changes=sql.SQL(", ").join(changes),
        money=money_sql(shape.layout.model, sql.Identifier("written")),
    )


@lru_cache
def insert_sql(shape: Shape, *, are_some_stored: bool) -> str:
    """Insert staged rows that are not stored, in the order of the array; return their positions."""
    missing = _formatted(
        " WHERE NOT EXISTS (SELECT FROM {matches} AS m WHERE m.row_index = s.row_index) ORDER BY s.row_index", shape
    )
    return _formatted(
        "WITH written AS ("
        "INSERT INTO {table} AS t (account_id, last_upload_id, created_at, updated_at, {creator}{columns})"
        " SELECT %(account)s, %(upload)s, %(moment)s, %(moment)s, {creating}{staged} FROM {stage} AS s{missing}"
        " RETURNING {position}) {money}",
        shape,
        creator=sql.SQL("created_upload_id, " if is_closable(shape.layout.model) else ""),
        creating=sql.SQL("%(upload)s, " if is_closable(shape.layout.model) else ""),
        columns=names(shape.layout.columns),
        staged=names(shape.layout.columns, "s"),
        missing=sql.SQL(missing if are_some_stored else ""),  # the stage itself is in order
        money=money_sql(shape.layout.model, sql.Identifier("written")),
    )


@lru_cache
def matched_positions_sql(shape: Shape) -> str:
    """The positions of the stored rows that were matched, apart by whether they differ and whether they reopen."""
    return _formatted("{money}", shape, money=money_sql(shape.layout.model, shape.layout.matches, "differs", "reopens"))


@lru_cache
def open_closed_sql(shape: Shape) -> str:
    """Note which of the rows that were found to be closed are opened again, and so differ. They are read first: on a
    cluster they lie on another machine than the temporary tables.
    """
    return _formatted(
        "WITH t AS MATERIALIZED (SELECT * FROM {table}"
        " WHERE account_id = {hidden} AND id = ANY(ARRAY(SELECT id FROM {matches} WHERE reopens)))"
        " UPDATE {matches} AS m SET reopens = sent.opens, differs = m.differs OR sent.opens FROM ("
        "SELECT s.row_index, {opens} AS opens FROM {matches} AS m JOIN {stage} AS s USING (row_index)"
        " JOIN t ON t.id = m.id WHERE m.reopens"
        ") AS sent WHERE sent.row_index = m.row_index",
        shape,
        opens=_opens_sql(shape),
    )


@lru_cache
def leave_closed_sql(shape: Shape) -> str:
    """Leave items closed that a newer full load than the upload closed; return the indexes of their rows."""
    return _formatted(
        "UPDATE {matches} AS m SET differs = false, reopens = false FROM {table} AS t, uploads_upload AS u"
        " LEFT JOIN uploads_fullload AS l ON l.id = u.load_id AND l.account_id = u.account_id"
        " WHERE m.reopens AND t.id = m.id AND t.account_id = {hidden} AND u.id = t.closed_by"
        " AND u.account_id = t.account_id AND coalesce(l.extracted_at, l.began_at, u.created_at) > %(as_of)s"
        " RETURNING m.row_index",
        shape,
    )
