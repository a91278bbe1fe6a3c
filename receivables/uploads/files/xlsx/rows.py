"""The rows of a sheet, as they are written in its XML, and the texts that stand for their cells in a CSV file.

openpyxl says what a number's format means.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from receivables.uploads.files import messages
from receivables.uploads.files.formats import CellError, Exact, ExactDay
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import MAX_BEFORE_HEADER, MAX_ROW_CHARACTERS, too_long_row
from receivables.uploads.files.xlsx.packages import PartReader, damaged, telling_damage
from receivables.uploads.files.xlsx.workbooks import Sheet, Workbook, is_true, tags, unescaped

LAST_COLUMN = 16_384  # XFD, that of Excel
MAX_ELEMENTS = 200_000  # of XML, in one row
MAX_ROW_NUMBER = 10**10  # Excel's own end at 1,048,576

_column_number = lru_cache(maxsize=LAST_COLUMN)(column_index_from_string)


class Cell(NamedTuple):
    """A cell with a value, or with a formula; `kind` is its type in SpreadsheetML (18.18.11, ST_CellType)."""

    column: int
    kind: str
    style: int
    value: str
    has_formula: bool


class Row(NamedTuple):
    number: int
    is_hidden: bool
    cells: list[Cell]


def rows_of_sheet(workbook: Workbook, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows that have cells with values. Raises FileRefused, also where none comes for long."""
    reader = RowReader()
    has_header = False
    for parsed in workbook.package.read(sheet.path, reader):
        rows = reader.fetch()
        has_header = has_header or bool(rows)
        if parsed > MAX_BEFORE_HEADER and not has_header:
            raise FileRefused(messages.NO_HEADER)
        yield from rows


class RowReader(PartReader):
    """The rows of a sheet as they end, to be fetched behind each piece of its XML."""

    TAGS = tags("sheetData", "row", "c", "v", "f", "t", "rPh")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._cell: dict[str, str] = {}
        self._number = self._column = self._elements = self._characters = 0
        self._is_hidden = self._is_value = self._is_reading_aid = self._has_formula = False
        self._value: list[str] = []

    def fetch(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise self._too_much()
        match self.TAGS.get(name):
            case "c":
                self._start_cell(attributes)
            case "v":
                self._is_value = self._cell.get("t") != "inlineStr"
            case "t":
                self._is_value = self._cell.get("t") == "inlineStr" and not self._is_reading_aid
            case "f":
                self._has_formula = True
            case "row":
                self._start_row(attributes)
            case "rPh":
                self._is_reading_aid = True

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self._number = int(float(number)) if number else self._number + 1
        if not 0 < self._number <= MAX_ROW_NUMBER:
            raise damaged()
        self._is_hidden = is_true(attributes.get("hidden"))
        self._column = self._characters = self._elements = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        address = attributes.get("r")
        self._column = _column_number(address.rstrip("0123456789")) if address else self._column + 1
        self._has_formula = False
        self._value.clear()

    def end(self, name: str) -> None:
        self.depth -= 1
        match self.TAGS.get(name):
            case "v" | "t":
                self._is_value = False
            case "c" if self._value or self._has_formula:
                if self._column > LAST_COLUMN:
                    raise self._too_much()
                kind, style = self._cell.get("t", "n"), int(self._cell.get("s", 0))
                self._cells.append(Cell(self._column, kind, style, "".join(self._value), self._has_formula))
            case "row":
                if self._cells:
                    self._rows.append(Row(self._number, self._is_hidden, self._cells))
                    self._cells = []
                self._elements = 0
            case "rPh":
                self._is_reading_aid = False
            case "sheetData":
                self.is_done = True

    def text(self, text: str) -> None:
        if self._is_value:
            self._characters += len(text)
            if self._characters > MAX_ROW_CHARACTERS:
                raise too_long_row("row", self._number)
            self._value.append(text)

    def _too_much(self) -> FileRefused:
        return FileRefused(messages.TOO_MANY_CELLS, row=max(self._number, 1))


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
