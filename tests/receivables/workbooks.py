"""Workbooks as openpyxl reads them: what a spreadsheet would show, and not what we meant to write."""

from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape


def opened(pieces):
    return load_workbook(BytesIO(b"".join(pieces)), rich_text=False)


def rows_of(sheet):
    """Return the rows under the heading, each a dict of cells by name."""
    heading, *rows = sheet.iter_rows()
    return [{name.value: cell for name, cell in zip(heading, row, strict=True)} for row in rows]


def text_of(cell):
    """Return the text that Excel shows; openpyxl leaves the escapes of control characters to its reader."""
    assert cell.data_type == "s" or cell.value is None
    return unescape(cell.value or "")
