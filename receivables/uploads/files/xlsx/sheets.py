"""A sheet of an Excel workbook to a table: every cell as the text that stands for it in a CSV file.

The walk over workbook and rows is our own, over expat, and what a cell's number and format mean is openpyxl's to say.
Of the kept readers neither can be handed a stranger's file: python-calamine 0.9 asks for 512 GB for one cell in
XFD1048576, which ends the process, and knows no hidden rows; openpyxl 3.1 takes 46 seconds for 40 MB of empty cells,
3.7 for a tag of 10 MB, and makes objects of all styles and names before the first cell is seen.
"""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import IO, Any, NamedTuple

from openpyxl.styles.numbers import is_date_format, is_timedelta_format
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel, from_ISO8601

from receivables.uploads.files import messages
from receivables.uploads.files.formats import Exact, ExactDay
from receivables.uploads.files.headings import CONTRACT, HEAD_ROWS, REMARKS, heading_among, heading_of, is_heading
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.table_cells import CellError
from receivables.uploads.files.tables import (
    MAX_BEFORE_HEADER,
    MAX_ROW_CHARACTERS,
    Noticed,
    Reading,
    Table,
    has_value,
    refuse_too_long,
    refuse_too_wide,
    too_long_row,
)
from receivables.uploads.files.xlsx.packages import PartReader, damaged, telling_damage
from receivables.uploads.files.xlsx.workbooks import MAX_STRINGS, Sheet, Workbook, is_true, tags, unescaped

LAST_COLUMN = 16_384  # XFD, that of Excel
MAX_ELEMENTS = 200_000  # of XML, in one row
MAX_BEFORE_ROWS = 64 * 1024  # bytes of a sheet, of which there may be many, to look for rows in
MAX_BLANK_ROWS = 10_000  # of cells with blanks, before the header
MAX_ROW_NUMBER = 10**10  # Excel's own end at 1,048,576
DIGITS = 15  # that a spreadsheet's numbers hold; what is behind them is noise of binary fractions

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


@contextmanager
def sheet_table(file: IO[bytes], reading: Reading) -> Iterator[Table]:
    """The table of a sheet. Without its name it is that of the first sheet with rows, and of those that go on from it:
    their rows are counted on from its own. Raises FileRefused, also while the records are read.
    """
    with Workbook(file) as workbook:
        noticed = Noticed()
        known = {*CONTRACT, *REMARKS, *reading.known, *reading.columns}
        sheets = _sheets(workbook, reading.sheet, noticed)
        rows = _counted_on(workbook, sheets, noticed)
        number, cells, rows = _header(rows, known, noticed)
        workbook.strings.most = MAX_STRINGS
        where, noticed.header_line = f"row {number}", number
        refuse_too_wide(where, len(cells))
        refuse_too_long(where, cells)
        heading = heading_of(cells)
        repeated = heading.repeated or {}
        table = Table(heading.names, where, rows, heading.nameless, repeated, is_even=False, noticed=noticed)
        yield replace(table, records=table.evened())


def _sheets(workbook: Workbook, name: str, noticed: Noticed) -> list[Sheet]:
    """Return the sheets that are read: that of the name, or the first with rows and those that go on from it."""
    filled = [sheet for sheet in workbook.visible_sheets if _has_rows(workbook, sheet)]
    first = workbook.sheet(name) if name or not filled else filled[0]
    read = [first] if name else [first, *_going_on(workbook, first, filled)]
    noticed.sheets = [sheet.name for sheet in read]
    noticed.unread_sheets = [sheet.name for sheet in filled if sheet not in read]
    return read


def _going_on(workbook: Workbook, first: Sheet, filled: list[Sheet]) -> Iterator[Sheet]:
    """Yield the sheets that our own workbooks go on in: "name 2", "name 3", under the same heading."""
    by_name = {sheet.name: sheet for sheet in filled}
    heading = None
    for number in range(2, len(filled) + 1):
        sheet = by_name.get(f"{first.name} {number}")
        heading = heading or (_first_row(workbook, first) if sheet else None)
        if sheet is None or _first_row(workbook, sheet) != heading:
            return
        yield sheet


def _first_row(workbook: Workbook, sheet: Sheet) -> list[str] | None:
    return next((cells for _, cells in _filled_rows(workbook, sheet, Noticed())), None)


def _has_rows(workbook: Workbook, sheet: Sheet) -> bool:
    """Whether a sheet begins with rows. One that is damaged is not read, unless it is chosen."""
    reader = _Rows()
    with suppress(FileRefused):
        for parsed in workbook.package.read(sheet.path, reader):
            if reader.taken():
                return True
            if parsed > MAX_BEFORE_ROWS:
                return False
    return False


def _counted_on(workbook: Workbook, sheets: list[Sheet], noticed: Noticed) -> Iterator[tuple[int, list[str]]]:
    before = number = 0
    for sheet in sheets:
        rows = _filled_rows(workbook, sheet, noticed)
        if before:
            next(rows, None)  # the heading, once more
        for number, cells in rows:
            yield before + number, cells
        before += number


Numbered = Iterator[tuple[int, list[str]]]


def _header(rows: Numbered, known: Set[str], noticed: Noticed) -> tuple[int, list[str], Numbered]:
    """Return the number and the cells of the heading, and the rows below it."""
    head: list[tuple[int, list[str]]] = []
    for row in islice(rows, HEAD_ROWS):
        head.append(row)
        if is_heading(row[1], known, is_first=len(head) == 1):
            break
    if not head:
        return 1, [], rows
    at = heading_among([cells for _, cells in head], known)
    for _, cells in head[:at]:
        noticed.note_above(cells)
    noticed.hidden_rows = 0  # of those above
    return *head[at], chain(head[at + 1 :], rows)


def _filled_rows(workbook: Workbook, sheet: Sheet, noticed: Noticed) -> Numbered:
    """Yield the number of each row with a value, and the texts of its cells up to the last one that is filled."""
    texts = _CellTexts(workbook)
    expected, blank = 1, 0
    for row in rows_of_sheet(workbook, sheet):
        by_column = texts.of_row(row)
        cells = [by_column.get(column, "") for column in range(1, max(by_column, default=0) + 1)]
        if has_value(cells):
            noticed.hidden_rows += row.is_hidden
            expected, blank = row.number + 1, 0
            yield row.number, cells
            continue
        noticed.blank_rows += 1
        blank += 1
        if expected == 1 and blank > MAX_BLANK_ROWS:
            raise FileRefused(messages.NO_HEADER)


def rows_of_sheet(workbook: Workbook, sheet: Sheet) -> Iterator[Row]:
    """Yield the rows that have cells with values. Raises FileRefused, also where none comes for long."""
    reader = _Rows()
    has_header = False
    for parsed in workbook.package.read(sheet.path, reader):
        rows = reader.taken()
        has_header = has_header or bool(rows)
        if parsed > MAX_BEFORE_HEADER and not has_header:
            raise FileRefused(messages.NO_HEADER)
        yield from rows


class _Rows(PartReader):
    """The rows of a sheet as they end, to be taken behind each piece of its XML."""

    TAGS = tags("sheetData", "row", "c", "v", "f", "t", "rPh")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._cells: list[Cell] = []
        self._cell: dict[str, str] = {}
        self._number = self._column = self._elements = self._characters = 0
        self._is_hidden = self._is_value = self._is_reading_aid = self._has_formula = False
        self._value: list[str] = []

    def taken(self) -> list[Row]:
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
        place = attributes.get("r")
        self._column = _column_number(place.rstrip("0123456789")) if place else self._column + 1
        self._has_formula = False
        self._value.clear()

    def end(self, name: str) -> None:
        self.depth -= 1
        match self.TAGS.get(name):
            case "v" | "t":
                self._is_value = False
            case "c" if self._value or self._has_formula:
                self._end_cell()
            case "row":
                if self._cells:
                    self._rows.append(Row(self._number, self._is_hidden, self._cells))
                    self._cells = []
                self._elements = 0
            case "rPh":
                self._is_reading_aid = False
            case "sheetData":
                self.is_done = True

    def _end_cell(self) -> None:
        if self._column > LAST_COLUMN:
            raise self._too_much()
        kind, style = self._cell.get("t", "n"), int(self._cell.get("s", 0))
        self._cells.append(Cell(self._column, kind, style, "".join(self._value), self._has_formula))

    def text(self, text: str) -> None:
        if self._is_value:
            self._characters += len(text)
            if self._characters > MAX_ROW_CHARACTERS:
                raise too_long_row(f"row {self._number}")
            self._value.append(text)

    def _too_much(self) -> FileRefused:
        return FileRefused(messages.TOO_MANY_CELLS, row=max(self._number, 1))


class _CellTexts:
    """What stands for a workbook's cells in a CSV file."""

    def __init__(self, workbook: Workbook):
        self._strings, self._styles, self._epoch = workbook.strings, workbook.styles, workbook.epoch
        self._is_date, self._is_duration = map(self._by_format, (is_date_format, is_timedelta_format))

    def _by_format(self, tell: Callable[[str], bool]) -> Callable[[int], bool]:
        return lru_cache(maxsize=10_000)(lambda style: tell(self._styles.number_format(style)))

    def of_row(self, row: Row) -> dict[int, str]:
        """Return the texts that are not empty, by column. Raises FileRefused for a cell that has no value."""
        with telling_damage():
            texts = {cell.column: text for cell in row.cells if (text := self._text(cell, row.number))}
        if sum(map(len, texts.values())) > MAX_ROW_CHARACTERS:
            raise too_long_row(f"row {row.number}")
        return texts

    def _text(self, cell: Cell, row_number: int) -> str:
        match cell.kind:
            case _ if not cell.value:
                return _empty(cell, row_number)
            case "n":
                return self._of_number(cell)
            case "s":
                return self._strings.text(int(cell.value))
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
        raise FileRefused(messages.CELL_WITHOUT_VALUE, cell=_place(cell, row_number))
    return ""


def _place(cell: Cell, row_number: int) -> str:
    return f"{get_column_letter(cell.column)}{row_number}"
