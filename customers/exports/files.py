"""Whole lists as files, sent while they are read."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from customers.exports.csv_rows import csv_file
from customers.exports.lines import lines_file
from customers.exports.spreadsheets import spreadsheet


class FileRenderer(BaseRenderer, ABC):
    """A kind of file."""

    @abstractmethod
    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Iterator[bytes]:
        """Yield the file in pieces, at least one, with each of the columns under its name."""


class CSVRenderer(FileRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Iterator[bytes]:
        return csv_file(rows, columns)


class LinesRenderer(FileRenderer):
    media_type, format, charset = "application/x-ndjson", "ndjson", None

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Iterator[bytes]:
        return lines_file(rows, columns)


class SpreadsheetRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format, charset, render_style = "xlsx", None, "binary"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Iterator[bytes]:
        return spreadsheet(rows, columns, name)


EXPORTS: tuple[type[FileRenderer], ...] = (CSVRenderer, LinesRenderer, SpreadsheetRenderer)


def export(rows: QuerySet[Any], columns: dict[str, Any], kind: FileRenderer, name: str) -> StreamingHttpResponse:
    """Return these columns of rows, each under its name, as a file that is sent while it is read."""
    pieces = kind.written(rows, columns, name)
    first = next(pieces)  # what fails before the first byte is answered as an error
    content_type = f"{kind.media_type}; charset={kind.charset}" if kind.charset else kind.media_type
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind.format}"'}
    return StreamingHttpResponse(after(first, pieces), content_type=content_type, headers=disposition)


def after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield all pieces. Whoever closes this closes them: what reads the database must end with its request, for the
    garbage collector may end it in the middle of another query, which then waits for its own connection for ever.
    """
    yield first
    yield from pieces
