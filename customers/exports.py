"""Whole lists as files: PostgreSQL writes them, row by row, as fast as it can send; nothing is held in memory."""

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
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

from customers.written_rows import columns_of, written_row, written_value

CHUNK = 64 * 1024
# A cell that a spreadsheet would take for a formula gets an apostrophe before it, unless it is a mere number (OWASP,
# CSV injection).
FORMULA, NUMBER = r"^[=+@\t\r-]", r"^[+-]?[0-9]+([.,][0-9]+)*$"
# Without characters that JSON text may hold, CSV of one column is the text itself.
RAW = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"


class CSVRenderer(BaseRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"


class LinesRenderer(BaseRenderer):
    media_type, format, charset = "application/x-ndjson", "ndjson", None


EXPORTS: tuple[type[BaseRenderer], ...] = (CSVRenderer, LinesRenderer)


def export(rows: QuerySet[Any], fields: dict[str, Any], kind: BaseRenderer, name: str) -> StreamingHttpResponse:
    """Return rows under the names of their serializer's fields, as a file that is sent while it is read."""
    columns = columns_of(rows.model, fields)
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
    yield from _copied(rows.values_list(written_row(columns)), RAW)


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


def _cell(field: Any) -> Expression:
    match field:
        case CharField() | TextField():
            return _defused(F(field.attname))
        case JSONField():
            return _defused(Cast(field.attname, TextField()))
        case _:
            return written_value(field)


def _defused(text: Any) -> Case:
    is_formula = Q(_matches(text, FORMULA)) & ~Q(_matches(text, NUMBER))
    return Case(When(is_formula, then=Concat(Value("'"), text)), default=text, output_field=TextField())


def _matches(text: Any, pattern: str) -> Func:
    return Func(text, Value(pattern), template="%(expressions)s", arg_joiner=" ~ ", output_field=BooleanField())
