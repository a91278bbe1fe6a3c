"""A rejected row as cells of a table, from which the same row can be read again.

The contract's fields and other texts have a column each. What a column would change (a number under a name that the
contract lacks, a name that cannot be a column's) is JSON under `extra`, as in lists.
"""

import re
from collections.abc import Iterable, Set
from decimal import Decimal
from typing import Any

import msgspec

from config.exports.cells import is_remark
from receivables.uploads.files.headings import REMARKS
from receivables.uploads.files.tables import MAX_COLUMNS
from receivables.uploads.messages import printable
from receivables.uploads.reading.literal_json import BrokenJSON, read_value
from receivables.uploads.reading.texts import storable
from receivables.uploads.rows.fields import AmountField, JSONValueField
from receivables.uploads.rows.messages import CELL_FAULTS
from receivables.uploads.rows.unknown_keys import EXTRA

MOST_DIGITS = 100  # before or behind the point of a number that is written without its exponent
MOST_NAMES = MAX_COLUMNS - 100  # of columns that the contract lacks
NULL = b"null"
_WITH_EXPONENT = re.compile(r"-?\d{1,100}(?:\.\d{1,100})?[eE][+-]?\d{1,3}", re.ASCII)

Values = dict[str, msgspec.Raw]


def columns_of(rows: Iterable[Values], fields: dict[str, Any]) -> list[str]:
    """Return the names that are columns: the contract's in its order, then others as they come."""
    known: set[str] = set()
    others: dict[str, None] = {}
    for values in rows:
        known |= values.keys() & fields.keys()
        others |= {name: None for name, value in values.items() if name not in fields and _has_column(name, value)}
    return [*filter(known.__contains__, fields), *list(others)[:MOST_NAMES]]


def cells_of(values: Values, fields: dict[str, Any], columns: Set[str]) -> tuple[dict[str, str], Values] | None:
    """Return the texts of a row's cells by the names of their columns, and what no column can hold; None for a row that
    names a value twice.
    """
    cells: dict[str, str] = {}
    beside: Values = {}
    for name, value in values.items():
        if name in fields:
            cells[name] = _of_field(fields[name], bytes(value))
        elif name in columns and _has_column(name, value):
            cells[name] = _decoded(bytes(value)) or ""
        elif name != EXTRA or not bytes(value).startswith(b"{"):
            beside[name] = value
    extra = values.get(EXTRA, msgspec.Raw())
    members = msgspec.json.decode(extra, type=Values) if bytes(extra).startswith(b"{") else {}
    if members.keys() & values.keys():
        return None
    return cells, beside | members


def _has_column(name: str, value: msgspec.Raw) -> bool:
    """Whether a value that the contract lacks is the same when it is read from a column of its own."""
    can_be_column = name == name.strip() and name and name not in REMARKS and name != EXTRA and storable(name)
    if not can_be_column or bytes(value) == NULL:
        return bool(can_be_column)
    text = _decoded(bytes(value))
    return bool(text and text.strip() and storable(text))


def _of_field(known: Any, value: bytes) -> str:
    if value == NULL:
        return ""
    text = _decoded(value)
    if isinstance(known, JSONValueField):
        return value.decode() if text is None or _may_be_json(text) else text
    text = text if text is not None else _of_unread_cell(value)
    if text is None:
        return _plain(value.decode()) if isinstance(known, AmountField) else value.decode()
    return text if storable(text) else printable(text)


def _of_unread_cell(value: bytes) -> str | None:
    """Return the text of a cell that could not be read when the row came from a table."""
    if not value.startswith(b'{"#'):
        return None
    try:
        texts = msgspec.json.decode(value, type=dict[str, str])
    except msgspec.MsgspecError:
        return None
    return next((texts[key] for key in CELL_FAULTS if key in texts), None)


def _decoded(value: bytes) -> str | None:
    """Return the text that a JSON value is, if it is one."""
    if not value.startswith(b'"'):
        return None
    try:
        return msgspec.json.decode(value, type=str)
    except msgspec.MsgspecError:  # half a surrogate pair
        return None


def _may_be_json(text: str) -> bool:
    """Whether the reader of a cell would take its text for something else."""
    if not text.strip() or not storable(text) or is_remark(text):
        return True
    try:
        read_value(text)
    except BrokenJSON:
        return False
    return True


def _plain(literal: str) -> str:
    """Return a number without its exponent, which in a table is the mark of a number that a spreadsheet shortened."""
    if not _WITH_EXPONENT.fullmatch(literal):
        return literal
    number = Decimal(literal)
    return f"{number:f}" if abs(number.adjusted()) < MOST_DIGITS else literal
