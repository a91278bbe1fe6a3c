"""Rows of a spreadsheet that no query gives: what a report has added up, written as those that PostgreSQL writes."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from config.exports.cells import (
    EPOCH,
    EPOCH_BEFORE_UNIX_DAYS,
    ESCAPES,
    FIRST_RIGHT_DAY,
    LIKE_AN_ESCAPE,
    MAX_DIGITS,
    ROW_NUMBER,
    Style,
)

_ESCAPED = str.maketrans(ESCAPES)


def written_row(values: Sequence[Any]) -> bytes:
    """Return a row of texts, whole numbers, amounts, days, moments, or None, as `config.exports.cells` has them."""
    cells = (_cell(value, f"{xl_col_to_name(index)}{ROW_NUMBER}") for index, value in enumerate(values))
    return f'<row r="{ROW_NUMBER}">{"".join(cells)}</row>'.encode()


def _cell(value: Any, name: str) -> str:
    match value:
        case None | "":
            return f'<c r="{name}"/>'
        case datetime():
            days = value.astimezone(UTC).timestamp() / 86400 + EPOCH_BEFORE_UNIX_DAYS
            return _number(repr(days), name, Style.MOMENT)
        case date() if value >= FIRST_RIGHT_DAY:
            return _number(str((value - EPOCH).days), name, Style.DAY)
        case int():
            return _number(str(value), name, Style.WHOLE)
        case Decimal() if len(value.normalize().as_tuple().digits) <= MAX_DIGITS:
            return _number(f"{value:f}", name, Style.AMOUNT)
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    escaped = re.sub(LIKE_AN_ESCAPE, "_x005F_", text).translate(_ESCAPED)
    return f'<c r="{name}" t="inlineStr"><is><t xml:space="preserve">{escaped}</t></is></c>'


def _number(text: str, name: str, style: Style) -> str:
    return f'<c r="{name}" s="{style.value}"><v>{text}</v></c>'
