"""Fill the tables of whichever schema the database has; PostgreSQL alone makes the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.benchmarks.progress import note
from tests.benchmarks.rekeying.rows import FILLINGS, Filling

BATCH = 500_000

# What a column holds that must hold something, where nothing else is said; by the start of its type's name.
BLANK: dict[str, LiteralString] = {
    "character varying": "''",
    "text": "''",
    "bytea": "''",
    "json": "'{}'",
    "boolean": "true",
    "timestamp": "now()",
    "date": "current_date",
    "interval": "'0'",
    "uuid": "gen_random_uuid()",
}
COLUMNS: LiteralString = """
SELECT attname, format_type(atttypid, NULL), attnotnull AND NOT atthasdef AND attidentity = ''
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
APART: LiteralString = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = %s::regclass AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


Connection = psycopg.Connection[Any]


def fill(connection: Connection, invoices: int) -> None:
    """Store so many invoices, and what belongs to them; on a connection in autocommit."""
    for filling in FILLINGS:
        if not is_there(connection, filling.table):
            continue
        started = perf_counter()
        count = filling.rows or max(1, invoices // filling.of_invoices)
        with _without_indexes(connection, filling.table):
            _insert(connection, filling, count)
        note(f"filling {filling.table}", f"{count:,} rows", perf_counter() - started)
    connection.execute("VACUUM (ANALYZE)")
    connection.execute("CHECKPOINT")


def is_there(connection: Connection, table: str) -> bool:
    """Return whether the schema has this table."""
    [(found,)] = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchall()
    return bool(found)


@contextmanager
def _without_indexes(connection: Connection, table: str) -> Iterator[None]:
    """Drop the indexes that are of no constraint, and build them in the end: row by row that takes far longer."""
    indexes = connection.execute(APART, [table]).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)


def _insert(connection: Connection, filling: Filling, count: int) -> None:
    values = _values(connection, filling)
    names, selected = map(sql.Identifier, values), map(sql.SQL, values.values())
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM generate_series(").format(
        sql.Identifier(filling.table), sql.SQL(", ").join(names), sql.SQL(", ").join(selected)
    )
    for first in range(0, count, BATCH):
        last = min(first + BATCH, count) - 1
        connection.execute(statement + sql.SQL("{}::bigint, {}) AS n").format(first, last))
    if filling.columns.get("id", "").startswith("n"):
        connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [filling.table, count])


def _values(connection: Connection, filling: Filling) -> dict[str, LiteralString]:
    """Return what each column holds: as the filling says, or else a blank where something must be."""
    columns = connection.execute(COLUMNS, [filling.table]).fetchall()
    given = {name: filling.columns[name] for name, _, _ in columns if name in filling.columns}
    return given | {name: _blank(kind) for name, kind, is_required in columns if is_required and name not in given}


def _blank(kind: str) -> LiteralString:
    if kind.endswith("[]"):
        return "'{}'"
    return next((blank for start, blank in BLANK.items() if kind.startswith(start)), "0")
