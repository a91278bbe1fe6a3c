"""A sender's file to lines of JSON, one row on each.

JSON and newline-delimited JSON keep every row as it was written, numbers above all. How a table becomes rows is told
in tables, what is one in csv_rows and sheets.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import PurePath
from typing import IO

from receivables.uploads.codings import CHUNK, BodyRefused
from receivables.uploads.feeds.csv_rows import csv_table
from receivables.uploads.feeds.sheets import sheet_table
from receivables.uploads.feeds.survey import Survey, survey
from receivables.uploads.feeds.tables import Reading, Table, TableRefused, refuse_unclear, rows_of_table
from receivables.uploads.literal_json import LiteralRow
from receivables.uploads.messages import UNREADABLE, Told
from receivables.uploads.splitting import RawRow, rows_of_array, rows_of_lines


class FileRefused(ValueError):
    """The file cannot be read as rows; the message says where it breaks and what to do."""

    @property
    def told(self) -> Told:
        return Told(UNREADABLE, str(self))


class FeedFormat(StrEnum):
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"

    @property
    def is_table(self) -> bool:
        return self in (FeedFormat.CSV, FeedFormat.XLSX)


EXTENSIONS = {
    ".json": FeedFormat.JSON,
    ".ndjson": FeedFormat.NDJSON,
    ".jsonl": FeedFormat.NDJSON,
    ".csv": FeedFormat.CSV,
    ".xlsx": FeedFormat.XLSX,
}
AS_IT_STANDS = Reading()
# JSON has no line break within a string (RFC 8259, section 7): those of a row all stand between its tokens.
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


def format_of(name: str) -> FeedFormat | None:
    """Return what a file of this name holds, by its extension, where that is known."""
    return EXTENSIONS.get(PurePath(name).suffix.lower())


def lines_of_file(file: IO[bytes], feed_format: FeedFormat, resource: str) -> Iterator[bytes]:
    """Yield each row of an upload to `resource` as a line of JSON in UTF-8, its newline included, while the file is
    being read. Raises FileRefused where the file as a whole is broken; what is wrong with a row's values, its
    receiver says.
    """
    for _, line in numbered_lines_of_file(file, feed_format, resource, AS_IT_STANDS):
        yield line


def numbered_lines_of_file(
    file: IO[bytes], feed_format: FeedFormat, resource: str, reading: Reading
) -> Iterator[tuple[int | None, bytes]]:
    """Yield the same, each with the line of the table that the row begins in. Raises FileRefused."""
    with _telling_why_not():
        for number, row in _rows(file, feed_format, resource, reading):
            yield number, row + b"\n"


def header_of_file(file: IO[bytes], feed_format: FeedFormat, reading: Reading) -> list[str]:
    """Return the names of a table's columns. Raises FileRefused."""
    with _telling_why_not(), _table(file, feed_format, reading) as table:
        refuse_unclear(table)
        return table.header


def survey_of_file(file: IO[bytes], feed_format: FeedFormat, resource: str, reading: Reading) -> Survey:
    """Return what a table's values say of its format; of JSON nothing has to be said. Raises FileRefused."""
    if not feed_format.is_table:
        return Survey()
    with _telling_why_not(), _table(file, feed_format, reading) as table:
        return survey(table, resource, reading)


def settled_reading(found: Survey, reading: Reading) -> Reading:
    """Return the reading with the format that was found. Raises FileRefused where it is open, with the option of
    send_feed that settles it.
    """
    with _telling_why_not():
        return found.settled(reading)


@contextmanager
def _telling_why_not() -> Iterator[None]:
    try:
        yield
    except BodyRefused as refusal:
        raise FileRefused(_told(refusal)) from None
    except TableRefused as refusal:
        raise FileRefused(refusal.told.message) from None


def _rows(
    file: IO[bytes], feed_format: FeedFormat, resource: str, reading: Reading
) -> Iterator[tuple[int | None, bytes]]:
    if feed_format.is_table:
        with _table(file, feed_format, reading) as table:
            yield from rows_of_table(table, resource, reading)
        return
    split = rows_of_array if feed_format == FeedFormat.JSON else rows_of_lines
    for row in _on_one_line_each(split(iter(partial(file.read, CHUNK), b""))):
        yield None, row


def _table(file: IO[bytes], feed_format: FeedFormat, reading: Reading) -> AbstractContextManager[Table]:
    if feed_format == FeedFormat.CSV:
        return csv_table(file, reading.encoding)
    return sheet_table(file, reading.sheet)


def _on_one_line_each(batches: Iterable[list[RawRow]]) -> Iterator[bytes]:
    for rows in batches:
        for row in rows:
            written = row.text.encode() if isinstance(row, LiteralRow) else row
            yield written.translate(_ONE_LINE)


def _told(refusal: BodyRefused) -> str:
    """Return what is wrong with the file and, where that is known, in which row, counted from 1."""
    if refusal.index is None:
        return refusal.told.message
    about = " ".join(filter(None, [refusal.field, refusal.told.message]))
    return f"row {refusal.index + 1}: {about}"
