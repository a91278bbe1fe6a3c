"""What in a database would keep its tables of accounts from being distributed, as PostgreSQL's catalog has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apiauth.distribution import catalog
from apiauth.distribution.tables import COLUMN, Kind, tables


@dataclass(frozen=True)
class Tables:
    """Names of tables, by where they lie on a cluster. All that are named nowhere are local."""

    distributed: frozenset[str]
    reference: frozenset[str]

    @classmethod
    def of_models(cls) -> "Tables":
        return cls(frozenset(tables(Kind.DISTRIBUTED)), frozenset(tables(Kind.REFERENCE)))

    def kind(self, table: str) -> Kind:
        if table in self.distributed:
            return Kind.DISTRIBUTED
        return Kind.REFERENCE if table in self.reference else Kind.LOCAL


def misfits(cursor: Any, known: Tables) -> list[str]:
    """Return a sentence for each, with the names of the table and of what does not fit; none if all of it fits."""
    return [*_columns(cursor, known), *_unique(cursor, known), *_foreign_keys(cursor, known), *_triggers(cursor, known)]


def _columns(cursor: Any, known: Tables) -> Iterator[str]:
    found = catalog.columns(cursor, known.distributed)
    for column in found:
        if column.is_identity and column.type != "bigint":
            yield f"{column.table}: the identity {column.name} is {column.type}, and has to be bigint."
        if column.name == COLUMN and (column.is_generated or column.type != "bigint" or not column.is_not_null):
            yield f"{column.table}: {COLUMN} has to be an ordinary bigint that is never null."
    with_account = {column.table for column in found if column.name == COLUMN}
    for table in sorted({column.table for column in found} - with_account):
        yield f"{table} has no {COLUMN}."


def _unique(cursor: Any, known: Tables) -> Iterator[str]:
    found = catalog.unique_indexes(cursor, known.distributed)
    for index in found:
        if COLUMN not in index.columns:
            yield f"{index.table}: the unique index {index.name} lacks {COLUMN}."
    with_key = {index.table for index in found if index.is_primary}
    for table in sorted({index.table for index in found} - with_key):
        yield f"{table} has no primary key, without which no machine hands its rows to another."


def _foreign_keys(cursor: Any, known: Tables) -> Iterator[str]:
    for key in catalog.foreign_keys(cursor):
        kinds = known.kind(key.table), known.kind(key.to)
        if kinds == (Kind.DISTRIBUTED, Kind.DISTRIBUTED):
            if (COLUMN, COLUMN) not in zip(key.columns, key.to_columns, strict=True):
                yield f"{key.table}: the foreign key {key.name} lacks {COLUMN}."
        elif kinds[0] is not Kind.LOCAL and kinds != (Kind.DISTRIBUTED, Kind.REFERENCE):
            yield f"{key.table}: the foreign key {key.name} leads from a {kinds[0]} to a {kinds[1]} table."
        elif kinds == (Kind.LOCAL, Kind.DISTRIBUTED):
            yield f"{key.table}: the foreign key {key.name} leads from a local to a distributed table."


def _triggers(cursor: Any, known: Tables) -> Iterator[str]:
    for trigger in catalog.triggers(cursor, known.distributed | known.reference):
        if not trigger.is_of_version_before:
            yield f"{trigger.table}: a cluster runs no triggers such as {trigger.name}."
