"""Whole lists as files, sent while they are read."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing
from itertools import chain
from typing import Any

from django.db.models import CharField, Expression, F, JSONField, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from config.api.negotiation import LINES
from config.exports.copying import RAW, copied, in_chunks, json_row, json_value
from config.exports.defusing import defused_column
from config.exports.spreadsheets import spreadsheet


class FileRenderer(BaseRenderer, ABC):
    """A kind of file."""

    @abstractmethod
    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        """Yield the file in pieces, at least one, with each of the columns under its name."""


class CSVRenderer(FileRenderer):
    """Comma-separated rows under a heading; PostgreSQL writes and quotes them."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        cells = rows.values_list(*(_csv_cell(field) for field in columns.values()))
        header = ",".join(columns).encode() + b"\n"
        yield from in_chunks(chain([header], copied(cells, "FORMAT csv")))


def _csv_cell(field: Any) -> Expression:
    match field:
        case CharField() | TextField():
            return defused_column(F(field.attname))
        case JSONField():
            return Cast(field.attname, TextField())  # what begins JSON begins no formula, a minus but a number
        case _:
            return json_value(field)


class LinesRenderer(FileRenderer):
    """Newline-delimited JSON; PostgreSQL writes it."""

    media_type, format, charset = LINES, "ndjson", None

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        yield from in_chunks(copied(rows.values_list(json_row(columns)), RAW))


class SpreadsheetRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format, charset, render_style = "xlsx", None, "binary"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        return spreadsheet(rows, columns, name)


EXPORTS: tuple[type[FileRenderer], ...] = (CSVRenderer, LinesRenderer, SpreadsheetRenderer)


def export(
    rows: QuerySet[Any], columns: dict[str, Any], kind: FileRenderer, name: str, slot: AbstractContextManager[None]
) -> StreamingHttpResponse:
    """Return these columns of rows, each under its name, as a file that is sent while it is read.

    The slot is held meanwhile; what it raises where none is free is raised here.
    """
    content_type = f"{kind.media_type}; charset={kind.charset}" if kind.charset else kind.media_type
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind.format}"'}
    return streamed(kind.written(rows, columns, name), slot, content_type=content_type, headers=disposition)


def streamed(
    pieces: Generator[bytes, None, None], slot: AbstractContextManager[None], **options: Any
) -> StreamingHttpResponse:
    """Return the answer that sends the pieces of a file while it holds the slot; options are those of a response."""
    file = _in_slot(slot, pieces)
    first = next(file)  # what fails before the first byte is answered as an error
    return StreamingHttpResponse(_after(first, file), **options)


def _in_slot(slot: AbstractContextManager[None], pieces: Generator[bytes, None, None]) -> Iterator[bytes]:
    """Yield the pieces while the slot is held. The last one is sent without: a file of one piece holds up no other.

    Whoever closes this closes them: what reads the database must end with its request, for the garbage collector may
    end it in the middle of another query, which then waits for its own connection for ever.
    """
    with slot, closing(pieces):
        last = next(pieces)
        for piece in pieces:
            yield last
            last = piece
    yield last


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
