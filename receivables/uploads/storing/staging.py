"""The stage of uploads: a temporary table that is filled by binary COPY, whatever keys the rows have.

It has all rows, however many, so that the same item twice in one array is found on it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from operator import itemgetter
from typing import Any
from zlib import crc32

from django.db import connection
from psycopg import sql

from customers.imported.numbers import number_key

NUMBER_KEY = "customer_number_key"  # the table generates it; the stage brings it along, to join by
# What the service itself writes; every other column is the feed's.
OWN_COLUMNS = {
    *("id", "account", "last_upload_id", "created_upload_id", "created_at", "updated_at"),
    *("closed_at", "closed_by", "closed_reason"),
}
# Of a staged row that is stored already; the latter at first: whether it is closed.
MATCH_COLUMNS = ("differs", "reopens")
WORTH_ANALYZING = 1000  # rows; the planner guesses smaller stages well enough

# A row for COPY: its index in the array, its bits, a value for every column, and the number's key.
Record = tuple[Any, ...]

# How PostgreSQL's binary format writes two types, in terms of two that psycopg writes in C: a date is the
# number of its day since 2000-01-01 in four bytes, a jsonb is its text behind a version byte.
_DAY_ZERO = date(2000, 1, 1).toordinal()
EMPTY_OBJECT = "\x01{}"


def day_number(day: date) -> int:
    return day.toordinal() - _DAY_ZERO


def jsonb(text: str) -> str:
    return f"\x01{text}"


_WIRE: dict[str, tuple[str, Any]] = {"date": ("int4", day_number), "jsonb": ("text", jsonb)}


class Layout:
    """The stage of a model. Each column that a feed may bring has a bit."""

    def __init__(self, model: Any):
        self.model = model
        self.table = sql.Identifier(model._meta.db_table)
        fields: Iterable[Any] = model._meta.local_concrete_fields
        staged = [field for field in fields if field.name not in OWN_COLUMNS and not field.generated]
        types = [field.db_type(connection) for field in staged]
        plain_types = [name.partition("(")[0] for name in types]
        wire = [_WIRE.get(name, (name, None)) for name in plain_types]
        self.columns: list[str] = [field.column for field in staged]
        self.types = dict(zip(self.columns, plain_types, strict=True))
        self.bits = {column: 1 << position for position, column in enumerate(self.columns)}
        self.blanks = {f.column: EMPTY_OBJECT if f.name == "extra" else f.get_default() for f in staged}
        self.adapters = dict(zip(self.columns, (adapt for _, adapt in wire), strict=True))
        self.wire_types = ["int4", "int8", *(name for name, _ in wire), "text"]
        self.all_columns = ["row_index", "sent", *self.columns, NUMBER_KEY]
        # A connection that outlives a migration must not meet the stage of another layout under this name.
        version = crc32(repr((self.all_columns, types, MATCH_COLUMNS)).encode())
        self.stage = sql.Identifier(f"staged_{model._meta.model_name}_{version:08x}")
        self.matches = sql.Identifier(f"matched_{model._meta.model_name}_{version:08x}")
        self.identity_of = itemgetter(*(self.all_columns.index(column) for column in model.IDENTITY))
        self.company_code_of = itemgetter(self.all_columns.index("company_code"))

    def record(self, row_index: int, row: dict[str, Any]) -> Record:
        """Return the record of a row under model names; its keys are the columns it brings."""
        values = self.blanks.copy()
        sent = 0
        for column, value in row.items():
            sent |= self.bits[column]
            adapt = self.adapters[column]
            values[column] = value if adapt is None or value is None else adapt(value)
        return (row_index, sent, *values.values(), number_key(row["customer_number"]))

    @cached_property
    def create_sql(self) -> str:
        """A temporary table with the types of the model's own columns. It stays for the connection's next uploads; a
        transaction may hold two uploads where someone wraps them in one (tests do), so it is emptied first as well.
        """
        query = sql.SQL(
            "CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS"
            " SELECT 0 AS row_index, 0::bigint AS sent, {columns} FROM {table} WITH NO DATA; DELETE FROM {stage}"
        )
        columns = names([*self.columns, NUMBER_KEY])
        return query.format(stage=self.stage, columns=columns, table=self.table).as_string()

    @cached_property
    def copy_sql(self) -> str:
        query = sql.SQL("COPY {stage} ({columns}) FROM STDIN (FORMAT BINARY)")
        return query.format(stage=self.stage, columns=names(self.all_columns)).as_string()


layout_of = cache(Layout)


@dataclass(frozen=True)
class Shape:
    """Which columns the rows of a stage brought, as bits: any of them, and all of them.

    A column that every row brings is updated from the stage; one that only some rows bring, where the
    row's bit in `sent` says so; one that none brings is left alone.
    """

    layout: Layout
    brought_by_some: int
    brought_by_all: int
    reopens: bool = False  # whether some of them reopen a closed item

    def always_brings(self, column: str) -> bool:
        return bool(self.brought_by_all & self.layout.bits[column])

    @property
    def updated_columns(self) -> list[str]:
        bits, identity = self.layout.bits, self.layout.model.IDENTITY
        return [column for column in bits if self.brought_by_some & bits[column] and column not in identity]


class Stage:
    """The rows of one upload on the stage of their model. They stay until the transaction ends."""

    def __init__(self, model: Any):
        self.layout: Layout = layout_of(model)
        self.row_count = 0
        self.rows_by_code: Counter[str] = Counter()  # the same, by company code
        self.may_have_duplicates = False  # two rows have one identity, or identities with one hash
        self._identities: set[int] = set()
        self._brought_by_some, self._brought_by_all = 0, -1

    @property
    def shape(self) -> Shape:
        return Shape(self.layout, self._brought_by_some, self._brought_by_all)

    @property
    def table(self) -> str:
        return str(self.layout.model._meta.db_table)

    @property
    def is_large(self) -> bool:
        return self.row_count > WORTH_ANALYZING

    def fill(self, cursor: Any, batches: Iterable[list[Record]]) -> None:
        """Write records as they come: while one batch is being read, the database stores the one before."""
        cursor.execute(self.layout.create_sql)
        # Django passes `copy` on as it is, with psycopg's own errors.
        with connection.wrap_database_errors, cursor.copy(self.layout.copy_sql) as copy:
            copy.set_types(self.layout.wire_types)
            for records in batches:
                self.count(records)
                for record in records:
                    copy.write_row(record)
        if self.is_large:  # one narrow column tells the planner how many rows there are
            cursor.execute(sql.SQL("ANALYZE {} (row_index)").format(self.layout.stage))

    def count(self, records: list[Record]) -> None:
        self.row_count += len(records)
        self.rows_by_code.update(map(self.layout.company_code_of, records))
        self._identities.update(map(hash, map(self.layout.identity_of, records)))
        self.may_have_duplicates = len(self._identities) < self.row_count
        for sent in {record[1] for record in records}:
            self._brought_by_some |= sent
            self._brought_by_all &= sent


def names(columns: Iterable[str], alias: str = "") -> sql.Composed:
    """Return column names, quoted and separated by commas."""
    prefix = [alias] if alias else []
    return sql.SQL(", ").join(sql.Identifier(*prefix, column) for column in columns)


@lru_cache
def duplicates_sql(layout: Layout) -> str:
    """Every row whose identity is in the array more than once, with the first of them and whether it differs.

    Rows differ by their values, not by their spelling: an absent part of the identity is empty, a number may be padded.
    Each repeated row is read once and sorted behind the first of its identity. Joining the first rows instead would be
    a trap: the planner knows nothing of identities, and if one row were in the array 450,000 times, it would compare
    each with all.
    """
    identity = layout.model.IDENTITY
    said = [column for column in layout.columns if column not in (*identity, "customer_number")]
    return (
        sql.SQL(
            "SELECT row_index, first, bits <> first_value(bits) OVER one OR said <> first_value(said) OVER one"
            " FROM (SELECT s.row_index, again.first, s.sent & {said_bits} AS bits, ROW({said}) AS said"
            " FROM (SELECT min(row_index) AS first, {identity} FROM {stage} GROUP BY {identity} HAVING count(*) > 1)"
            " AS again JOIN {stage} AS s USING ({identity})) AS repeated"
            " WINDOW one AS (PARTITION BY first ORDER BY row_index) ORDER BY first, row_index"
        )
        .format(
            stage=layout.stage,
            identity=names(identity),
            said=names(said, "s"),
            said_bits=sql.Literal(sum(layout.bits[column] for column in said)),
        )
        .as_string()
    )


def find_duplicates(cursor: Any, stage: Stage) -> tuple[list[int], dict[int, int]]:
    """Return indexes of rows: those that have the values of an earlier one, and those that contradict another, each
    with the row that it differs from.
    """
    cursor.execute(duplicates_sql(stage.layout))
    groups: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for row_index, first, differs in cursor.fetchall():
        groups[first].append((row_index, differs))
    equal: list[int] = []
    contradicting: dict[int, int] = {}
    for first, group in groups.items():
        rival = next((row_index for row_index, differs in group if differs), None)
        if rival is None:
            equal += [row_index for row_index, _ in group if row_index != first]
        else:
            contradicting |= {row_index: first if differs else rival for row_index, differs in group}
    return equal, contradicting


def remove_rows(cursor: Any, stage: Stage, row_indexes: list[int]) -> None:
    if row_indexes:
        query = sql.SQL("DELETE FROM {} WHERE row_index = ANY(%s) RETURNING company_code").format(stage.layout.stage)
        cursor.execute(query, [row_indexes])
        stage.row_count -= len(row_indexes)
        stage.rows_by_code -= Counter(code for (code,) in cursor.fetchall())


def staged_rows(cursor: Any, stage: Stage, row_indexes: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield rows of the stage with their indexes, each with the columns that it brought; JSON stays raw."""
    if not row_indexes:
        return
    layout = stage.layout
    query = sql.SQL("SELECT row_index, sent, {columns} FROM {stage} WHERE row_index = ANY(%s) ORDER BY row_index")
    cursor.execute(query.format(columns=names(layout.columns), stage=layout.stage), [row_indexes])
    for row_index, sent, *values in cursor.fetchall():
        row = zip(layout.columns, values, strict=True)
        yield row_index, {column: value for column, value in row if sent & layout.bits[column]}
