"""The stage of one upload: a temporary table that takes its rows by binary COPY, whatever keys they have."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Any

from django.db import connection
from psycopg import sql

from customers.numbers import number_key

STAGE = sql.Identifier("staged_rows")
NUMBER_KEY = "customer_number_key"  # the table generates it; the stage brings it along, to join by
# What the service itself writes; every other column is the feed's.
OWN_COLUMNS = {"id", "account", "first_upload_id", "last_upload_id", "created_at", "updated_at"}

# What COPY takes: the row's place in the array, its bits, a value for every column, and the number's key.
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


class Stage:
    """What is staged for a model: its columns, and which of them the rows brought.

    A column that every row brings is updated from the stage; one that only some rows bring, where the
    row's bit in `sent` says so; one that none brings is left alone.
    """

    def __init__(self, model: Any):
        self.model = model
        self.table = sql.Identifier(model._meta.db_table)
        fields: Iterable[Any] = model._meta.local_concrete_fields
        self.fields = [field for field in fields if field.name not in OWN_COLUMNS and not field.generated]
        self.columns: list[str] = [field.column for field in self.fields]
        self.bits = {column: 1 << position for position, column in enumerate(self.columns)}
        self.blanks = {field.column: _blank(field) for field in self.fields}
        self._adapters = {field.column: _WIRE.get(_type(field), (None, None))[1] for field in self.fields}
        self._brought_by_some, self._brought_by_all = 0, -1
        self.row_count = 0
        self.may_repeat = False  # whether an identity stands in the array twice; equal hashes alone may claim so
        self._identities: set[int] = set()
        columns = ["place", "sent", *self.columns, NUMBER_KEY]
        self._identity_of = itemgetter(*(columns.index(column) for column in model.IDENTITY))

    def record(self, place: int, row: dict[str, Any]) -> Record:
        """Return the record of a row under model names; its keys are the columns it brings."""
        values = self.blanks.copy()
        sent = 0
        for column, value in row.items():
            sent |= self.bits[column]
            adapt = self._adapters[column]
            values[column] = value if adapt is None or value is None else adapt(value)
        return (place, sent, *values.values(), number_key(row["customer_number"]))

    def brings(self, column: str) -> bool:
        """Whether any row brings the column."""
        return bool(self._brought_by_some & self.bits[column])

    def always_brings(self, column: str) -> bool:
        return bool(self._brought_by_all & self.bits[column])

    @property
    def updated_columns(self) -> list[str]:
        return [column for column in self.columns if self.brings(column) and column not in self.model.IDENTITY]

    def create(self, cursor: Any) -> None:
        """Make the stage; it lives until the transaction ends."""
        # A transaction may hold two uploads where someone wraps them in one (tests do).
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{}").format(STAGE))
        cursor.execute(create_stage_sql(self))

    def fill(self, cursor: Any, batches: Iterable[list[Record]]) -> None:
        """Write records as they come: while one batch is being read, the database takes in the one before."""
        with cursor.copy(copy_sql(self)) as copy:
            copy.set_types(self._types())
            for records in batches:
                self._count(records)
                for record in records:
                    copy.write_row(record)
        if self.row_count > WORTH_ANALYZING:  # one narrow column tells the planner how many rows there are
            cursor.execute(sql.SQL("ANALYZE {} (place)").format(STAGE))

    def _count(self, records: list[Record]) -> None:
        self.row_count += len(records)
        self._identities.update(map(hash, map(self._identity_of, records)))
        self.may_repeat = len(self._identities) < self.row_count
        for sent in {record[1] for record in records}:
            self._brought_by_some |= sent
            self._brought_by_all &= sent

    def _types(self) -> list[str]:
        """Return the types under which the records' values are written."""
        return ["int4", "int8", *(_WIRE.get(_type(field), (_type(field), None))[0] for field in self.fields), "text"]


WORTH_ANALYZING = 1000


def _type(field: Any) -> str:
    name: str = field.db_type(connection).partition("(")[0]
    return name


def _blank(field: Any) -> Any:
    return EMPTY_OBJECT if field.name == "extra" else field.get_default()


def names(columns: Iterable[str], alias: str = "") -> sql.Composed:
    """Return column names, quoted and separated by commas."""
    prefix = [alias] if alias else []
    return sql.SQL(", ").join(sql.Identifier(*prefix, column) for column in columns)


def create_stage_sql(stage: Stage) -> sql.Composed:
    """A temporary table with the types of the model's own columns."""
    return sql.SQL(
        "CREATE TEMPORARY TABLE {stage} ON COMMIT DROP AS"
        " SELECT 0 AS place, 0::bigint AS sent, {columns} FROM {table} WITH NO DATA"
    ).format(stage=STAGE, columns=names([*stage.columns, NUMBER_KEY]), table=stage.table)


def copy_sql(stage: Stage) -> sql.Composed:
    return sql.SQL("COPY {stage} (place, sent, {columns}) FROM STDIN (FORMAT BINARY)").format(
        stage=STAGE, columns=names([*stage.columns, NUMBER_KEY])
    )
