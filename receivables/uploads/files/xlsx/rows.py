"""The rows of a sheet, as they are written in its XML: numbers, and cells that a workbook gives their meaning."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from openpyxl.utils import column_index_from_string

from receivables.uploads.files import messages
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import MAX_BEFORE_HEADER, MAX_ROW_CHARACTERS, too_long_row
from receivables.uploads.files.xlsx.packages import PartReader, damaged
from receivables.uploads.files.xlsx.workbooks import Sheet, Workbook, is_true, tags

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
