"""A table as it is read from any file: a header, and rows of cells below it.

table_rows says what its cells become on the wire.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from receivables.uploads.files import messages
from receivables.uploads.files.headings import CONTRACT, REMARKS, Heading, heading_of
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.messages import GroupedNumber, RenderedMessage
from receivables.uploads.reading.splitting import MAX_ROW_BYTES
from receivables.uploads.rows.serializers import SERIALIZERS

MAX_COLUMNS = 1000
MAX_ROW_CHARACTERS = MAX_ROW_BYTES  # more is no row to its receiver
MAX_BEFORE_HEADER = 4 * 1024 * 1024  # bytes: a web request waits for the header
LONGEST_NAME = 20_000  # characters of a column's name
LONGEST_QUOTE = 100  # characters of a cell that a message repeats
IGNORED, AS_EXTRA = "-", "+"  # what a column may become instead of a field of the contract


@dataclass(frozen=True)
class Reading:
    """How a table is to be read. `columns` says what becomes of a column by its name: a field of the contract, AS_EXTRA
    under its own name, or IGNORED; of one that it does not name, its own name says so. `numbers` and `dates` are
    formats of formats.py, empty where none is known: amounts are then plain, and days as their receiver takes them.
    `day_cells` says whether a workbook's days beside texts are right.

    Without `delimiter` the file's own is found; without `sheet` the first that has rows is read, and those that go on
    from it. `known` are names of columns that were seen before: a line that has them is the header.
    """

    encoding: str = "utf-8-sig"
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: str = ""
    dates: str = ""
    day_cells: str = ""
    delimiter: str = ""
    known: Set[str] = frozenset()

    @property
    def known_names(self) -> Set[str]:
        return {*CONTRACT, *REMARKS, *self.known, *self.columns}


@dataclass
class Noticed:
    """What people should know of a table beside its rows. Counts are complete when all rows were read."""

    lines_above: list[str] = field(default_factory=list)  # the header: titles, which are not read
    header_line: int = 1
    delimiter: str = ""
    sheets: list[str] = field(default_factory=list)  # that are read, one behind the other
    unread_sheets: list[str] = field(default_factory=list)  # that people see, and that have rows
    blank_rows: int = 0
    hidden_rows: int = 0  # which are read

    def note_above(self, rows: Iterable[list[str]]) -> None:
        self.lines_above += [" ".join(filter(None, map(str.strip, cells)))[:LONGEST_QUOTE] for cells in rows]


@dataclass(frozen=True)
class Table:
    """A heading, and what is below it: cells as text, each row with its number, which is that of its line or row in the
    file as `unit` says. Rows without a value are none.

    In a table that `is_even` (a CSV file) a row has a cell for each column, or something is wrong with it; in others
    (a sheet) there may be cells beside the header's.
    """

    heading: Heading
    unit: str
    records: Iterator[tuple[int, list[str]]]
    noticed: Noticed
    is_even: bool

    @property
    def header(self) -> list[str]:
        return self.heading.names

    @property
    def where(self) -> RenderedMessage:
        """The line or row of the header."""
        return messages.line_or_row(self.unit, self.noticed.header_line)


def table_below(
    header: Sequence[str], unit: str, records: Iterator[tuple[int, list[str]]], noticed: Noticed, *, is_even: bool
) -> Table:
    """Return the table of which these cells are the header. Raises FileRefused for a header that is too long."""
    refuse_too_wide(unit, noticed.header_line, header)
    if any(len(name) > LONGEST_NAME for name in header):
        raise too_long_row(unit, noticed.header_line, LONGEST_NAME)
    heading = heading_of(header)
    return Table(heading, unit, _evened(records, heading, is_even=is_even), noticed, is_even)


def _evened(
    records: Iterator[tuple[int, list[str]]], heading: Heading, *, is_even: bool
) -> Iterator[tuple[int, list[str]]]:
    """Yield the records with a cell for each column wherever nothing but blank cells are missing, or too many."""
    width = len(heading.names)
    fewest = max((at for at, name in enumerate(heading.names, 1) if name not in heading.nameless), default=0)
    for number, cells in records:
        if len(cells) < width and (len(cells) >= fewest or not is_even):
            yield number, cells + [""] * (width - len(cells))
        elif len(cells) > width and not any(map(str.strip, cells[width:])):
            yield number, cells[:width]
        else:
            yield number, cells


def becomes(name: str, columns: Mapping[str, str]) -> str:
    """Return the key of a column's values in a row."""
    return name if columns.get(name, AS_EXTRA) == AS_EXTRA else columns[name]


def refuse_too_wide(unit: str, number: int, cells: Sequence[str]) -> None:
    """Raise FileRefused of more columns than people can map."""
    if len(cells) > MAX_COLUMNS:
        where = messages.line_or_row(unit, number)
        raise FileRefused(messages.TOO_MANY_COLUMNS, where=where, most=GroupedNumber(MAX_COLUMNS))


def too_long_row(unit: str, number: int, most: int = MAX_ROW_CHARACTERS) -> FileRefused:
    where = messages.line_or_row(unit, number)
    return FileRefused(messages.TOO_LONG_ROW, where=where, most=GroupedNumber(most))


def is_blank(text: str) -> bool:
    """Whether a cell looks empty: it has nothing but blanks and invisible characters."""
    return not text.translate(_UNSEEN).strip()


_UNSEEN = dict.fromkeys([0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])


def has_value(cells: list[str]) -> bool:
    """Whether a row has a cell that does not look empty."""
    first = next(filter(None, map(str.strip, cells)), "")
    return bool(first) and (first.isascii() or not all(map(is_blank, cells)))


def field_names(resource: str) -> list[str]:
    return list(SERIALIZERS[resource]().fields)


def required_names(resource: str) -> list[str]:
    fields: Any = SERIALIZERS[resource]().fields
    return [name for name, field in fields.items() if field.required]
