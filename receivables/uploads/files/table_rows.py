"""The rows of a table as JSON: each cell in the type that its column has on the wire.

A file describes whole rows: an empty cell becomes null, which clears what is stored (and is refused where the field
is required); a column that is missing leaves it alone. What a cell should be is the receiver's to judge: one that
does not look its part goes as text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from itertools import islice
from typing import Any

import msgspec
from django.conf import settings
from django.utils.text import Truncator

from receivables.uploads.files import messages
from receivables.uploads.files.headings import ABSENT_FIELDS, REMARKS, Heading, positional_name
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.table_cells import cell_reader, json_object
from receivables.uploads.files.tables import (
    IGNORED,
    LONGEST_QUOTE,
    Reading,
    Table,
    becomes,
    field_names,
    refuse_too_wide,
)
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.rows.serializers import SERIALIZERS
from receivables.uploads.rows.unknown_keys import EXTRA

INSPECTED_ROWS = 1_000  # for values of columns without a name

Column = tuple[int, str, Callable[[str], Any]]  # its place, its name, and what reads its cells


def lines_of_table(table: Table, resource: str, reading: Reading) -> Iterator[tuple[int, bytes]]:
    """Yield each row as a line of JSON, with the line of the file that it begins in. Raises FileRefused, also for more
    JSON than an upload may have: a row of a few bytes may have a thousand columns, or refer to a long shared text.

    A row of too few or too many cells becomes an array of them, and how many the header has: its receiver refuses it.
    """
    if not table.header:
        return
    cells_of = _Cells(table, resource, reading)
    written = 0
    for line, cells in table.records:
        row = msgspec.json.encode(cells_of.row(line, cells), enc_hook=str)  # of texts that say what their cell held
        written += len(row)
        if written > settings.UPLOAD_MAX_BYTES:
            raise FileRefused(messages.TOO_MUCH_JSON, line=line, most=GroupedNumber(settings.UPLOAD_MAX_BYTES))
        yield line, row + b"\n"


class _Cells:
    """What becomes of the cells of a table's rows."""

    def __init__(self, table: Table, resource: str, reading: Reading):
        self.table, self.fields, self.reading = table, _fields(resource), reading
        self.width = len(table.header)
        self.optional: list[Column] = []  # that are left out where they have no value
        self.taken = self._taken()
        self.left_out_at = table.header.index(ABSENT_FIELDS) if ABSENT_FIELDS in table.header else None

    def row(self, line: int, cells: list[str]) -> Any:
        if len(cells) != self.width:
            if self.table.is_even:
                self.table.noticed.uneven_rows += 1
                return [*cells, self.width]
            cells = self._widened(line, cells)
        row = {name: read(cells[at]) if cells[at].strip() else None for at, name, read in self.taken}
        if self.optional:
            row |= {name: read(cells[at]) for at, name, read in self.optional if cells[at].strip()}
        if self.left_out_at is not None:
            return self._without_left_out(line, row, cells)
        return row

    def _widened(self, line: int, cells: list[str]) -> list[str]:
        """Take columns that stand beside the header's, too; return the cells with one for each column."""
        refuse_too_wide(f"{self.table.where.partition(' ')[0]} {line}", len(cells))
        taken = set(self.table.header)
        for at in range(self.width, len(cells)):
            self.table.header.append(positional_name(at, taken))
        self.optional += self._columns(range(self.width, len(cells)))
        _refuse_repeated(self.table.where, [name for _, name, _ in [*self.taken, *self.optional]])
        self.width = len(self.table.header)
        return cells + [""] * (self.width - len(cells))

    def _without_left_out(self, line: int, row: dict[str, Any], cells: list[str]) -> dict[str, Any]:
        """Return a row without what it left out when it was refused, unless somebody filled it in meanwhile."""
        assert self.left_out_at is not None
        names = _names(line, cells[self.left_out_at])
        of_keys = {self.table.header[at]: name for at, name, _ in self.taken}
        keys = {of_keys.get(name) for name in names}
        return {name: value for name, value in row.items() if value is not None or name not in keys}

    def _taken(self) -> list[Column]:
        header, where = self.table.header, self.table.where
        if Heading(header).is_of_statement:
            raise FileRefused(messages.STATEMENT)
        self._refuse_repeated_field()
        names = [self._becomes(name) for name in header]
        if not any(name in self.fields for name in names):
            example = next(name for name, field in self.fields.items() if field.required)
            raise FileRefused(messages.NO_FIELD, where=messages.line_or_row(where), field=example)
        _refuse_repeated(where, [name for name in names if name != IGNORED])
        columns = self._columns(range(self.width))
        self.optional = [column for column in columns if self._is_optional(column)]
        return [column for column in columns if not self._is_optional(column)]

    def _columns(self, positions: range) -> list[Column]:
        named = [(at, self._becomes(self.table.header[at])) for at in positions]
        return [(at, name, self._reader(name)) for at, name in named if name != IGNORED]

    def _reader(self, name: str) -> Callable[[str], Any]:
        if name == EXTRA:
            return json_object
        reading = self.reading
        return cell_reader(self.fields.get(name), reading.numbers, reading.dates, reading.day_cells)

    def _is_optional(self, column: Column) -> bool:
        at, name, _ = column
        return name == EXTRA or (self.table.header[at] in self.table.nameless and name not in self.fields)

    def _becomes(self, name: str) -> str:
        """Return the key of a column's values in a row."""
        if name in REMARKS:
            return IGNORED
        return becomes(name, self.reading.columns)

    def _refuse_repeated_field(self) -> None:
        """A field that several columns are called by is none of them until somebody says which."""
        for field, names in self.table.repeated.items():
            if field in self.fields and not self.reading.columns.keys() & set(names):
                quoted = ", ".join(names)[:LONGEST_QUOTE]
                where, count = messages.line_or_row(self.table.where), len(names)
                raise FileRefused(messages.REPEATED_FIELD, where=where, name=field, count=count, names=quoted)


def nameable_columns(table: Table) -> list[str]:
    """Return the names of the columns that people can say something of. Columns without a name are among them if they
    have a value, as far as is looked.
    """
    if not table.header:
        raise FileRefused(messages.NO_HEADER)
    if nul := next((at for at, name in enumerate(table.header, 1) if "\0" in name), None):
        raise FileRefused(messages.NUL_IN_NAME, where=messages.line_or_row(table.where), column=nul)
    if Heading(table.header).is_of_statement:
        raise FileRefused(messages.STATEMENT)
    if table.is_even and not table.nameless:
        return table.header
    filled = _filled_columns(table)
    beside = range(len(table.header), max(filled, default=0) + 1)
    names = [*table.header, *(positional_name(at, set(table.header)) for at in beside)]
    nameless = {*table.nameless, *names[len(table.header) :]}
    return [name for at, name in enumerate(names) if name not in nameless or at in filled]


def _filled_columns(table: Table) -> set[int]:
    """Return which columns have a value in the first rows. What is wrong with those is told when they are taken."""
    filled: set[int] = set()
    with suppress(FileRefused):
        for _, cells in islice(table.records, INSPECTED_ROWS):
            if not table.is_even or len(cells) <= len(table.header):
                filled.update(at for at, cell in enumerate(cells) if at not in filled and cell.strip())
    return filled


def _fields(resource: str) -> Any:
    return SERIALIZERS[resource]().fields


def _names(line: int, cell: str) -> list[str]:
    """Return the names that a row left out. Raises FileRefused for what the file never had in such a cell."""
    try:
        return msgspec.json.decode(cell, type=list[str]) if cell.strip() else []
    except msgspec.MsgspecError:
        raise FileRefused(messages.NO_NAMES, line=line, column=ABSENT_FIELDS) from None


def _refuse_repeated(where: str, names: list[str]) -> None:
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        quoted = Truncator(name).chars(LONGEST_QUOTE)
        raise FileRefused(messages.REPEATED, where=messages.line_or_row(where), name=quoted, count=count)


def nearest_field(name: str, resource: str) -> str | None:
    """Return the field of the contract that a column's name looks most like, if it looks like one."""
    folded = {_folded(known): known for known in field_names(resource)}
    near = get_close_matches(_folded(name[:100]), folded, n=1, cutoff=0.85)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return re.sub(r"(no|nr|num)$", "number", re.sub(r"[\W_]|\(\d+\)$", "", name).lower())
