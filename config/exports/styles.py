"""How a spreadsheet shows each kind of column."""

from enum import IntEnum
from typing import Any

from django.db.models import DateField, DateTimeField, DecimalField, IntegerField

from config.exports.expressions import stored


class Style(IntEnum):
    """The number of a cell's format in the workbook."""

    TEXT, WHOLE, AMOUNT, DAY, MOMENT = range(5)


NUMBER_FORMATS = {
    Style.WHOLE: "0",
    Style.AMOUNT: "#,##0.00##",  # all four places that amounts have; "General" rounds what it shows
    Style.DAY: "yyyy-mm-dd",
    Style.MOMENT: 'yyyy-mm-dd hh:mm:ss"Z"',  # a spreadsheet's moment has no zone, so the cell says UTC
}
WIDTHS = {Style.TEXT: 20, Style.WHOLE: 12, Style.AMOUNT: 18, Style.DAY: 12, Style.MOMENT: 22}


def style_of(field: Any) -> Style:
    match stored(field):
        case DateTimeField():
            return Style.MOMENT
        case DateField():
            return Style.DAY
        case DecimalField():
            return Style.AMOUNT
        case IntegerField():
            return Style.WHOLE
        case _:
            return Style.TEXT
