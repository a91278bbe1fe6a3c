"""The SQL that writes staged rows into their table, built from a model; `merge` runs it after that of match_sql.py.

Against one `INSERT ... ON CONFLICT DO UPDATE` this neither writes nor locks rows that change nothing, the table's index
is searched once, and what each statement returns adds up to the receipt.
"""

from functools import lru_cache
from typing import Any

from psycopg import sql

from config.database.planning import account_of_ids
from receivables.uploads.storing.staging import Shape, names

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


def new_values(shape: Shape) -> dict[str, sql.Composed]:
    values = {column: _new_value_sql(shape, column) for column in shape.updated_columns}
    reopened = {"closed_at": "NULL", "closed_by": "NULL", "closed_reason": "''"} if shape.reopens else {}
    return values | {
        column: sql.SQL("CASE WHEN s.reopens THEN {} ELSE {} END").format(sql.SQL(none), sql.Identifier("t", column))
        for column, none in reopened.items()
    }


def is_closable(model: Any) -> bool:
    """Whether rows may be closed without a word of their feed."""
    return any(field.column == "closed_at" for field in model._meta.local_concrete_fields)


def formatted(query: str, shape: Shape, **parts: sql.Composable) -> str:
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
def history_sql(shape: Shape) -> str:
    """Keep what the update is about to change: {"column": [before, after], ...} for each row that changes."""
    changes = shape.layout.model._meta.get_field("changes")
    difference = sql.SQL(
        "CASE WHEN {stored} IS DISTINCT FROM {value} THEN {key} || jsonb_build_array({stored}, {value})::text END"
    )
    differences = [
        difference.format(stored=sql.Identifier("t", column), value=value, key=sql.Literal(f'"{column}":'))
        for column, value in new_values(shape).items()
    ]
    before = [*getattr(changes.related_model, "BEFORE", [])]
    return formatted(
        "INSERT INTO {history} (account_id, {row}, upload_id, staff_username, changed_at, {before}changes)"
        " SELECT t.account_id, t.id, %(upload)s, '', %(moment)s, {was}"
        "('{{' || concat_ws(',', {differences}) || '}}')::jsonb"
        " FROM {differing} AS s JOIN {table} AS t USING (id) WHERE t.account_id = {hidden}",
        shape,
        history=sql.Identifier(changes.related_model._meta.db_table),
        row=sql.Identifier(f"{changes.field.name}_id"),
        differences=sql.SQL(", ").join(differences),
        before=sql.SQL("valid_from, {}, ").format(names(before)) if before else sql.SQL(""),
        was=sql.SQL("t.updated_at, {}, ").format(names(before, "t")) if before else sql.SQL(""),
    )


@lru_cache
def update_sql(shape: Shape, *, are_many: bool) -> str:
    """Update the stored rows that would become different; return their positions afterwards."""
    changes = [sql.SQL("{} = {}").format(sql.Identifier(c), value) for c, value in new_values(shape).items()]
    return _writing(
        "UPDATE {table} AS t SET {changes}, updated_at = %(moment)s, last_upload_id = %(upload)s"
        " FROM {differing} AS s WHERE t.id = s.id AND t.account_id = {hidden}",
        shape,
        are_many=are_many,
        changes=sql.SQL(", ").join(changes),
    )


@lru_cache
def insert_sql(shape: Shape, *, are_some_stored: bool, are_many: bool) -> str:
    """Insert staged rows that are not stored, in the order of the array; return their positions."""
    missing = formatted(
        " WHERE NOT EXISTS (SELECT FROM {matches} AS m WHERE m.row_index = s.row_index) ORDER BY s.row_index", shape
    )
    return _writing(
        "INSERT INTO {table} AS t (account_id, last_upload_id, created_at, updated_at, {creator}{columns})"
        " SELECT %(account)s, %(upload)s, %(moment)s, %(moment)s, {creating}{staged} FROM {stage} AS s{missing}",
        shape,
        are_many=are_many,
        creator=sql.SQL("created_upload_id, " if is_closable(shape.layout.model) else ""),
        creating=sql.SQL("%(upload)s, " if is_closable(shape.layout.model) else ""),
        columns=names(shape.layout.columns),
        staged=names(shape.layout.columns, "s"),
        missing=sql.SQL(missing if are_some_stored else ""),  # the stage itself is in order
    )


def _writing(statement: str, shape: Shape, *, are_many: bool, **parts: sql.Composable) -> str:
    """A statement that writes rows `t`, and returns their positions: of many, by group; of few, each row's."""
    if are_many:
        money = money_sql(shape.layout.model, sql.Identifier("written"))
        return formatted(f"WITH written AS ({statement} RETURNING {{position}}) {{money}}", shape, money=money, **parts)
    has_money = bool(money_columns(shape.layout.model))
    amounts = "t.invoice_amount, COALESCE(t.open_amount, 0)" if has_money else "0::numeric, 0::numeric"
    group = "t.company_code, t.currency" if has_money else "NULL, NULL"
    return formatted(f"{statement} RETURNING {group}, 1, {amounts}", shape, **parts)
