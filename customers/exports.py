"""Whole lists as files: PostgreSQL writes them, row by row, as fast as it can send; nothing is held in memory."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Func,
    JSONField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

CHUNK = 64 * 1024
# A cell that a spreadsheet would take for a formula gets an apostrophe before it, unless it is a mere number (OWASP,
# CSV injection).
FORMULA, NUMBER = r"^[=+@\t\r-]", r"^[+-]?[0-9]+([.,][0-9]+)*$"
MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
# Without characters that JSON text may hold, CSV of one column is the text itself.
RAW = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"


class CSVRenderer(BaseRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"


class LinesRenderer(BaseRenderer):
    media_type, format, charset = "application/x-ndjson", "ndjson", None


EXPORTS: tuple[type[BaseRenderer], ...] = (CSVRenderer, LinesRenderer)


def export(rows: QuerySet[Any], fields: dict[str, Any], kind: BaseRenderer, name: str) -> StreamingHttpResponse:
    """Return rows under the names of their serializer's fields, as a file that is sent while it is read."""
    columns = {wire: rows.model._meta.get_field(field.source) for wire, field in fields.items()}
    pieces = _csv(rows, columns) if isinstance(kind, CSVRenderer) else _lines(rows, columns)
    first = next(pieces)  # what fails before the first byte is answered as an error
    content_type = f"{kind.media_type}; charset={kind.charset}" if kind.charset else kind.media_type
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind.format}"'}
    return StreamingHttpResponse(_after(first, pieces), content_type=content_type, headers=disposition)


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _csv(rows: QuerySet[Any], columns: dict[str, Any]) -> Iterator[bytes]:
    cells = rows.values_list(*(_cell(field) for field in columns.values()))
    header = ",".join(columns).encode() + b"\n"
    for chunk in _copied(cells, "FORMAT csv"):
        yield header + chunk
        header = b""


def _lines(rows: QuerySet[Any], columns: dict[str, Any]) -> Iterator[bytes]:
    pairs = [part for name, field in columns.items() for part in (Value(name), _value(field))]
    row = Func(*pairs, function="json_build_object", output_field=TextField())
    yield from _copied(rows.values_list(row), RAW)


def _copied(rows: QuerySet[Any], form: str) -> Iterator[bytes]:
    """Yield what COPY writes, in chunks, the last of which may be empty."""
    query, parameters = rows.query.sql_with_params()
    buffer = bytearray()
    statement = f"COPY ({query}) TO STDOUT ({form})"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement, parameters) as copy:
        for data in copy:
            buffer += data
            if len(buffer) >= CHUNK:
                yield bytes(buffer)
                buffer.clear()
    yield bytes(buffer)


def _value(field: Any) -> Expression:
    """A column as JSON has it: amounts without the zeros of their scale, days and moments in ISO 8601."""
    column = F(field.attname)
    match getattr(field, "output_field", field):  # that of a generated column
        case DecimalField():
            return Func(column, function="trim_scale", output_field=field)
        case DateTimeField():
            universal = Func(Value("UTC"), column, function="timezone", output_field=DateTimeField())
            return Func(universal, Value(MOMENT), function="to_char", output_field=TextField())
        case DateField():
            return Func(column, Value("YYYY-MM-DD"), function="to_char", output_field=TextField())
        case _:
            return column  # type: ignore[return-value]


def _cell(field: Any) -> Expression:
    match field:
        case CharField() | TextField():
            return _defused(F(field.attname))
        case JSONField():
            return _defused(Cast(field.attname, TextField()))
        case _:
            return _value(field)


def _defused(text: Any) -> Case:
    is_formula = Q(_matches(text, FORMULA)) & ~Q(_matches(text, NUMBER))
    return Case(When(is_formula, then=Concat(Value("'"), text)), default=text, output_field=TextField())


def _matches(text: Any, pattern: str) -> Func:
    return Func(text, Value(pattern), template="%(expressions)s", arg_joiner=" ~ ", output_field=BooleanField())
