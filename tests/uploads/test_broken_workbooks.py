"""Workbooks that are refused as a whole, and why; any other change of their bytes is read, or refused."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from receivables.uploads.files.file_types import XLSX
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Reading
from receivables.uploads.files.xlsx import packages
from tests.lanes import examples
from tests.uploads.sheet_rows import rows
from tests.uploads.staff import workbook_file
from tests.uploads.workbook_parts import RELATED, SHEET, WORKBOOK, part_of, with_parts, with_sheet, with_strings

NAMES = ["customerNumber", "invoiceNumber", "invoiceAmount"]


def formula(text: object) -> bytes:
    return workbook_file(["status"], [text])


REFUSED = {
    "a formula that was never computed": (formula("=1+1"), "cell A2 holds a formula whose value is not in the file"),
    "an array formula": (formula(ArrayFormula("A2", "=1+1")), "cell A2 holds a formula"),
    "a table without header": (workbook_file(["4711", "1"]), "row 1 names no field of the contract"),
    "a column twice": (workbook_file(["status", "status"]), "row 1 names status 2 times"),
    "a cell of no column": (with_sheet('<row r="2"><c r="??"><v>1</v></c></row>'), "is damaged"),
    "a shared text that is none": (with_sheet('<row r="2"><c r="A2" t="s"><v>-1</v></c></row>'), "is damaged"),
    "a row without number": (with_sheet('<row r="0"><c r="A2"><v>1</v></c></row>'), "is damaged"),
    "XML cut short": (with_sheet("<row"), "is damaged"),
    "a row of endless cells": (with_sheet("<row>" + "<c/>" * 200_001 + "</row>"), "more cells than are read"),
    "a zip of something else": (b"PK\x03\x04" + b"\0" * 100, "is damaged"),
    "a workbook cut short": (workbook_file(NAMES)[:-200], "is damaged"),
    "text": (b"customerNumber,invoiceNumber\n", "no Excel workbook"),
    "nothing": (b"", "no Excel workbook"),
    "rubbish": (bytes(range(256)) * 20, "no Excel workbook"),
    "an old workbook": (packages.OLE_SIGNATURE + b"\0" * 600, "of the old kind"),
    "a workbook with a password": (
        packages.OLE_SIGNATURE + b"\0" * 600 + packages.ENCRYPTED,
        "protected by a password",
    ),
}


@pytest.mark.parametrize(("workbook", "message"), REFUSED.values(), ids=REFUSED)
def test_a_broken_workbook_is_refused_where_it_breaks(workbook, message):
    with pytest.raises(FileRefused, match=message):
        rows(workbook)


def test_a_missing_sheet_is_named():
    with pytest.raises(FileRefused, match="has no sheet 'Items 2'"):
        rows(workbook_file(NAMES), Reading(sheet="Items 2"))


def test_a_workbook_that_unfolds_to_more_than_is_read_is_refused_unread(settings):
    settings.UPLOAD_MAX_BYTES = 100_000
    bomb = with_sheet(f"<row>{' ' * 300_000}</row>")
    assert len(bomb) < 20_000
    with pytest.raises(FileRefused, match="unfolds to more than is read"):
        rows(bomb)


def test_a_workbook_from_a_pipe_is_refused():
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(FileRefused, match="cannot be read from a pipe"):
        list(XLSX.numbered_lines(Pipe(workbook_file(NAMES)), "invoices", Reading()))


PARTS = ["[Content_Types].xml", "_rels/.rels", RELATED, WORKBOOK, SHEET, "xl/sharedStrings.xml", "xl/styles.xml"]
WHOLE = with_strings(
    "<si><t>open</t></si>",
    '<row r="2"><c r="A2" t="s"><v>0</v></c></row><row r="3"><c r="A3" s="1"><v>46053.5</v></c></row>',
    '<row r="4"><c r="A4" t="b"><v>1</v></c></row><row r="5"><c r="A5" t="d"><v>2026-01-31</v></c></row>',
)


@examples(200)
@given(
    path=st.sampled_from(PARTS),
    at=st.floats(0, 1),
    length=st.integers(0, 12),
    put=st.sampled_from(["", "<", ">", '"', "&", "/>", "-1", "9" * 400, "\x00", "ä", "1e999", "nan", "A0", "]]>"]),
)
def test_a_workbook_with_any_part_changed_is_read_or_refused(path, at, length, put):
    text = part_of(WHOLE, path)
    start = int(at * len(text))
    changed = with_parts(WHOLE, {path: text[:start] + put + text[start + length :]})
    with suppress(FileRefused):
        rows(changed)


@examples(200)
@given(at=st.floats(0, 0.999), put=st.binary(min_size=1, max_size=8))
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(at, put):
    start = int(at * len(WHOLE))
    with suppress(FileRefused):
        rows(WHOLE[:start] + put + WHOLE[start + len(put) :])
