"""What PostgreSQL writes: the text of a column, and rows, as fast as it can send them. Nothing is held in memory."""

import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import DateTimeField, DecimalField, Expression, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

# Faster than json_build_object(), and without its blanks. A query over several accounts of a cluster may have no SELECT
# without FROM; PostgreSQL leaves the one row out.
ROW = "row_to_json((SELECT columns FROM (SELECT %(expressions)s FROM (VALUES (1)) AS one) AS columns))"
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
CHUNK = 64 * 1024
# Without characters that the texts of one column may hold, CSV is the text itself.
RAW = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"
# A LIMIT, though it cuts nothing, has PostgreSQL write rows as it comes to them in the order of an index, or behind a
# sort of what is stored. Without one it may write all of them, sort on disk what it wrote, and only then send any.
ALL = sys.maxsize


class AmountAsText(NamedTuple):
    """A column of amounts that are to be written as texts, for readers whose JSON numbers are rounded."""

    field: Any


def stored(field: Any) -> Any:
    """The kind of field a column holds; of a generated one, that of what is generated."""
    return getattr(field, "output_field", field)


def json_value(field: Any) -> Expression:
    """A column as JSON has it: amounts without the zeros of their scale, moments in ISO 8601 as days are."""
    match stored(field):
        case AmountAsText(amount):
            return Cast(json_value(amount), TextField())
        case DecimalField():
            return Func(field.attname, function="trim_scale", output_field=stored(field))
        case DateTimeField():
            universal = Func(Value("UTC"), field.attname, function="timezone", output_field=DateTimeField())
            return Func(universal, Value(MOMENT), function="to_char", output_field=TextField())
        case _:
            return F(field.attname)  # type: ignore[return-value]


def json_row(columns: Mapping[str, Any]) -> Expression:
    """All columns as one JSON object, under their names."""
    named = (Func(json_value(column), template=f'%(expressions)s AS "{name}"') for name, column in columns.items())
    return Func(*named, template=ROW, output_field=TextField())


def joined(*parts: Any) -> Func:
    """Texts one after another; none at all if one of them is NULL."""
    texts = [Value(part) if isinstance(part, str) else part for part in parts]
    return Func(*texts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


def copied(rows: QuerySet[Any], form: str) -> Generator[bytes, None, None]:
    """Yield row by row what COPY writes; a reader that goes away ends it."""
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute("SET LOCAL datestyle = ISO")  # as it is, unless whoever runs the database likes another
        try:
            query = cursor.mogrify(*rows[:ALL].query.sql_with_params())  # COPY takes no parameters
        except EmptyResultSet:  # no row can match, so Django makes no SQL
            return
        with cursor.copy(f"COPY ({query}) TO STDOUT ({form})") as copy:
            for row in copy:
                yield bytes(row)


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces together, the last time perhaps nothing."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)
