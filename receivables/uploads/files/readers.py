"""A sender's file to lines of JSON, one row on each.

JSON and newline-delimited JSON keep every row as it was written, numbers above all. How a table becomes rows is told
in tables, what is one in csv_rows and sheets.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import PurePath
from typing import IO

from receivables.uploads.files import messages
from receivables.uploads.files.csv_rows import csv_table
from receivables.uploads.files.survey import Survey, survey
from receivables.uploads.files.table_rows import nameable_columns, rows_of_table
from receivables.uploads.files.tables import Reading, Table, TableRefused
from receivables.uploads.files.xlsx.sheets import sheet_table
from receivables.uploads.messages import UNREADABLE, RenderedMessage
from receivables.uploads.reading.bodies import CHUNK, BodyRefused
from receivables.uploads.reading.literal_json import LiteralRow
from receivables.uploads.reading.splitting import RawRow, numbered_rows_of_lines, rows_of_array


class FileRefused(ValueError):
    """The file cannot be read as rows; the message says where it breaks and what to do."""

    def __init__(self, rendered: RenderedMessage):
        super().__init__(rendered.message)
        self.rendered = rendered._replace(code=UNREADABLE)


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
    """Yield the same, each with the line of the file that the row begins in, of a sheet its row; of JSON that is not
    known. Raises FileRefused.
    """
    if feed_format.is_table:
        with table_of_file(file, feed_format, reading) as table:
            yield from numbered_lines_of_table(table, resource, reading)
    else:
        with refusals_of_files():
            yield from ((number, row + b"\n") for number, row in _rows(file, feed_format))


def numbered_lines_of_table(table: Table, resource: str, reading: Reading) -> Iterator[tuple[int | None, bytes]]:
    """Yield the rows of a table that is open; `table.noticed` grows with them. Raises FileRefused."""
    with refusals_of_files():
        for number, row in rows_of_table(table, resource, reading):
            yield number, row + b"\n"


def header_of_file(file: IO[bytes], feed_format: FeedFormat, reading: Reading) -> list[str]:
    """Return the names of a table's columns that people can say something of. Raises FileRefused."""
    with table_of_file(file, feed_format, reading) as table:
        return header_of_table(table)


def header_of_table(table: Table) -> list[str]:
    """Return the same of a table that is open, of which some rows may be read for it. Raises FileRefused."""
    with refusals_of_files():
        return nameable_columns(table)


def survey_of_file(file: IO[bytes], feed_format: FeedFormat, resource: str, reading: Reading) -> Survey:
    """Return what a table's values say of its format; of JSON nothing has to be said. Raises FileRefused."""
    if not feed_format.is_table:
        return Survey()
    with table_of_file(file, feed_format, reading) as table:
        return survey(table, resource, reading)


def settled_reading(found: Survey, reading: Reading) -> Reading:
    """Return the reading with the format that was found. Raises FileRefused where it is open, with the option of
    send_feed that settles it.
    """
    with refusals_of_files():
        return found.settled(reading)


@contextmanager
def table_of_file(file: IO[bytes], feed_format: FeedFormat, reading: Reading) -> Iterator[Table]:
    """The table of a file. Raises FileRefused, also for what is raised while its rows are read."""
    opened = csv_table if feed_format == FeedFormat.CSV else sheet_table
    with refusals_of_files(), opened(file, reading) as table:
        yield table


@contextmanager
def refusals_of_files() -> Iterator[None]:
    """Whatever refuses a body or a table refuses the file."""
    try:
        yield
    except BodyRefused as refusal:
        raise FileRefused(_with_row(refusal)) from None
    except TableRefused as refusal:
        raise FileRefused(refusal.rendered) from None


def _rows(file: IO[bytes], feed_format: FeedFormat) -> Iterator[tuple[int | None, bytes]]:
    chunks = iter(partial(file.read, CHUNK), b"")
    if feed_format == FeedFormat.JSON:
        yield from ((None, row) for row in _on_one_line_each(rows_of_array(chunks)))
    else:
        yield from ((number, row.translate(_ONE_LINE)) for number, row in numbered_rows_of_lines(chunks))


def _on_one_line_each(batches: Iterable[list[RawRow]]) -> Iterator[bytes]:
    for rows in batches:
        for row in rows:
            written = row.text.encode() if isinstance(row, LiteralRow) else row
            yield written.translate(_ONE_LINE)


def _with_row(refusal: BodyRefused) -> RenderedMessage:
    """Return what is wrong with the file and, where that is known, in which row, counted from 1."""
    if refusal.index is None:
        return refusal.rendered
    field = f"{refusal.field} " if refusal.field else ""
    return messages.IN_ROW.rendered(number=refusal.index + 1, field=field, problem=refusal.rendered)
