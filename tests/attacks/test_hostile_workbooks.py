"""Workbooks of a few kilobytes that would take minutes of processor time, or all memory, to read."""

from io import BytesIO
from zipfile import ZIP_BZIP2

import pytest

from receivables.uploads.files.file_types import XLSX
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Reading
from receivables.uploads.files.xlsx import workbooks
from receivables.uploads.files.xlsx.packages import MAX_TOKEN, PIECE, Package, PartReader
from receivables.uploads.models import State, Upload
from tests.uploads.staff import Uploader, words, workbook_file
from tests.uploads.workbook_parts import (
    NAMESPACE,
    RELATIONS,
    SHEET,
    WORKBOOK,
    part_of,
    sheet_xml,
    with_parts,
    with_sheet,
    with_strings,
)

LONG = "x" * 10_000_000
TOKENS = {
    "tag": with_sheet(before=f'<cols remark="{LONG}"/>'),
    "comment": with_sheet(before=f"<!--{LONG}-->"),
    "instruction": with_sheet(before=f"<?remark {LONG}?>"),
    "comment in 16 bits": with_parts(
        workbook_file(["status"]),
        {SHEET: f'<?xml version="1.0" encoding="UTF-16"?>{sheet_xml(before=f"<!--{LONG}-->")}'.encode("utf-16")},
    ),
}


def read(workbook: bytes) -> list[bytes]:
    return [line for _, line in XLSX.numbered_lines(BytesIO(workbook), "invoices", Reading())]


def parsed_of_sheet(workbook: bytes) -> int:
    """Return how many bytes of XML the parser was given when the sheet was refused."""
    pieces = Package(BytesIO(workbook)).read(SHEET, PartReader())
    last = PIECE
    try:
        for parsed in pieces:
            last = parsed + PIECE
    except FileRefused:
        return last
    pytest.fail("it was read to its end")


@pytest.mark.parametrize("workbook", TOKENS.values(), ids=TOKENS)
def test_a_token_without_end_is_parsed_no_further_than_its_limit(workbook):
    assert len(workbook) < 40_000
    assert parsed_of_sheet(workbook) <= MAX_TOKEN + 2 * PIECE
    with pytest.raises(FileRefused, match="holds a tag or a comment of more than 262,144 bytes"):
        read(workbook)


def test_the_upload_page_refuses_a_token_without_end(account):
    page = Uploader(account).choose("night.xlsx", TOKENS["tag"])
    assert page.status_code == 400
    assert "The workbook holds a tag or a comment of more than 262,144 bytes." in words(page)


def entities() -> str:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE worksheet [<!ENTITY e0 "0123456789">{nested}]>{sheet_xml("<row><c><v>&e9;</v></c></row>")}'


def many_sheets() -> bytes:
    workbook = workbook_file(["status"])
    more = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="r{n}" xmlns:r="{RELATIONS}"/>' for n in range(2, 1002))
    return with_parts(workbook, {WORKBOOK: part_of(workbook, WORKBOOK).replace("</sheets>", f"{more}</sheets>")})


def with_names(count: int) -> str:
    return "".join(f"<n{number}/>" for number in range(count))


CELL = '<row r="2"><c r="A2" t="str"><v>{}</v></c></row>'
REFUSED = {
    "entities of entities": (with_parts(workbook_file(), {SHEET: entities()}), "is damaged"),
    "nested elements": (with_sheet("<a>" * 100_000 + "</a>" * 100_000), "is damaged"),
    "names of elements": (with_sheet(with_names(20_000)), "is damaged"),
    "a text of many megabytes": (with_sheet(CELL.format(LONG)), "row 2 has more than 4,194,304 characters"),
    "a row of endless cells": (with_sheet(f"<row>{'<c/>' * 200_001}</row>"), "row 2 has more cells than are read"),
    "empty cells before the header": (with_sheet("<row><c/></row>" * 300_000, header=""), "The table is empty"),
    "sheets": (many_sheets(), "has more than 1,000 sheets"),
    "parts": (
        with_parts(workbook_file(), {f"{number}{'x' * 200}": "" for number in range(5000)}),
        "has more parts than are read",
    ),
    "a compression without bound": (with_parts(workbook_file(), {}, ZIP_BZIP2), "is damaged"),
}


@pytest.mark.parametrize(("workbook", "message"), REFUSED.values(), ids=REFUSED)
def test_a_workbook_beyond_all_bounds_is_refused(workbook, message):
    with pytest.raises(FileRefused, match=message):
        read(workbook)


def test_a_cell_far_from_all_others_costs_no_more_than_a_near_one():
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    with pytest.raises(FileRefused, match="row 1048576 has more than 1,000 columns"):
        read(with_sheet(far))


def test_a_header_behind_millions_of_shared_texts_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_STRINGS_BEFORE_HEADER", 100_000)
    header = '<row r="1"><c r="A1" t="s"><v>99999</v></c></row>'
    workbook = with_strings("<si/>" * 100_000, header=header)
    with pytest.raises(
        FileRefused, match=r"xl/sharedStrings.xml in the workbook unfolds to more than the 100,000 bytes"
    ):
        XLSX.header(BytesIO(workbook), Reading())


def test_one_text_that_a_million_cells_name_is_written_no_more_than_is_taken(settings):
    settings.UPLOAD_MAX_BYTES = 10_000_000
    rows = '<row><c r="A2" t="s"><v>0</v></c></row>' * 10_000
    workbook = with_strings(f"<si><t>{'x' * 32_000}</t></si>", rows)
    with pytest.raises(FileRefused, match="the 10,000,000 bytes of JSON that are taken at once"):
        read(workbook)


def test_styles_are_read_no_further_than_their_limit(monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_STYLES", 100_000)
    styles = f'<styleSheet xmlns="{NAMESPACE}"><cellXfs>{"<xf/>" * 100_000}</cellXfs></styleSheet>'
    styled = with_sheet('<row r="2"><c r="A2" s="7"><v>1</v></c></row>')
    with pytest.raises(FileRefused, match=r"xl/styles.xml in the workbook unfolds to more than the 100,000 bytes"):
        read(with_parts(styled, {"xl/styles.xml": styles}))


def test_a_small_file_whose_rows_are_megabytes_waits_for_a_worker(account):
    names = ["customerNumber", "invoiceNumber", "invoiceAmount", "itemText"]
    header = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in names)
    row = '<row><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c><c t="s"><v>0</v></c></row>'
    workbook = with_strings(f"<si><t>{'x' * 30_000}</t></si>", row * 600, header=f"<row>{header}</row>")
    assert "In progress: Waiting" in words(Uploader(account).choose("night.xlsx", workbook))
    assert Upload.objects.get().state == State.QUEUED


def test_a_small_file_of_very_many_rows_waits_for_a_worker(account):
    assert "In progress: Waiting" in words(Uploader(account).choose("night.ndjson", b"{}\n" * 10_001))
    assert Upload.objects.get().state == State.QUEUED
