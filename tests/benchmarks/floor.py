"""The floor: what PostgreSQL itself needs to take the rows into the table, with its indexes and generated columns.

The rows are prepared before the clock starts, in the forms that psycopg writes fastest, and no HTTP is in between.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from time import perf_counter
from typing import Any

import msgspec
import psycopg
from psycopg import sql

from receivables.models import Invoice
from tests.benchmarks.feed import Row
from tests.benchmarks.plain_views import COLUMNS

# PostgreSQL's binary forms of two types: a date is its day's number since 2000-01-01 in four bytes, a jsonb is its
# text behind a version byte.
DAY_ZERO = date(2000, 1, 1).toordinal()
WRITTEN: dict[str, tuple[str, Any]] = {
    "CharField": ("text", str),
    "DecimalField": ("numeric", Decimal),
    "DateField": ("int4", lambda day: date.fromisoformat(day).toordinal() - DAY_ZERO),
    "JSONField": ("bytea", lambda value: b"\x01" + msgspec.json.encode(value)),
}
KINDS = {name: Invoice._meta.get_field(column).get_internal_type() for name, column in COLUMNS.items()}
TYPES = ["int8", "bytea", "numeric", *(WRITTEN[kind][0] for kind in KINDS.values())]
NO_EXTRA = b"\x01{}"

Record = tuple[Any, ...]


def records(rows: Iterable[Row], account_id: int) -> list[Record]:
    convert = {name: WRITTEN[kind][1] for name, kind in KINDS.items()}
    return [
        (account_id, NO_EXTRA, Decimal(row["balanceAmount"]), *(convert[name](row[name]) for name in COLUMNS))
        for row in rows
    ]


def copy(connection: psycopg.Connection[Any], prepared: list[Record]) -> float:
    """Copy prepared records into the table of invoices; return the seconds it took, commit included."""
    columns = sql.SQL(", ").join(map(sql.Identifier, ["account_id", "extra", "balance_amount", *COLUMNS.values()]))
    statement = sql.SQL("COPY receivables_invoice ({}) FROM STDIN (FORMAT BINARY)").format(columns)
    started = perf_counter()
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        copying.set_types(TYPES)
        for record in prepared:
            copying.write_row(record)
    return perf_counter() - started
