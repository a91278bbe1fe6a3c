"""A table with a header line to rows of JSON: each cell in the type that its column has on the wire.

A file describes whole rows: an empty cell becomes null, which clears what is stored (and is refused where the field
is required); a column that is missing leaves it alone. What a cell should be is the receiver's to judge: one that
does not look its part goes as text.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, Any

import msgspec

from receivables.uploads.fields import AmountField, JSONValueField
from receivables.uploads.serializers import CustomerUploadSerializer, InvoiceUploadSerializer

DELIMITERS = ",;"
SERIALIZERS = {
    serializer.Meta.resource.value: serializer for serializer in (InvoiceUploadSerializer, CustomerUploadSerializer)
}
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)

Column = tuple[str, Callable[[str], Any]]  # its name, and what reads its cells


class TableRefused(ValueError):
    """The table is broken, or its first line is no header; the message names the line, counted from 1."""


def rows_of_table(file: IO[bytes], resource: str) -> Iterator[bytes]:
    """Yield each row of a CSV file in UTF-8 as a JSON object; blank lines are none. Raises TableRefused."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        yield from _rows(text, resource)
    except UnicodeDecodeError:
        raise TableRefused("The file is not UTF-8. Save it as CSV in UTF-8.") from None
    finally:
        text.detach()  # the file is its opener's to close


def _rows(text: Iterator[str], resource: str) -> Iterator[bytes]:
    lines = _records(text)
    _, header = next(lines, (1, []))
    columns = _columns(header, resource)
    for line, cells in lines:
        if len(cells) != len(columns):
            message = f"line {line} has {len(cells)} cells, the header {len(columns)}. Mend the line, or its quotes."
            raise TableRefused(message)
        yield msgspec.json.encode(
            {name: read(cell) if cell.strip() else None for (name, read), cell in zip(columns, cells, strict=True)}
        )


def _records(text: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the line each record begins in, and its cells. Quotes are read strictly: one that is never closed would
    swallow the rows behind it.
    """
    first = next(text, "")
    reader = csv.reader(chain([first], text), delimiter=_delimiter(first), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableRefused(f"The record that begins in line {line} is no CSV: {error}.") from None


def _delimiter(header: str) -> str:
    """Return what cuts the header into more cells."""
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([header], delimiter=delimiter), [])))


def _columns(header: list[str], resource: str) -> list[Column]:
    names = [name.strip() for name in header]
    fields: Any = SERIALIZERS[resource]().fields
    known = [name for name in names if name in fields]
    if not known:
        example = next(name for name, field in fields.items() if field.required)
        raise TableRefused(f"line 1 names no field of the contract, such as {example}. Begin with a header line.")
    if "" in names:
        raise TableRefused(f"line 1: column {names.index('') + 1} has no name. Name it, or remove the column.")
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise TableRefused(f"line 1 names {name} {count} times. Name each column once.")
    return [(name, _cell_reader(fields.get(name))) for name in names]


def _cell_reader(field: Any) -> Callable[[str], Any]:
    if isinstance(field, AmountField):
        return _amount
    return _json_value if isinstance(field, JSONValueField) else str


def _amount(cell: str) -> Any:
    """Return a plain number as the literal it is, anything else as text."""
    return msgspec.Raw(cell.strip().encode()) if _PLAIN_NUMBER.fullmatch(cell.strip()) else cell


def _json_value(cell: str) -> Any:
    """Return the JSON that a cell holds, exactly, or its text where it holds none."""
    try:
        return msgspec.Raw(msgspec.json.format(cell, indent=-1).encode())
    except (msgspec.MsgspecError, RecursionError):
        return cell
