"""Rows into a table in two statements: stage by COPY, update what differs, insert what is missing.

The functions named `..._sql` build SQL from a model and run nothing; `stage` and `merge` run it. Against one
`INSERT ... ON CONFLICT DO UPDATE` this writes nothing for rows that change nothing, and the two row counts
are the counts of the receipt. Uploads of one account and resource must not meet between the two
statements: `lock` is taken before `merge`, staging needs none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection
from psycopg import sql

from apiauth.models import Account
from customers.numbers import number_key

STAGE = sql.Identifier("staged_rows")
NUMBER_KEY = "customer_number_key"  # the table generates it; the stage brings it along, to join by
# What the service itself writes; every other column is the feed's.
OWN_COLUMNS = {"id", "account", "last_upload_id", "created_at", "updated_at"}


@dataclass(frozen=True)
class Merged:
    created_count: int
    updated_count: int


class Stage:
    """The plan of one upload: a model, and which of its columns the rows bring.

    A column that every row brings is updated from the stage; one that only some rows bring, where the
    row's bit in `sent` says so; one that none brings is left alone.
    """

    def __init__(self, model: Any, rows: Sequence[dict[str, Any]]):
        self.model = model
        self.table = sql.Identifier(model._meta.db_table)
        self.rows = rows
        bringing = [row.keys() for row in rows]
        self.sent_by_some = set().union(*bringing)
        self.sent_by_all = self.sent_by_some.intersection(*bringing)

    @cached_property
    def fields(self) -> list[Any]:
        fields: Iterable[Any] = self.model._meta.local_concrete_fields
        return [field for field in fields if field.name not in OWN_COLUMNS and not field.generated]

    @cached_property
    def bits(self) -> dict[str, int]:
        return {field.column: 1 << position for position, field in enumerate(self.fields)}

    @property
    def columns(self) -> list[str]:
        return list(self.bits)

    @cached_property
    def updated_columns(self) -> list[str]:
        return [column for column in self.columns if column in self.sent_by_some and column not in self.model.IDENTITY]

    def records(self) -> Iterable[list[Any]]:
        """Yield what COPY takes: the row's place, its bits, and a value for every column."""
        blank = [0, 0, *(_empty(field) for field in self.fields), ""]
        cells = {
            field.column: (place, self.bits[field.column], _WIRE.get(_type(field), (None, None))[1])
            for place, field in enumerate(self.fields, start=2)
        }
        for place, row in enumerate(self.rows):
            record, sent = blank.copy(), 0
            for column, value in row.items():
                cell, bit, adapt = cells[column]
                sent |= bit
                record[cell] = value if adapt is None or value is None else adapt(value)
            record[0], record[1], record[-1] = place, sent, number_key(row["customer_number"])
            yield record

    def types(self) -> list[str]:
        """Return the types under which the records' values are written."""
        return ["int4", "int8", *(_WIRE.get(_type(field), (_type(field), None))[0] for field in self.fields), "text"]


def _type(field: Any) -> str:
    name: str = field.db_type(connection).partition("(")[0]
    return name


def _day_number(day: date) -> int:
    return day.toordinal() - _DAY_ZERO


def _jsonb(value: msgspec.Raw) -> bytes:
    return b"\x01" + bytes(value)


# How PostgreSQL's binary format writes two types, in terms of two that psycopg writes in C: a date is the
# number of its day since 2000-01-01 in four bytes, a jsonb is its text behind a version byte.
_DAY_ZERO = date(2000, 1, 1).toordinal()
_WIRE: dict[str, tuple[str, Any]] = {"date": ("int4", _day_number), "jsonb": ("bytea", _jsonb)}


def _empty(field: Any) -> Any:
    return b"\x01{}" if field.name == "extra" else field.get_default()


def _names(columns: Iterable[str], alias: str = "") -> sql.Composed:
    prefix = [alias] if alias else []
    return sql.SQL(", ").join(sql.Identifier(*prefix, column) for column in columns)


def create_stage_sql(stage: Stage) -> sql.Composed:
    """A temporary table with the types of the model's own columns."""
    return sql.SQL(
        "CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS"
        " SELECT 0 AS place, 0::bigint AS sent, {columns} FROM {table} WITH NO DATA"
    ).format(stage=STAGE, columns=_names([*stage.columns, NUMBER_KEY]), table=stage.table)


def copy_sql(stage: Stage) -> sql.Composed:
    return sql.SQL("COPY {stage} (place, sent, {columns}) FROM STDIN (FORMAT BINARY)").format(
        stage=STAGE, columns=_names([*stage.columns, NUMBER_KEY])
    )


def same_item_sql(model: Any) -> sql.Composed:
    """The join of a stored row `t` with a staged row `s`; takes the parameter `account`."""
    same = [sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in model.IDENTITY]
    return sql.SQL(" AND ").join([sql.SQL("t.account_id = %(account)s"), *same])


def _new_value_sql(stage: Stage, column: str) -> sql.Composed:
    """What a column becomes: what the row sent, and where it left the key out, what is stored."""
    if column == "extra":  # merged key by key, for the same rule holds within it
        return sql.SQL("t.extra || s.extra").format()
    staged = sql.Identifier("s", column)
    if column in stage.sent_by_all:
        return sql.Composed([staged])
    return sql.SQL("CASE WHEN s.sent & {bit} <> 0 THEN {staged} ELSE {stored} END").format(
        bit=sql.Literal(stage.bits[column]), staged=staged, stored=sql.Identifier("t", column)
    )


def update_sql(stage: Stage) -> sql.Composed:
    """Update stored rows that would become different; rows that would not are neither written nor counted."""
    values = {column: _new_value_sql(stage, column) for column in stage.updated_columns}
    return sql.SQL(
        "UPDATE {table} AS t SET {changes}, updated_at = now(), last_upload_id = %(upload)s FROM {stage} AS s"
        " WHERE {same_item} AND ({stored}) IS DISTINCT FROM ({values})"
    ).format(
        table=stage.table,
        changes=sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(c), value) for c, value in values.items()),
        stage=STAGE,
        same_item=same_item_sql(stage.model),
        stored=sql.SQL("ROW({})").format(_names(values, "t")),
        values=sql.SQL("ROW({})").format(sql.SQL(", ").join(values.values())),
    )


def insert_sql(stage: Stage) -> sql.Composed:
    """Insert staged rows that are not stored, in the order of the array."""
    return sql.SQL(
        "INSERT INTO {table} (account_id, last_upload_id, {columns})"
        " SELECT %(account)s, %(upload)s, {staged} FROM {stage} AS s"
        " WHERE NOT EXISTS (SELECT FROM {table} AS t WHERE {same_item}) ORDER BY s.place"
    ).format(
        table=stage.table,
        columns=_names(stage.columns),
        staged=_names(stage.columns, "s"),
        stage=STAGE,
        same_item=same_item_sql(stage.model),
    )


def stage_rows(cursor: Any, stage: Stage) -> None:
    """Fill the stage; it lives until the transaction ends."""
    # A transaction may hold two uploads where someone wraps them in one (tests do).
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(STAGE))
    cursor.execute(create_stage_sql(stage))
    with cursor.copy(copy_sql(stage)) as copy:
        copy.set_types(stage.types())
        for record in stage.records():
            copy.write_row(record)
    cursor.execute(sql.SQL("ANALYZE {}").format(STAGE))


def lock(cursor: Any, account: Account, resource: str) -> None:
    """Wait until no other upload of this account and resource merges; held until the transaction ends.

    The wait is bounded, or the queue of one account would in time hold every thread of the service.
    """
    cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(f"{settings.UPLOAD_LOCK_SECONDS}s")))
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upload:{account.pk}:{resource}"])


def merge(cursor: Any, stage: Stage, account: Account, upload_id: UUID) -> Merged:
    """Bring the staged rows into the table; the lock must be held."""
    parameters = {"account": account.pk, "upload": upload_id}
    cursor.execute(update_sql(stage), parameters)
    updated = cursor.rowcount
    cursor.execute(insert_sql(stage), parameters)
    return Merged(created_count=cursor.rowcount, updated_count=updated)
