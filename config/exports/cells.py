"""Rows of a spreadsheet as SpreadsheetML (ECMA-376, part 1, 18.3); PostgreSQL writes them.

What is missing has no cell, or an empty one. A text is a string cell, which a spreadsheet never runs as a formula nor
makes a link or a number of. Nothing is rounded, and nothing cut in silence.
"""

import re
from datetime import date
from enum import IntEnum
from typing import Any

from django.db import models
from django.db.models import Case, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Length, NullIf
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThanOrEqual, Regex
from xlsxwriter.utility import xl_col_to_name

from config.exports.copying import joined, json_value, stored

ROW_NUMBER = "\x03"  # replaced by the row's number; no text has it, for control characters are escaped
MAX_DIGITS = 15  # that a spreadsheet's numbers hold
MAX_TEXT = 32_767  # UTF-16 units in a cell
# Day 0 of a spreadsheet. It takes 1900 for a leap year, so that its days are right from March of that year on.
EPOCH, FIRST_RIGHT_DAY = date(1899, 12, 30), date(1900, 3, 1)
EPOCH_BEFORE_UNIX_DAYS = 25_569
DAYS = "(%(expressions)s)"
DAYS_AND_TIME = f"(extract(epoch from %(expressions)s) / 86400 + {EPOCH_BEFORE_UNIX_DAYS})::float8"

# XML cannot hold these, or does not keep them; spreadsheets write them as _x0001_ (18.18.97, ST_Xstring).
UNHOLDABLE = [chr(code) for code in (*range(0x01, 0x09), *range(0x0B, 0x20), 0xFFFE, 0xFFFF)]
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;"} | {c: f"_x{ord(c):04X}_" for c in UNHOLDABLE}
# Also where its last _ would be the first of an escape that follows.
LIKE_AN_ESCAPE = f"_(?=x[0-9A-Fa-f]{{4}}[_{''.join(UNHOLDABLE)}])"
# Made once: of a thousand expressions Django takes a third of a second to make SQL.
ESCAPING = f"regexp_replace(%(expressions)s, '{LIKE_AN_ESCAPE}', '_x005F_', 'g')"
for _character, _escape in ESCAPES.items():
    ESCAPING = f"replace({ESCAPING}, '{_character}', '{_escape}')"
NOT_PLAIN = r"[&<>\u0001-\u001f\ufffe\uffff]|_x|^ | $"
ABOVE_16_BITS = r"[\U00010000-\U0010ffff]"  # two UTF-16 units each

# Instead of a text that no cell can hold.
REMARK_START = "["
REMARK_END = " characters, more than a cell can hold: format=csv and format=ndjson give them all]"
_REMARK = re.compile(rf"{re.escape(REMARK_START)}\d+{re.escape(REMARK_END)}", re.ASCII)


class Style(IntEnum):
    """How a spreadsheet shows a kind of column: the number of its cells' format in the workbook."""

    TEXT, WHOLE, AMOUNT, DAY, MOMENT = range(5)


STYLES: dict[type, Style] = {
    models.DateTimeField: Style.MOMENT,  # before days, which it is a kind of
    models.DateField: Style.DAY,
    models.DecimalField: Style.AMOUNT,
    models.IntegerField: Style.WHOLE,
}
NUMBER_FORMATS = {
    Style.WHOLE: "0",
    Style.AMOUNT: "#,##0.00##",  # all four places that amounts have; "General" rounds what it shows
    Style.DAY: "yyyy-mm-dd",
    Style.MOMENT: 'yyyy-mm-dd hh:mm:ss"Z"',  # a spreadsheet's moment has no zone, so the cell says UTC
}
WIDTHS = {Style.TEXT: 20, Style.WHOLE: 12, Style.AMOUNT: 18, Style.DAY: 12, Style.MOMENT: 22}


def style_of(field: Any) -> Style:
    return next((style for kind, style in STYLES.items() if isinstance(stored(field), kind)), Style.TEXT)


def is_remark(text: object) -> bool:
    """Whether a cell holds a remark instead of its text."""
    return isinstance(text, str) and text.endswith(REMARK_END) and _REMARK.fullmatch(text) is not None


def sheet_row(columns: dict[str, Any]) -> Func:
    first, *others = (_cell(field, xl_col_to_name(index)) for index, field in enumerate(columns.values()))
    start = Coalesce(first, Value(f'<c r="A{ROW_NUMBER}"/>'))  # or a row without a value would be none to some readers
    parts = [Value(f'<row r="{ROW_NUMBER}">'), start, *others, Value("</row>")]
    return Func(*parts, function="concat", output_field=TextField())


def _cell(field: Any, letters: str) -> Case | Func:
    """A cell of a number where a spreadsheet can hold it rightly, otherwise of the text that JSON has."""
    column, style = F(field.attname), style_of(field)
    if isinstance(stored(field), models.UUIDField):
        return _plain_cell(Cast(column, TextField()), letters)
    if style is Style.TEXT:
        return _text(_fitting(field) if isinstance(stored(field), models.JSONField) else column, letters)
    is_number: Any = GreaterThanOrEqual(column, Value(FIRST_RIGHT_DAY))
    match style:
        case Style.DAY:
            number: Any = Func(column, Value(EPOCH), template=DAYS, arg_joiner=" - ", output_field=IntegerField())
        case Style.MOMENT:
            number = Func(column, template=DAYS_AND_TIME, output_field=TextField())
        case _:
            is_number, number = LessThanOrEqual(_significant_digits(column), MAX_DIGITS), json_value(field)
    cell = joined(f'<c r="{letters}{ROW_NUMBER}" s="{style.value}"><v>', number, "</v></c>")
    return Case(When(is_number, then=cell), default=_plain_cell(json_value(field), letters), output_field=TextField())


def _significant_digits(column: F) -> Length:
    digits = Func(Cast(column, TextField()), Value("-."), Value(""), function="translate", output_field=TextField())
    return Length(Func(digits, Value("0"), function="btrim", output_field=TextField()))


def _fitting(field: Any) -> Case:
    """A text of JSON, or instead of one that no cell can hold a sentence that says so."""
    text = Cast(field.attname, TextField())
    pairs = Func(text, Value(ABOVE_16_BITS), function="regexp_count", output_field=IntegerField())
    units = Length(text) + pairs
    bytes_ = Func(text, function="octet_length", output_field=IntegerField())  # never fewer, and known at once
    is_too_long = Q(GreaterThan(bytes_, MAX_TEXT)) & Q(GreaterThan(units, MAX_TEXT))
    remark = joined(REMARK_START, units, REMARK_END)
    return Case(When(is_too_long, then=remark), default=text, output_field=TextField())


def _text(text: Any, letters: str) -> Case:
    """A cell of the text as it is where that is XML, as it mostly is; escaping costs several times as much."""
    start, end = f'<c r="{letters}{ROW_NUMBER}" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
    escaped = Func(text, template=ESCAPING, output_field=TextField())
    not_plain = When(Regex(text, NOT_PLAIN), then=joined(start, escaped, end))
    return Case(not_plain, default=_plain_cell(NullIf(text, Value("")), letters), output_field=TextField())


def _plain_cell(text: Any, letters: str) -> Func:
    return joined(f'<c r="{letters}{ROW_NUMBER}" t="inlineStr"><is><t>', text, "</t></is></c>")
