"""Rows as they were at a moment, put back together from their history.

A row was created by then, or was not there yet. One that has not changed since is as it is now; of another one, the
history has what each column was before it first changed. The columns that identify a row never change.
"""

from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models.sql.datastructures import BaseTable
from psycopg import sql

NEVER_CHANGE = {"id", "account", "company_code", "customer_number_key", "created_at", "created_upload_id"}

# `was` has the columns that changed since, before the first change of each; `typed` is the entry whose time it was.
# PostgreSQL leaves out the one that a query needs no column of. The history of a row is looked up by the row: a sum
# hides the moment from the planner, which does not know of the newest changes of an account, and would go through all
# of them for each row by the index of moments.
_ROWS = """SELECT {columns} FROM {table} AS t LEFT JOIN LATERAL (
SELECT jsonb_object_agg(d.key, d.value -> 0 ORDER BY c.changed_at DESC) AS columns FROM {history} AS c
CROSS JOIN LATERAL jsonb_each(c.changes) AS d
WHERE t.updated_at > %(moment)s AND {of_row} AND c.changed_at + interval '0' > %(moment)s
) AS was ON t.updated_at > %(moment)s {typed} WHERE t.created_at <= %(moment)s"""
_TYPED = """LEFT JOIN LATERAL (
SELECT * FROM {history} AS c WHERE t.updated_at > %(moment)s AND {of_row}
AND c.changed_at + interval '0' > %(moment)s AND c.valid_from <= %(moment)s LIMIT 1
) AS typed ON t.updated_at > %(moment)s"""
_SUMMED = """SELECT id, {columns} FROM {table} WHERE updated_at <= %(moment)s UNION ALL
SELECT {row_id}, {columns} FROM {history} WHERE valid_from <= %(moment)s AND changed_at > %(moment)s"""

# What a column was, by its kind.
_OF_TIME = "CASE WHEN typed.id IS NULL THEN t.{name} ELSE typed.{name} END"
_OF_TEXT = "CASE WHEN was.columns ? {key} THEN (was.columns ->> {key})::{type} ELSE t.{name} END"
_OF_JSON = "CASE WHEN was.columns ? {key} THEN nullif(was.columns -> {key}, 'null') ELSE t.{name} END"
_OF_ENTRY = """CASE WHEN t.updated_at <= %(moment)s THEN t.{name} ELSE coalesce((SELECT c.{of_entry} FROM {history} AS c
WHERE {of_row} AND c.changed_at <= %(moment)s ORDER BY c.changed_at DESC LIMIT 1), {at_first}) END"""
_OF_ONE = """CASE WHEN t.updated_at <= %(moment)s THEN t.{name} ELSE coalesce((SELECT c.changes -> {key} ->> 0
FROM {history} AS c WHERE {of_row} AND c.changed_at + interval '0' > %(moment)s AND c.changes ? {key}
ORDER BY c.changed_at LIMIT 1), t.{name}) END"""
# Columns that are made of the last entry until then; before any, of another column.
_LAST_ENTRY = {"updated_at": ("changed_at", "created_at"), "last_upload_id": ("upload_id", "created_upload_id")}


class _Statement(BaseTable):
    """A sub-query in place of a model's table: what a query says of its columns is said of those of the statement."""

    def __init__(self, table_name: str, alias: str | None, statement: str):
        super().__init__(table_name, alias or table_name)
        self.statement = statement

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return f"({self.statement}) {compiler.quote_name_unless_alias(self.table_alias)}", []

    def relabeled_clone(self, change_map: Any) -> "_Statement":
        alias = change_map.get(self.table_alias, self.table_alias)
        return _Statement(self.table_name, alias, self.statement)

    @property
    def identity(self) -> tuple[Any, ...]:
        return (*super().identity, self.statement)


def put_back(rows: Any, moment: datetime, *, for_sums: bool = False) -> Any:
    """Return a query set of its model's rows as they were at a moment; `rows` has no conditions yet."""
    return read_from(rows, summed_rows_sql(rows.model, moment) if for_sums else rows_sql(rows.model, moment))


def read_from(rows: Any, statement: str) -> Any:
    """Return a query set that reads what a statement of SQL selects, under the names of its model's columns; `rows` has
    no conditions yet.
    """
    found = rows.all()
    alias = found.query.get_initial_alias()
    found.query.alias_map[alias] = _Statement(rows.model._meta.db_table, alias, statement)
    return found


def rows_sql(model: Any, moment: datetime) -> str:
    """Return SQL for the rows of a table as they were, under the names of its columns."""
    return _of_moment(_rows(model), moment)


def summed_rows_sql(model: Any, moment: datetime) -> str:
    """Return SQL for what is added up of the rows that were there: of those that have not changed since, and of the
    entries of the history whose time it was. A row has one or the other.
    """
    columns = ["account_id", *model._meta.get_field("changes").related_model.BEFORE]
    return _of_moment(_formatted(_SUMMED, model, columns=sql.SQL(", ".join(columns))), moment)


def text_sql(model: Any, column: str, moment: datetime) -> str:
    """Return SQL for what a column of text was of `t`, a row of the table that was there."""
    names = {"name": sql.SQL(column), "key": sql.Literal(column)}
    return _of_moment(_formatted(_OF_ONE, model, **names), moment)


def _of_moment(statement: str, moment: datetime) -> str:
    return statement.replace("%(moment)s", sql.Literal(moment).as_string())


@cache
def _rows(model: Any) -> str:
    typed = set(getattr(model._meta.get_field("changes").related_model, "BEFORE", ()))
    columns = [f"{_column(model, field, typed)} AS {field.column}" for field in model._meta.local_concrete_fields]
    joined = _formatted(_TYPED if typed else "", model)
    return _formatted(_ROWS, model, columns=sql.SQL(", ".join(columns)), typed=sql.SQL(joined))


def _column(model: Any, field: Any, typed: set[str]) -> str:
    """Return SQL for what a column was."""
    type_ = field.db_type(connection)
    parts = {"name": sql.SQL(field.column), "key": sql.Literal(field.column), "type": sql.SQL(type_)}
    if field.name in NEVER_CHANGE:
        return f"t.{field.column}"
    if field.name in _LAST_ENTRY:
        of_entry, at_first = _LAST_ENTRY[field.name]
        first = f"t.{at_first}" if at_first in {each.column for each in model._meta.local_concrete_fields} else "NULL"
        return _formatted(_OF_ENTRY, model, **parts, of_entry=sql.SQL(of_entry), at_first=sql.SQL(first))
    return _formatted(_OF_TIME if field.name in typed else _OF_JSON if type_ == "jsonb" else _OF_TEXT, model, **parts)


def _formatted(template: str, model: Any, **parts: sql.Composable) -> str:
    changes = model._meta.get_field("changes")
    row_id = f"{changes.field.name}_id"
    names = {"table": model._meta.db_table, "history": changes.related_model._meta.db_table, "row_id": row_id}
    texts = {name: sql.SQL(text) for name, text in names.items()}
    of_row = sql.SQL(f"c.account_id = t.account_id AND c.{row_id} = t.id")
    return sql.SQL(template).format(**texts, of_row=of_row, **parts).as_string()
