"""The rows of a table as JSON: each cell in the type that its column has on the wire.

A file describes whole rows: an empty cell becomes null, which clears what is stored (and is refused where the field
is required); a column that is missing leaves it alone. The receiver judges values: a cell that does not look
like one of its column goes as text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from difflib import get_close_matches
from functools import partial
from itertools import chain, islice
from typing import Any

import msgspec
from django.conf import settings
from django.utils.text import Truncator

from receivables.formats.numbers import NumberFormat, number_text
from receivables.uploads.files import formats, messages, tables
from receivables.uploads.files.formats import CellError
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import ABSENT_FIELDS, IGNORED, LONGEST_QUOTE, Reading, Table
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField
from receivables.uploads.rows.json_values import EXTRA, JSONValueField
from receivables.uploads.rows.messages import CELL_ERROR_KEY, OTHER_FORMAT_KEY
from receivables.uploads.rows.serializers import SERIALIZERS

INSPECTED_ROWS = 1_000  # for values of columns without a name

Column = tuple[int, str, Callable[[str], Any]]  # its position, its name, and what reads its cells


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
        if written > settings.UPLOAD_MAX_BYTES and not reading.is_cut:
            raise FileRefused(messages.TOO_MUCH_JSON, line=line, most=GroupedNumber(settings.UPLOAD_MAX_BYTES))
        yield line, row + b"\n"


class _Cells:
    """What becomes of the cells of a table's rows."""

    def __init__(self, table: Table, resource: str, reading: Reading):
        self.table, self.reading = table, reading
        self.fields: Any = SERIALIZERS[resource]().fields
        self._refuse_unusable_header()
        self.width = 0
        self.columns: list[Column] = []
        self.optional: list[Column] = []  # that a row has only where they have a value
        self._add_columns()
        self.absent_at = table.header.index(ABSENT_FIELDS) if ABSENT_FIELDS in table.header else None

    def row(self, line: int, cells: list[str]) -> Any:
        if len(cells) != self.width:
            if self.table.is_even:
                return [*cells, self.width]
            cells = self._widened(line, cells)
        row = {name: read(cells[at]) if cells[at].strip() else None for at, name, read in self.columns}
        if self.optional:
            row |= {name: read(cells[at]) for at, name, read in self.optional if cells[at].strip()}
        if self.absent_at is not None:
            return self._without_absent_fields(line, row, cells[self.absent_at].strip())
        return row

    def _widened(self, line: int, cells: list[str]) -> list[str]:
        """Add columns for cells beside the header's; return the cells with one for each column."""
        tables.refuse_too_wide(self.table.unit, line, cells)
        used = set(self.table.header)
        beside = [tables.positional_name(at, used) for at in range(self.width, len(cells))]
        self.table.header.extend(beside)
        self._add_columns(are_optional=True)
        return cells + [""] * (self.width - len(cells))

    def _without_absent_fields(self, line: int, row: dict[str, Any], absent: str) -> dict[str, Any]:
        """Return a row without the fields that it did not have when it was rejected, unless they have a value now.
        Raises FileRefused for a cell that our own files never have.
        """
        of_keys = {self.table.header[at]: name for at, name, _ in self.columns}
        try:
            keys = {of_keys.get(name) for name in msgspec.json.decode(absent or "[]", type=list[str])}
        except msgspec.MsgspecError:
            raise FileRefused(messages.NO_NAMES, line=line, column=ABSENT_FIELDS) from None
        return {name: value for name, value in row.items() if value is not None or name not in keys}

    def _add_columns(self, *, are_optional: bool = False) -> None:
        """Add the columns of the header that are not there yet. Raises FileRefused where two have the same key."""
        for at, named in enumerate(self.table.header[self.width :], self.width):
            name = self.reading.key_of(named)
            is_nameless = named in self.table.heading.nameless and name not in self.fields
            if name != IGNORED:
                columns = self.optional if are_optional or is_nameless or name == EXTRA else self.columns
                formats = self.reading.numbers, self.reading.dates, self.reading.day_cells
                read = json_object if name == EXTRA else cell_reader(self.fields.get(name), *formats)
                columns.append((at, name, read))
        self.width = len(self.table.header)
        counts = Counter(name for _, name, _ in chain(self.columns, self.optional))
        name, count = counts.most_common(1)[0]
        if count > 1:
            quoted = Truncator(name).chars(LONGEST_QUOTE)
            raise FileRefused(messages.REPEATED, where=self.table.where, name=quoted, count=count)

    def _refuse_unusable_header(self) -> None:
        if self.table.heading.is_of_statement:
            raise FileRefused(messages.STATEMENT)
        where = self.table.where
        # Where several columns are called by one field, the sender says which of them it is.
        for field, names in self.table.heading.repeated.items():
            if field in self.fields and not self.reading.columns.keys() & set(names):
                quoted = ", ".join(names)[:LONGEST_QUOTE]
                raise FileRefused(messages.REPEATED_FIELD, where=where, name=field, count=len(names), names=quoted)
        if not any(self.reading.key_of(name) in self.fields for name in self.table.header):
            example = next(name for name, field in self.fields.items() if field.required)
            raise FileRefused(messages.NO_FIELD, where=where, field=example)


def nameable_columns(table: Table) -> list[str]:
    """Return the names of the columns that people can say something of. Columns without a name are among them if they
    have a value in the first rows.
    """
    if not table.header:
        raise FileRefused(messages.NO_HEADER)
    if nul := next((at for at, name in enumerate(table.header, 1) if "\0" in name), None):
        raise FileRefused(messages.NUL_IN_NAME, where=table.where, column=nul)
    if table.heading.is_of_statement:
        raise FileRefused(messages.STATEMENT)
    if table.is_even and not table.heading.nameless:
        return table.header
    filled = _filled_columns(table)
    beside = range(len(table.header), max(filled, default=0) + 1)
    names = [*table.header, *(tables.positional_name(at, set(table.header)) for at in beside)]
    nameless = {*table.heading.nameless, *names[len(table.header) :]}
    return [name for at, name in enumerate(names) if name not in nameless or at in filled]


def _filled_columns(table: Table) -> set[int]:
    """Return which columns have a value in the first rows. What is wrong with those is said when all rows are read."""
    filled: set[int] = set()
    with suppress(FileRefused):
        for _, cells in islice(table.records, INSPECTED_ROWS):
            if not table.is_even or len(cells) <= len(table.header):
                filled.update(at for at, cell in enumerate(cells) if at not in filled and cell.strip())
    return filled


def nearest_field(name: str, resource: str) -> str | None:
    """Return the field of the contract that a column's name looks most like, if it looks like one."""
    folded = {_folded(known): known for known in tables.field_names(resource)}
    near = get_close_matches(_folded(name[:100]), folded, n=1, cutoff=0.85)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return re.sub(r"(no|nr|num)$", "number", re.sub(r"[\W_]|\(\d+\)$", "", name).lower())


_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)


def cell_reader(known: Any, numbers: str, dates: str, day_cells: str) -> Callable[[str], Any]:
    """Return what reads the cells of a column that is this field of the contract, or none. A format that is empty
    leaves them as they are.
    """
    match known:
        case None:
            return str
        case AmountField():
            return partial(_amount, NumberFormat(numbers or NumberFormat.PLAIN))
        case BalanceField() if numbers:
            return partial(_balance, NumberFormat(numbers))
        case DayField() if dates or day_cells:
            return partial(_day, formats.DateFormat(dates) if dates else None, day_cells == formats.DayCells.SWAPPED)
        case JSONValueField():
            return _json_value
        case _:
            return _text


def _text(cell: str) -> Any:
    return {CELL_ERROR_KEY: str(cell)} if type(cell) is CellError else cell


def _amount(number_format: NumberFormat, cell: str) -> Any:
    """Return a plain number as the literal it is, anything else as text: its receiver warns of it, or refuses it."""
    text = _balance(number_format, cell)
    is_number = isinstance(text, str) and _PLAIN_NUMBER.fullmatch(text)
    return msgspec.Raw(text.encode()) if is_number else text


def _balance(number_format: NumberFormat, cell: str) -> Any:
    text = cell if isinstance(cell, formats.Exact) else number_text(cell, number_format)
    return _unread(cell, number_text(cell, NumberFormat.PLAIN)) if text is None else text


def _day(date_format: formats.DateFormat | None, is_swapped: bool, cell: str) -> Any:
    if isinstance(cell, formats.ExactDay):
        return formats.swapped_day(cell) if is_swapped else cell
    if date_format is None or isinstance(cell, formats.Exact):
        return _text(cell)
    return formats.day_text(cell, date_format) or _unread(cell, formats.day_text(cell, formats.DateFormat.ISO))


def _unread(cell: str, receiver_reads: str | None) -> Any:
    """Return a cell that is not of the table's format, so that its receiver cannot take it for another value."""
    return {OTHER_FORMAT_KEY: cell} if receiver_reads else _text(cell)


def _json_value(cell: str) -> Any:
    """Return the JSON that a cell holds, exactly, or its text where it holds none."""
    try:
        return msgspec.Raw(msgspec.json.format(str(cell), indent=-1).encode())
    except (msgspec.MsgspecError, RecursionError):
        return cell


def json_object(cell: str) -> Any:
    """Return the JSON object that a cell holds, else its text."""
    return _json_value(cell) if cell.lstrip().startswith("{") else str(cell)
