"""A sheet of an Excel workbook to a table: every cell as the text that stands for it in a CSV file.

openpyxl reads workbook, styles and texts; the rows are walked here, one at a time, within bounds: a small file may
unfold to gigabytes, name a row beyond all numbers, or hold a million cells in one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any
from xml.etree.ElementTree import iterparse
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.utils.text import Truncator
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser

from receivables.uploads.feeds import messages
from receivables.uploads.feeds.tables import LONGEST_QUOTE, Table, TableRefused, refuse_too_wide
from receivables.uploads.messages import Told

ZIP_SIGNATURE, OLE_SIGNATURE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE_DIRECTORY_WITHIN = 4 * 1024 * 1024
MAX_BESIDE_SHEETS = 128 * 1024 * 1024  # bytes unzipped: texts and styles, which are kept in memory
UNZIPPED_TIMES = 2  # a sheet is longer than the JSON of its rows
LAST_COLUMN = 16_384  # XFD, that of Excel
MAX_ELEMENTS = 200_000  # of XML, in one row
DIGITS = 15  # that a spreadsheet's numbers hold; what is behind them is noise of binary fractions


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Any]:
    """The workbook of a file, read as its rows are asked for. Raises TableRefused, whatever is wrong with it."""
    _refuse_what_is_no_workbook(file)
    try:
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # what a broken workbook raises within openpyxl is told nowhere
        raise TableRefused(messages.DAMAGED.told()) from error
    try:
        yield workbook
    finally:
        workbook.close()


def sheet_names(workbook: Any) -> list[str]:
    """Return the sheets that are not hidden, or all if each is."""
    visible = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    return visible or [sheet.title for sheet in workbook.worksheets]


def unzipped_size(file: IO[bytes]) -> int:
    """Return how many bytes the workbook unfolds to, as it declares; no more are read. Raises TableRefused."""
    return sum(member.file_size for member in _members(file))


def _members(file: IO[bytes]) -> list[Any]:
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            return archive.infolist()
    except (BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise TableRefused(messages.DAMAGED.told()) from error


def _refuse_what_is_no_workbook(file: IO[bytes]) -> None:
    if not file.seekable():
        raise TableRefused(messages.PIPE.told())
    file.seek(0)
    start = file.read(OLE_DIRECTORY_WITHIN)
    if start.startswith(OLE_SIGNATURE):
        raise TableRefused(_why_no_ole(start))
    if not start.startswith(ZIP_SIGNATURE):
        raise TableRefused(messages.DAMAGED.told())
    members = _members(file)
    most = UNZIPPED_TIMES * settings.UPLOAD_MAX_BYTES
    beside = sum(member.file_size for member in members if "/worksheets/" not in member.filename)
    if sum(member.file_size for member in members) > most or beside > MAX_BESIDE_SHEETS:
        raise TableRefused(messages.UNFOLDS.told(most=f"{most:,}"))
    if any(member.flag_bits & 1 for member in members):
        raise TableRefused(messages.PASSWORD.told())


def _why_no_ole(start: bytes) -> Told:
    return (messages.PASSWORD_OF_EXCEL if ENCRYPTED in start else messages.OLD_KIND).told()


@contextmanager
def sheet_table(file: IO[bytes], sheet: str) -> Iterator[Table]:
    """The table of a sheet, or of the first one; its header is the first row that is not empty. Raises TableRefused,
    also while the records are read.
    """
    with opened(file) as workbook:
        name = sheet or sheet_names(workbook)[0]
        if name not in workbook.sheetnames:
            raise TableRefused(messages.NO_SUCH_SHEET.told(name=repr(name)))
        rows = (row for row in _filled_rows(workbook, workbook[name]) if row[1])
        number, cells = next(rows, (1, {}))
        refuse_too_wide(f"row {number}", max(cells, default=0))
        header = {column: text.strip() for column, text in cells.items() if text.strip()}
        yield Table(list(header.values()), f"row {number}", _under(number, header, rows))


def _under(
    header_row: int, header: dict[int, str], rows: Iterator[tuple[int, dict[int, str]]]
) -> Iterator[tuple[int, list[str]]]:
    for number, cells in rows:
        if nameless := cells.keys() - header.keys():
            letter = get_column_letter(min(nameless))
            places = {"cell": f"{letter}{number}", "column": letter, "row": header_row}
            raise TableRefused(messages.CELL_WITHOUT_COLUMN.told(**places))
        yield number, [cells.get(column, "") for column in header]


def _filled_rows(workbook: Any, sheet: Any) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield each row's number and the texts of its cells that are not empty, by column, counted from 1."""
    with sheet._get_source() as source:
        parser = _CellParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        rows = parser.rows()
        while (row := _next(rows)) is not None:
            number, cells = row
            yield number, {cell["column"]: text for cell in cells if (text := _text(cell))}


def _next(rows: Iterator[Any]) -> Any:
    try:
        return next(rows, None)
    except TableRefused:
        raise
    except Exception as error:  # see `opened`
        raise TableRefused(messages.DAMAGED.told()) from error


class _CellParser(WorkSheetParser):  # type: ignore[misc]  # it has no types
    def rows(self) -> Iterator[Any]:
        elements = 0
        for _, element in iterparse(self.source):  # noqa: S314 - expat bounds what entities unfold to
            elements += 1
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
                element.clear()
                elements = 0
            elif element.tag == DATA_TAG:
                return
            elif elements > MAX_ELEMENTS:
                raise TableRefused(messages.TOO_MANY_CELLS.told(row=self.row_counter + 1))

    def parse_cell(self, element: Any) -> Any:
        cell = super().parse_cell(element)
        if cell["column"] > LAST_COLUMN:
            raise TableRefused(messages.TOO_MANY_CELLS.told(row=cell["row"]))
        if cell["value"] is None and element.get("t") != "str" and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = "f"
        return cell


def _text(cell: dict[str, Any]) -> str:
    """Return what stands for a cell in a CSV file. Raises TableRefused for a formula without a value."""
    if cell["data_type"] in "ef":
        raise TableRefused(_why_no_value(cell))
    match cell["value"]:
        case None:
            return ""
        case bool(value):
            return "TRUE" if value else "FALSE"
        case int(value):
            return str(value)
        case float(value):
            return format(Decimal(f"{value:.{DIGITS}g}") + 0, "f")  # no minus before a zero
        case datetime() as moment if moment.time() == time.min:
            return moment.date().isoformat()
        case date() | time() as moment:
            return moment.isoformat()
        case value:
            return str(value)


def _why_no_value(cell: dict[str, Any]) -> Told:
    place = f"{get_column_letter(cell['column'])}{cell['row']}"
    if cell["data_type"] == "e":
        return messages.CELL_WITH_ERROR.told(cell=place, error=Truncator(cell["value"]).chars(LONGEST_QUOTE))
    return messages.CELL_WITHOUT_VALUE.told(cell=place)
