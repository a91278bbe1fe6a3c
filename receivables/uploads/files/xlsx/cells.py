"""The texts that stand for a workbook's cells in a CSV file. openpyxl says what a number's format means."""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from receivables.uploads.files import messages
from receivables.uploads.files.formats import Exact, ExactDay
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.table_cells import CellError
from receivables.uploads.files.tables import MAX_ROW_CHARACTERS, too_long_row
from receivables.uploads.files.xlsx.packages import telling_damage
from receivables.uploads.files.xlsx.rows import Cell, Row
from receivables.uploads.files.xlsx.workbooks import Workbook, is_true, unescaped

DIGITS = 15  # that a spreadsheet's numbers hold; what is behind them is noise of binary fractions


class CellTexts:
    """What stands for a workbook's cells in a CSV file."""

    def __init__(self, workbook: Workbook):
        self._strings, self._styles, self._epoch = workbook.strings, workbook.styles, workbook.epoch
        by_style = lru_cache(maxsize=10_000)
        self._is_date = by_style(lambda style: is_date_format(self._styles.number_format(style)))
        self._is_duration = by_style(lambda style: is_timedelta_format(self._styles.number_format(style)))

    def of_row(self, row: Row) -> dict[int, str]:
        """Return the texts that are not empty, by column. Raises FileRefused for a cell that has no value."""
        with telling_damage():
            texts = {cell.column: text for cell in row.cells if (text := self._text(cell, row.number))}
        if sum(map(len, texts.values())) > MAX_ROW_CHARACTERS:
            raise too_long_row("row", row.number)
        return texts

    def _text(self, cell: Cell, row_number: int) -> str:
        match cell.kind:
            case _ if not cell.value:
                return _empty(cell, row_number)
            case "n":
                return self._of_number(cell)
            case "s":
                return self._strings.at(int(cell.value))
            case "b":
                return "TRUE" if is_true(cell.value) else "FALSE"
            case "d":
                return _exact(from_ISO8601(cell.value))
            case "e":
                return CellError(cell.value)
            case _:
                return unescaped(cell.value)

    def _of_number(self, cell: Cell) -> str:
        """Return a number, or the day, moment, time or duration that its format makes of it."""
        value = float(cell.value) if set(cell.value) & set(".Ee") else int(cell.value)
        if not (cell.style and self._is_date(cell.style)):
            return _exact(value)
        try:
            return _exact(from_excel(value, self._epoch, timedelta=self._is_duration(cell.style)))
        except (OverflowError, ValueError):
            return CellError("#VALUE!")


def _exact(value: Any) -> Exact:
    match value:
        case float():
            return Exact(format(Decimal(f"{value:.{DIGITS}g}") + 0, "f"))  # no minus before a zero
        case datetime() as moment if moment.time() == time.min:
            return ExactDay(moment.date().isoformat())
        case date() as moment:
            return ExactDay(moment.isoformat())
        case time() as moment:
            return Exact(moment.isoformat())
        case _:
            return Exact(value)


def _empty(cell: Cell, row_number: int) -> str:
    if cell.has_formula and cell.kind != "str":
        raise FileRefused(messages.CELL_WITHOUT_VALUE, cell=f"{get_column_letter(cell.column)}{row_number}")
    return ""
