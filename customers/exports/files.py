"""Whole lists as files, sent while they are read."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer

from apiauth.models import ApiKey
from apiauth.slots import in_a_slot
from customers.exports.csv_rows import csv_file
from customers.exports.lines import lines_file
from customers.exports.spreadsheets import spreadsheet
from customers.media_types import LINES


class FileRenderer(BaseRenderer, ABC):
    """A kind of file."""

    @abstractmethod
    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        """Yield the file in pieces, at least one, with each of the columns under its name."""


class CSVRenderer(FileRenderer):
    media_type, format, charset = "text/csv", "csv", "utf-8"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        return csv_file(rows, columns)


class LinesRenderer(FileRenderer):
    media_type, format, charset = LINES, "ndjson", None

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        return lines_file(rows, columns)


class SpreadsheetRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format, charset, render_style = "xlsx", None, "binary"

    def written(self, rows: QuerySet[Any], columns: dict[str, Any], name: str) -> Generator[bytes, None, None]:
        return spreadsheet(rows, columns, name)


EXPORTS: tuple[type[FileRenderer], ...] = (CSVRenderer, LinesRenderer, SpreadsheetRenderer)


def export(
    rows: QuerySet[Any], columns: dict[str, Any], kind: FileRenderer, name: str, key: ApiKey | None = None
) -> StreamingHttpResponse:
    """Return these columns of rows, each under its name, as a file that is sent while it is read.

    Raises TooManyFiles where the key that asks for it has too many under way.
    """
    content_type = f"{kind.media_type}; charset={kind.charset}" if kind.charset else kind.media_type
    disposition = {"Content-Disposition": f'attachment; filename="{name}.{kind.format}"'}
    return sent(kind.written(rows, columns, name), key, content_type=content_type, headers=disposition)


def sent(pieces: Generator[bytes, None, None], key: ApiKey | None, **options: Any) -> StreamingHttpResponse:
    """Return the answer that sends the pieces of a file to whoever has the key; options are those of a response."""
    file = in_a_slot(key, pieces)
    first = next(file)  # what fails before the first byte is answered as an error
    return StreamingHttpResponse(_after(first, file), **options)


def _after(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces
