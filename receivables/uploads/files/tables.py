"""A table as it is read from any file: a heading, and rows of cells below it.

Nothing is guessed: a column without a name is called after its position, and where a field of the contract is named
twice, each of the columns gets a name that is no field, so that the file's sender has to say which one it is.
table_rows says what its cells become on the wire.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain, count
from statistics import median

from openpyxl.utils import get_column_letter

from receivables.reports.statement_serializers import COLUMNS as COLUMNS_OF_STATEMENT
from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.messages import GroupedNumber, RenderedMessage
from receivables.uploads.reading.splitting import MAX_ROW_BYTES
from receivables.uploads.rows.serializers import SERIALIZERS

REMARK = "#"
ROW, ERRORS, TEXT, ABSENT_FIELDS = (f"{REMARK}{name}" for name in ("row", "errors", "text", "leftOut"))
REMARKS = (ROW, ERRORS, TEXT, ABSENT_FIELDS)  # columns of the file of rejected rows, with remarks on each row
CONTRACT = frozenset(str(name) for serializer in SERIALIZERS.values() for name in serializer().fields)
POSITIONAL_NAME = re.compile(r"column [A-Z]{1,3}", re.ASCII)  # by which a column without a name may be called
HEAD_ROWS = 20  # of which one is the heading


@dataclass(frozen=True)
class Heading:
    """The names of all columns, no two alike. `nameless` are those that the file gives no name: they are called after
    their position, and count only where they have values. `repeated` has the columns that the file calls alike, by the
    field of the contract that it is.
    """

    names: list[str]
    nameless: frozenset[str] = frozenset()
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_of_statement(self) -> bool:
        return set(COLUMNS_OF_STATEMENT) <= set(self.names)


def heading_of(cells: Sequence[str]) -> Heading:
    """Return the heading that a row of cells is."""
    written = [cell.strip() for cell in cells]
    counts = Counter(filter(None, written))
    used = set(written)
    names: list[str] = []
    seen: Counter[str] = Counter()
    for at, name in enumerate(written):
        seen[name] += 1
        if not name:
            names.append(positional_name(at, used))
        elif counts[name] > 1 and (seen[name] > 1 or name in CONTRACT):
            names.append(_unused((f"{name} ({number})" for number in count(seen[name])), used))
        else:
            names.append(name)
        used.add(names[-1])
    nameless = frozenset(name for name, was in zip(names, written, strict=True) if not was)
    repeated = {
        field: tuple(name for name, was in zip(names, written, strict=True) if was == field)
        for field in CONTRACT & counts.keys()
        if counts[field] > 1
    }
    return Heading(names, nameless, repeated)


def positional_name(at: int, used: Set[str]) -> str:
    """Return the name of a column that has none, by its position from 0."""
    name = f"column {get_column_letter(at + 1)}"
    return _unused(chain([name], (f"{name} ({number})" for number in count(2))), used)


def _unused(names: Iterable[str], used: Set[str]) -> str:
    return next(name for name in names if name not in used)


def known_names(cells: Iterable[str], known: Set[str]) -> int:
    """Return how many columns a row of cells would name that are known."""
    return len({cell.strip() for cell in cells} & known)


def is_heading(cells: Sequence[str], known: Set[str], *, is_first: bool) -> bool:
    """Whether a row surely is the heading. Below the first a single name that is known may be a text by chance."""
    return known_names(cells, known) >= (1 if is_first else 2)


def heading_among(rows: Sequence[Sequence[str]], known: Set[str]) -> int:
    """Return which of the first rows is the heading. Where none has names that are known, it is the first that is no
    title, for those fill a cell or two of a table.
    """
    sure = next((at for at, cells in enumerate(rows) if is_heading(cells, known, is_first=not at)), None)
    if sure is not None:
        return sure
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    usual = median(filled)
    return next((at for at, cells in enumerate(filled) if cells >= min(2, usual) and 2 * cells > usual), 0)


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
    from it. `known` are names of columns that were seen before: a line that has them is the header. Of a table that
    `is_cut`, rows are sent in parts, and all of them may be more than an upload may have.
    """

    encoding: str = "utf-8-sig"
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: str = ""
    dates: str = ""
    day_cells: str = ""
    delimiter: str = ""
    known: Set[str] = frozenset()
    is_cut: bool = False

    @property
    def known_names(self) -> Set[str]:
        return {*CONTRACT, *REMARKS, *self.known, *self.columns}

    def key_of(self, name: str) -> str:
        """Return the key of a column's values in a row, or IGNORED."""
        target = IGNORED if name in REMARKS else self.columns.get(name, AS_EXTRA)
        return name if target == AS_EXTRA else target


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


def refuse_too_wide(unit: str, number: int, cells: Sequence[str]) -> None:
    """Raise FileRefused of more columns than people can map."""
    if len(cells) > MAX_COLUMNS:
        where = messages.line_or_row(unit, number)
        raise FileRefused(messages.TOO_MANY_COLUMNS, where=where, most=GroupedNumber(MAX_COLUMNS))


def too_long_row(unit: str, number: int, most: int = MAX_ROW_CHARACTERS) -> FileRefused:
    where = messages.line_or_row(unit, number)
    return FileRefused(messages.TOO_LONG_ROW, where=where, most=GroupedNumber(most))


_UNSEEN = dict.fromkeys([0x00AD, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF])


def has_value(cells: list[str]) -> bool:
    """Whether a row has a cell that does not look empty, which is more than blanks and invisible characters."""
    first = next(filter(None, map(str.strip, cells)), "")
    return bool(first) and (first.isascii() or any(cell.translate(_UNSEEN).strip() for cell in cells))


def field_names(resource: str) -> list[str]:
    return list(SERIALIZERS[resource]().fields)
