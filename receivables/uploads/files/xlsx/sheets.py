"""A sheet of an Excel workbook to a table: every cell as the text that stands for it in a CSV file.

The walk over workbook and rows is our own, over expat. Of the maintained readers neither can be handed a stranger's
file: python-calamine 0.9 asks for 512 GB for one cell in XFD1048576, which ends the process, and knows no hidden rows;
openpyxl 3.1 takes 46 seconds for 40 MB of empty cells, 3.7 for a tag of 10 MB, and makes objects of all styles and
names before the first cell is seen.
"""

from collections.abc import Iterator, Set
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import IO

from receivables.uploads.files import messages, tables
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Noticed, Reading, Table
from receivables.uploads.files.xlsx.rows import CellTexts, RowReader, rows_of_sheet
from receivables.uploads.files.xlsx.workbooks import MAX_STRINGS, Sheet, Workbook

MAX_BEFORE_ROWS = 64 * 1024  # bytes of a sheet, of which there may be many, to look for rows in
MAX_BLANK_ROWS = 10_000  # of cells with blanks, before the header

NumberedRows = Iterator[tuple[int, list[str]]]


@contextmanager
def sheet_table(file: IO[bytes], reading: Reading) -> Iterator[Table]:
    """The table of a sheet. Without its name it is that of the first sheet with rows, and of those that go on from it:
    their rows are counted on from its own. Raises FileRefused, also while the records are read.
    """
    with Workbook(file) as workbook:
        noticed = Noticed()
        rows = _counted_on(workbook, _sheets(workbook, reading.sheet, noticed), noticed)
        noticed.header_line, header, records = _header(rows, reading.known_names, noticed)
        workbook.strings.most = MAX_STRINGS
        yield tables.table_below(header, "row", records, noticed, is_even=False)


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
    """Whether a sheet begins with rows. One that is damaged is not read, unless it is named."""
    reader = RowReader()
    with suppress(FileRefused):
        for parsed in workbook.package.read(sheet.path, reader):
            if reader.fetch():
                return True
            if parsed > MAX_BEFORE_ROWS:
                return False
    return False


def _counted_on(workbook: Workbook, sheets: list[Sheet], noticed: Noticed) -> NumberedRows:
    before = number = 0
    for sheet in sheets:
        rows = _filled_rows(workbook, sheet, noticed)
        if before:
            next(rows, None)  # the heading, once more
        for number, cells in rows:
            yield before + number, cells
        before += number


def _header(rows: NumberedRows, known: Set[str], noticed: Noticed) -> tuple[int, list[str], NumberedRows]:
    """Return the number and the cells of the heading, and the rows below it."""
    head: list[tuple[int, list[str]]] = []
    for row in islice(rows, tables.HEAD_ROWS):
        head.append(row)
        if tables.is_heading(row[1], known, is_first=len(head) == 1):
            break
    if not head:
        return 1, [], rows
    at = tables.heading_among([cells for _, cells in head], known)
    noticed.note_above(cells for _, cells in head[:at])
    noticed.hidden_rows = 0  # of those above
    return *head[at], chain(head[at + 1 :], rows)


def _filled_rows(workbook: Workbook, sheet: Sheet, noticed: Noticed) -> NumberedRows:
    """Yield the number of each row with a value, and the texts of its cells up to the last one that is filled."""
    texts = CellTexts(workbook)
    is_below_header, blank = False, 0
    for row in rows_of_sheet(workbook, sheet):
        by_column = texts.of_row(row)
        cells = [by_column.get(column, "") for column in range(1, max(by_column, default=0) + 1)]
        if tables.has_value(cells):
            noticed.hidden_rows += row.is_hidden
            is_below_header = True
            yield row.number, cells
            continue
        noticed.blank_rows += 1
        blank += 1
        if blank > MAX_BLANK_ROWS and not is_below_header:
            raise FileRefused(messages.NO_HEADER)
