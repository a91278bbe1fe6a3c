"""What PostgreSQL's catalog says of keys, indexes and triggers; the same on a cluster and without one."""

from collections.abc import Iterable
from typing import Any, NamedTuple

_FOREIGN_KEYS = """
SELECT owner.relname, conname, target.relname,
    ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS part (number, position)
          JOIN pg_attribute ON attrelid = conrelid AND attnum = part.number ORDER BY part.position),
    ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS part (number, position)
          JOIN pg_attribute ON attrelid = confrelid AND attnum = part.number ORDER BY part.position)
FROM pg_constraint
JOIN pg_class owner ON owner.oid = conrelid JOIN pg_class target ON target.oid = confrelid
WHERE contype = 'f' AND pg_table_is_visible(conrelid) ORDER BY 1, 2
"""
_UNIQUE = """
SELECT owner.relname, own.relname, indisprimary,
    ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey))
FROM pg_index JOIN pg_class owner ON owner.oid = indrelid JOIN pg_class own ON own.oid = indexrelid
WHERE (indisunique OR indisexclusion) AND owner.relname = ANY (%s) AND pg_table_is_visible(indrelid) ORDER BY 1, 2
"""
_TRIGGERS = """
SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE NOT tgisinternal AND relname = ANY (%s) AND pg_table_is_visible(tgrelid) ORDER BY 1, 2
"""
_FUNCTION = "SELECT prosrc FROM pg_proc WHERE oid = to_regprocedure(%s)"
_COLUMNS = """
SELECT relname, attname, format_type(atttypid, NULL), attidentity <> '', attgenerated <> '', attnotnull
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relname = ANY (%s) AND relkind = 'r' AND attnum > 0 AND NOT attisdropped AND pg_table_is_visible(attrelid)
ORDER BY relname, attnum
"""


class ForeignKey(NamedTuple):
    table: str
    name: str
    to: str
    columns: list[str]
    to_columns: list[str]


class UniqueIndex(NamedTuple):
    """A primary key, a unique or an exclusion constraint, or an index."""

    table: str
    name: str
    is_primary: bool
    columns: list[str]


class Trigger(NamedTuple):
    table: str
    name: str

    @property
    def is_of_version_before(self) -> bool:
        """Whether a migration made it for the processes that ran beside it. None of them knows a cluster."""
        return self.name.endswith("_of_version_before")


class Column(NamedTuple):
    table: str
    name: str
    type: str
    is_identity: bool
    is_generated: bool
    is_not_null: bool


def foreign_keys(cursor: Any) -> list[ForeignKey]:
    cursor.execute(_FOREIGN_KEYS)
    return [ForeignKey(*row) for row in cursor.fetchall()]


def unique_indexes(cursor: Any, tables: Iterable[str]) -> list[UniqueIndex]:
    return [UniqueIndex(*row) for row in _rows(cursor, _UNIQUE, tables)]


def triggers(cursor: Any, tables: Iterable[str]) -> list[Trigger]:
    """Return those that somebody made; PostgreSQL checks foreign keys by triggers of its own."""
    return [Trigger(*row) for row in _rows(cursor, _TRIGGERS, tables)]


def columns(cursor: Any, tables: Iterable[str]) -> list[Column]:
    return [Column(*row) for row in _rows(cursor, _COLUMNS, tables)]


def _rows(cursor: Any, query: str, tables: Iterable[str]) -> list[Any]:
    cursor.execute(query, [list(tables)])
    rows: list[Any] = cursor.fetchall()
    return rows


def body_of_function(cursor: Any, signature: str) -> str | None:
    """Return the text between its quotes; None if there is no such function."""
    cursor.execute(_FUNCTION, [signature])
    found = cursor.fetchone()
    return found and found[0]
