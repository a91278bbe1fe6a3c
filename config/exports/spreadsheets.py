"""Workbooks for Excel (ECMA-376): PostgreSQL writes the rows, XlsxWriter the workbook around them.

XlsxWriter writes rows, too, in constant memory. But its cells are made one by one in Python: of 100,000 invoices that
takes seven times as long of the processor, and the first byte is sent when the last row has been written.
"""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import QuerySet
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from config.exports.cells import NUMBER_FORMATS, ROW_NUMBER, WIDTHS, Style, sheet_row, style_of
from config.exports.copying import RAW, copied, in_chunks

HEADING = len(Style)  # the format of the first row
END_OF_ROWS = b"</sheetData>"
DIMENSION = re.compile(b"<dimension [^>]*/>")
LEVEL = 3  # 7 % larger than zlib's own 6, for little more than half of the processor's time


class SheetLimits(NamedTuple):
    """What a sheet holds under its heading; the row that reaches the bytes of XML is still in it."""

    rows: int = 1_048_575  # as many as Excel has
    bytes: int = 2_140_000_000  # as many as `zipped` allows, but for the longest row


WHOLE_SHEET = SheetLimits()


class Table(NamedTuple):
    """What becomes a sheet, or several: its name, its columns, each a field under its title, and its rows in XML."""

    name: str
    columns: dict[str, Any]
    rows: Iterator[bytes]


def spreadsheet(
    rows: QuerySet[Any], columns: dict[str, Any], name: str, limits: SheetLimits = WHOLE_SHEET
) -> Generator[bytes, None, None]:
    """Yield a workbook; rows that are too many for one sheet go on in the next, under the same heading."""
    with closing(copied(rows.values_list(sheet_row(columns)), RAW)) as written:
        yield from workbook([Table(name, columns, written)], limits)


def workbook(tables: Sequence[Table], limits: SheetLimits = WHOLE_SHEET) -> Generator[bytes, None, None]:
    """Yield a workbook of tables, read one after the other while it is written."""
    yield from zipped(Sheets(tables, limits).parts())


@dataclass
class Sheet:
    table: Table
    name: str
    length: int = 0  # rows under its heading


class Sheets:
    """Tables that become sheets. Sheets come first in the archive: the number of rows is known only after the last."""

    def __init__(self, tables: Sequence[Table], limits: SheetLimits):
        self.tables, self.limits = tables, limits
        self.sheets: list[Sheet] = []
        self.next_row: bytes | None = None

    def parts(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        for table in self.tables:
            self.next_row, count = next(table.rows, None), 0
            while self.next_row is not None or not count:
                count += 1
                self.sheets.append(Sheet(table, table.name if count == 1 else f"{table.name} {count}"))
                yield sheet_path(len(self.sheets)), self._sheet()
        sheets = {sheet_path(number) for number in range(1, len(self.sheets) + 1)}
        yield from ((path, iter([part])) for path, part in self._frame().items() if path not in sheets)

    def _sheet(self) -> Iterator[bytes]:
        yield self._around_rows()[0]
        yield from in_chunks(self._numbered_rows(self.sheets[-1]))
        yield self._around_rows()[1]

    def _around_rows(self) -> tuple[bytes, bytes]:
        """Return the XML before a sheet's rows and after them, without its dimension: that of the heading alone."""
        sheet = self._frame()[sheet_path(len(self.sheets))]
        before, end, after = sheet.partition(END_OF_ROWS)
        return DIMENSION.sub(b"", before), end + after

    def _numbered_rows(self, sheet: Sheet) -> Iterator[bytes]:
        """Yield the rows of a sheet, numbered from 2: the heading is its first."""
        written = 0
        while self.next_row is not None and sheet.length < self.limits.rows and written < self.limits.bytes:
            sheet.length += 1
            row = self.next_row.replace(ROW_NUMBER.encode(), b"%d" % (sheet.length + 1))
            written += len(row)
            yield row
            self.next_row = next(sheet.table.rows, None)

    def _frame(self) -> dict[str, bytes]:
        """Return the parts of a workbook of sheets of these lengths by their paths."""
        file = BytesIO()
        with Workbook(file, {"in_memory": True}) as workbook:
            for style, number_format in NUMBER_FORMATS.items():
                workbook.add_format({"num_format": number_format, "xf_index": style})
            heading = workbook.add_format({"bold": True, "xf_index": HEADING})
            for sheet in self.sheets:
                _set_up(workbook.add_worksheet(sheet.name), sheet.table.columns, sheet.length, heading)
        with ZipFile(file) as archive:
            return {path: archive.read(path) for path in archive.namelist()}


def sheet_path(number: int) -> str:
    """Return the path of a sheet in the workbook; the first is 1."""
    return f"xl/worksheets/sheet{number}.xml"


def _set_up(sheet: Worksheet, columns: dict[str, Any], length: int, heading: Any) -> None:
    styles = [style_of(field) for field in columns.values()]
    sheet.write_row(0, 0, columns, heading)
    for index, style in enumerate(styles):
        sheet.set_column(index, index, WIDTHS[style])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, length, len(columns) - 1)
    texts = [xl_col_to_name(index) for index, style in enumerate(styles) if style is Style.TEXT]
    if texts:  # customer numbers are texts for a reason: no mark of an error beside each
        sheet.ignore_errors({"number_stored_as_text": " ".join(f"{text}2:{text}1048576" for text in texts)})


class ZipBuffer(RawIOBase):
    """What ZipFile has written and nobody has sent yet. ZipFile needs no way back in it."""

    def __init__(self) -> None:
        self.unsent = bytearray()

    def write(self, data: Any) -> int:
        self.unsent += data
        return len(data)

    def drained(self) -> Iterator[bytes]:
        if self.unsent:
            yield bytes(self.unsent)
            self.unsent.clear()


def zipped(members: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a ZIP archive while it is written; nothing of it stays in memory or on disk.

    Each member is a path and its content, in pieces of together less than 2 GiB: larger ones would be described in 64
    bits, and Excel may call such a workbook damaged (XlsxWriter's use_zip64).
    """
    buffer = ZipBuffer()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path, pieces in members:
            with archive.open(path, "w") as member:
                for piece in pieces:
                    member.write(piece)
                    yield from buffer.drained()
    yield from buffer.drained()
