"""A table as it is read from any file: a header, and rows of cells below it.

What its cells become on the wire is told in table_rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.messages import GroupedNumber
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


@dataclass
class Noticed:
    """What people are told of a table beside its rows. Counts are complete when all rows were read."""

    lines_above: list[str] = field(default_factory=list)  # the header: titles, which are not read
    header_line: int = 1
    delimiter: str = ""
    sheets: list[str] = field(default_factory=list)  # that are read, one behind the other
    unread_sheets: list[str] = field(default_factory=list)  # that people see, and that have rows
    blank_rows: int = 0
    hidden_rows: int = 0  # which are read
    uneven_rows: int = 0  # of more or fewer cells than the header

    def note_above(self, cells: list[str]) -> None:
        self.lines_above.append(" ".join(filter(None, map(str.strip, cells)))[:LONGEST_QUOTE])


@dataclass(frozen=True)
class Table:
    """A header with a name for each column, where it stands, and what is below it: cells as text, each row with the
    line it begins in. Rows without a value are none.

    `nameless` are the columns that the file gives no name: they are called after their place, and are of no account
    where they have no value. `repeated` has the columns that the file calls alike, by the contract's field that it is.
    In a table that `is_even` (a CSV file) a row has a cell for each column, or something is wrong with it; in others
    (a sheet) cells may stand beside the header's.
    """

    header: list[str]
    where: str
    records: Iterator[tuple[int, list[str]]]
    nameless: Set[str] = frozenset()
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_even: bool = True
    noticed: Noticed = field(default_factory=Noticed)

    def evened(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the records with a cell for each column wherever nothing but blank cells are missing, or too many."""
        width = len(self.header)
        fewest = max((at for at, name in enumerate(self.header, 1) if name not in self.nameless), default=0)
        for line, cells in self.records:
            if len(cells) == width:
                yield line, cells
            elif len(cells) < width:
                is_whole = len(cells) >= fewest or not self.is_even
                yield line, cells + [""] * (width - len(cells)) if is_whole else cells
            else:
                yield line, cells if any(map(str.strip, cells[width:])) else cells[:width]


def becomes(name: str, columns: Mapping[str, str]) -> str:
    """Return the key of a column's values in a row."""
    return name if columns.get(name, AS_EXTRA) == AS_EXTRA else columns[name]


def refuse_too_wide(where: str, column_count: int) -> None:
    """Raise FileRefused of more columns than anybody can say the meaning of."""
    if column_count > MAX_COLUMNS:
        raise FileRefused(messages.TOO_MANY_COLUMNS, where=messages.line_or_row(where), most=GroupedNumber(MAX_COLUMNS))


def refuse_too_long(where: str, names: Iterable[str]) -> None:
    """Raise FileRefused of a column's name that is longer than any."""
    if any(len(name) > LONGEST_NAME for name in names):
        raise too_long_row(where, LONGEST_NAME)


def too_long_row(where: str, most: int = MAX_ROW_CHARACTERS) -> FileRefused:
    """The refusal of a row with more text than is taken."""
    return FileRefused(messages.TOO_LONG_ROW, where=messages.line_or_row(where), most=GroupedNumber(most))


def is_blank(text: str) -> bool:
    """Whether a cell looks empty: it has nothing but blanks and characters that nobody sees."""
    return not text.translate(_UNSEEN).strip()


_UNSEEN = dict.fromkeys([0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])


def has_value(cells: list[str]) -> bool:
    """Whether a row of cells is one."""
    first = next(filter(None, map(str.strip, cells)), "")
    return bool(first) and (first.isascii() or not all(map(is_blank, cells)))


def field_names(resource: str) -> list[str]:
    return list(SERIALIZERS[resource]().fields)


def required_names(resource: str) -> list[str]:
    fields: Any = SERIALIZERS[resource]().fields
    return [name for name, field in fields.items() if field.required]
