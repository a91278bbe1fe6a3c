"""The workbook around the rows, as XlsxWriter writes it: headings, widths and formats of sheets without a row."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from config.exports.styles import NUMBER_FORMATS, WIDTHS, Style, style_of

HEADING = len(Style)  # the format of the first row
END_OF_ROWS = b"</sheetData>"
DIMENSION = re.compile(b"<dimension [^>]*/>")


def sheet_path(number: int) -> str:
    """Return where the workbook keeps a sheet, of which the first is 1."""
    return f"xl/worksheets/sheet{number}.xml"


def frame(name: str, columns: dict[str, Any], lengths: Sequence[int]) -> dict[str, bytes]:
    """Return the parts of a workbook by their paths; each sheet is to have so many rows."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as workbook:
        for style, number_format in NUMBER_FORMATS.items():
            workbook.add_format({"num_format": number_format, "xf_index": style})
        heading = workbook.add_format({"bold": True, "xf_index": HEADING})
        for number, length in enumerate(lengths, 1):
            sheet = workbook.add_worksheet(name if number == 1 else f"{name} {number}")
            _set_up(sheet, columns, length, heading)
    with ZipFile(file) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


def around_rows(sheet: bytes) -> tuple[bytes, bytes]:
    """Return what stands before a sheet's rows and after them, without a size that would be that of the heading."""
    before, end, after = sheet.partition(END_OF_ROWS)
    return DIMENSION.sub(b"", before), end + after


def _set_up(sheet: Worksheet, columns: dict[str, Any], length: int, heading: Any) -> None:
    styles = [style_of(field) for field in columns.values()]
    sheet.write_row(0, 0, columns, heading)
    for place, style in enumerate(styles):
        sheet.set_column(place, place, WIDTHS[style])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, length, len(columns) - 1)
    texts = [xl_col_to_name(place) for place, style in enumerate(styles) if style is Style.TEXT]
    if texts:  # customer numbers are texts for a reason: no mark of an error beside each
        sheet.ignore_errors({"number_stored_as_text": " ".join(f"{text}2:{text}1048576" for text in texts)})
