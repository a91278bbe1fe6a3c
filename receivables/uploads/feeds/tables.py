"""A table with a header to rows of JSON: each cell in the type that its column has on the wire.

A file describes whole rows: an empty cell becomes null, which clears what is stored (and is refused where the field
is required); a column that is missing leaves it alone. What a cell should be is the receiver's to judge: one that
does not look its part goes as text.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import msgspec
from django.conf import settings
from django.utils.text import Truncator

from receivables.uploads.feeds import messages
from receivables.uploads.feeds.table_cells import cell_reader
from receivables.uploads.messages import Told
from receivables.uploads.serializers import SERIALIZERS
from receivables.uploads.splitting import MAX_ROW_BYTES

MAX_COLUMNS = 1000
MAX_ROW_CHARACTERS = MAX_ROW_BYTES  # more is no row to its receiver
MAX_BEFORE_HEADER = 4 * 1024 * 1024  # bytes: a web request waits for the header
LONGEST_QUOTE = 100  # characters of a cell that a message repeats
LEFT_OUT, KEPT = "-", "+"  # what a column may become instead of a field of the contract

Column = tuple[int, str, Callable[[str], Any]]  # its place, its name, and what reads its cells


class TableRefused(ValueError):
    """The table is broken, or has no header; what is told names the line, counted from 1."""

    def __init__(self, told: Told):
        super().__init__(told.message)
        self.told = told


@dataclass(frozen=True)
class Reading:
    """How a table is to be read. `columns` says what becomes of a column by its name: a field of the contract, KEPT
    under its own name, or LEFT_OUT; of one that it does not name, its own name says so. `numbers` and `dates` are
    formats of formats.py, empty where none is known: amounts are then plain, and days as their receiver takes them.
    `day_cells` says whether a workbook's days beside texts are right.
    """

    encoding: str = "utf-8-sig"
    sheet: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    numbers: str = ""
    dates: str = ""
    day_cells: str = ""


@dataclass(frozen=True)
class Table:
    """A header, where it stands, and what is below it: cells as text, each row with the line it begins in."""

    header: list[str]
    where: str
    records: Iterator[tuple[int, list[str]]]


def rows_of_table(table: Table, resource: str, reading: Reading) -> Iterator[tuple[int, bytes]]:
    """Yield each row as a JSON object, with the line it begins in. Raises TableRefused, also for more JSON than is
    taken: a row of a few bytes may have a thousand columns, or name a long text that stands elsewhere.
    """
    taken = _columns(table, resource, reading)
    written = 0
    for line, cells in table.records:
        values = {name: read(cells[at]) if cells[at].strip() else None for at, name, read in taken}
        row = msgspec.json.encode(values, enc_hook=str)  # of texts that say what their cell held
        written += len(row)
        if written > settings.UPLOAD_MAX_BYTES:
            raise TableRefused(messages.TOO_MUCH_JSON.told(line=line, most=f"{settings.UPLOAD_MAX_BYTES:,}"))
        yield line, row


def refuse_too_wide(where: str, column_count: int) -> None:
    """Raise TableRefused of more columns than anybody can say the meaning of."""
    if column_count > MAX_COLUMNS:
        raise TableRefused(messages.TOO_MANY_COLUMNS.told(where=where, most=f"{MAX_COLUMNS:,}"))


def too_long_row(where: str) -> TableRefused:
    """The refusal of a row with more text than is taken."""
    return TableRefused(messages.TOO_LONG_ROW.told(where=where, most=f"{MAX_ROW_CHARACTERS:,}"))


def refuse_unclear(table: Table) -> None:
    """Raise TableRefused where the header cannot tell one column from another, or cannot be kept."""
    if not table.header:
        raise TableRefused(messages.NO_HEADER.told())
    if nul := next((at for at, name in enumerate(table.header, 1) if "\0" in name), None):
        raise TableRefused(messages.NUL_IN_NAME.told(where=table.where, column=nul))
    _refuse_nameless(table)
    _refuse_repeated(table.where, table.header)


def _columns(table: Table, resource: str, reading: Reading) -> list[Column]:
    fields: Any = SERIALIZERS[resource]().fields
    names = [becomes(name, reading.columns) for name in table.header]
    if not any(name in fields for name in names):
        example = next(name for name, field in fields.items() if field.required)
        raise TableRefused(messages.NO_FIELD.told(where=table.where, field=example))
    _refuse_nameless(table)
    _refuse_repeated(table.where, [name for name in names if name != LEFT_OUT])
    written = reading.numbers, reading.dates, reading.day_cells
    return [(at, name, cell_reader(fields.get(name), *written)) for at, name in enumerate(names) if name != LEFT_OUT]


def _refuse_nameless(table: Table) -> None:
    if "" in table.header:
        column = table.header.index("") + 1
        raise TableRefused(messages.NAMELESS.told(where=table.where, column=column))


def becomes(name: str, columns: Mapping[str, str]) -> str:
    """Return the key of a column's values in a row."""
    return name if columns.get(name, KEPT) == KEPT else columns[name]


def _refuse_repeated(where: str, names: list[str]) -> None:
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise TableRefused(messages.REPEATED.told(where=where, name=Truncator(name).chars(LONGEST_QUOTE), count=count))


def field_names(resource: str) -> list[str]:
    return list(SERIALIZERS[resource]().fields)


def required_names(resource: str) -> list[str]:
    return [name for name, field in SERIALIZERS[resource]().fields.items() if field.required]


def nearest_field(name: str, resource: str) -> str | None:
    """Return the field of the contract that a column's name looks most like, if it looks like one."""
    folded = {_folded(known): known for known in field_names(resource)}
    near = get_close_matches(_folded(name[:100]), folded, n=1, cutoff=0.85)
    return folded[near[0]] if near else None


def _folded(name: str) -> str:
    return re.sub(r"(no|nr|num)$", "number", re.sub(r"[\W_]", "", name).lower())
