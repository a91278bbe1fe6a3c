"""A cell of a table to the value that its column has on the wire. What does not fit the table's format goes as text:
its receiver refuses the row.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from receivables.uploads.files import formats
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField, JSONValueField
from receivables.uploads.rows.messages import CELL_ERROR_KEY, OTHER_FORMAT_KEY

_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)


class CellError(str):
    """What a cell of a workbook shows where its formula fails, such as #N/A."""

    __slots__ = ()


def cell_reader(known: Any, numbers: str, dates: str, day_cells: str) -> Callable[[str], Any]:
    """Return what reads the cells of a column that is this field of the contract, or none. A format that is empty
    leaves them as they are.
    """
    match known:
        case None:
            return str
        case AmountField():
            return partial(_amount, formats.NumberFormat(numbers or formats.NumberFormat.PLAIN))
        case BalanceField() if numbers:
            return partial(_balance, formats.NumberFormat(numbers))
        case DayField() if dates or day_cells:
            return partial(_day, formats.DateFormat(dates) if dates else None, day_cells == formats.DayCells.SWAPPED)
        case JSONValueField():
            return _json_value
        case _:
            return _text


def _text(cell: str) -> Any:
    return {CELL_ERROR_KEY: str(cell)} if type(cell) is CellError else cell


def _amount(number_format: formats.NumberFormat, cell: str) -> Any:
    """Return a plain number as the literal it is, anything else as text: its receiver warns of it, or refuses it."""
    text = _balance(number_format, cell)
    is_number = isinstance(text, str) and _PLAIN_NUMBER.fullmatch(text)
    return msgspec.Raw(text.encode()) if is_number else text


def _balance(number_format: formats.NumberFormat, cell: str) -> Any:
    text = cell if isinstance(cell, formats.Exact) else formats.number_text(cell, number_format)
    return _unread(cell, formats.number_text(cell, formats.NumberFormat.PLAIN)) if text is None else text


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
