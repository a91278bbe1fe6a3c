"""Excel workbooks to lines of JSON: what each cell becomes."""

from datetime import date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook

from receivables.uploads.files.tables import Reading
from receivables.uploads.files.xlsx.rows import rows_of_sheet
from receivables.uploads.files.xlsx.workbooks import Workbook as ReadWorkbook
from tests.factories import InvoiceFactory
from tests.uploads.sheet_rows import numbered, rows
from tests.uploads.staff import saved, workbook_file
from tests.uploads.workbook_parts import part_of, strict, with_parts, with_sheet, with_strings

CELLS = {
    "a whole amount": ("invoiceAmount", 12112, "number 12112"),
    "an amount with a fraction": ("invoiceAmount", 12.5, "number 12.5"),
    "an amount with noise": ("invoiceAmount", 0.1 + 0.2, "number 0.3"),
    "an amount of fifteen digits": ("invoiceAmount", 1234567890123.45, "number 1234567890123.45"),
    "a large amount": ("invoiceAmount", 1e20, "number 100000000000000000000"),
    "a small amount": ("invoiceAmount", 1e-7, "number 0.0000001"),
    "zero with a minus": ("invoiceAmount", -0.0, "number 0"),
    "an amount as text": ("invoiceAmount", "12.50-", "12.50-"),
    "a number that identifies": ("invoiceNumber", 4711, "4711"),
    "a number that identifies, computed": ("invoiceNumber", 4711.0, "4711"),
    "a number padded with zeros": ("customerNumber", "0000012345", "0000012345"),
    "a day": ("dueDate", date(2026, 1, 31), "2026-01-31"),
    "a day at midnight": ("dueDate", datetime(2026, 1, 31), "2026-01-31"),  # noqa: DTZ001 - a cell has no zone
    "a moment": ("itemText", datetime(2026, 1, 31, 8, 30), "2026-01-31T08:30:00"),  # noqa: DTZ001
    "a time": ("itemText", time(8, 30), "08:30:00"),
    "a day in a text": ("itemText", date(2026, 1, 31), "2026-01-31"),
    "true": ("itemText", True, "TRUE"),
    "an address as JSON": ("billAddr", '{"city": "Bonn", "no": 1.50}', {"city": "Bonn", "no": "number 1.50"}),
    "an unknown column": ("colour", 12, "12"),
    "text of another script": ("itemText", "東京 Müller", "東京 Müller"),
    "an empty cell": ("itemText", None, None),
}


@pytest.mark.parametrize(("name", "cell", "value"), CELLS.values(), ids=CELLS)
def test_a_cell_goes_in_the_type_of_its_column(name, cell, value):
    assert rows(workbook_file(["status", name], ["open", cell])) == [{"status": "open", name: value}]


def test_rows_are_numbered_as_the_sheet_numbers_them():
    workbook = workbook_file([], ["invoiceNumber"], ["1"], [], ["2"])
    assert numbered(workbook) == [(3, {"invoiceNumber": "1"}), (5, {"invoiceNumber": "2"})]


def test_the_first_sheet_is_read_or_the_one_that_is_named():
    workbook = workbook_file(["status"], ["first"], more={"Open items": [["status"], ["second"]]})
    assert rows(workbook) == [{"status": "first"}]
    assert rows(workbook, Reading(sheet="Open items")) == [{"status": "second"}]


def test_the_first_sheet_that_is_not_hidden_is_read():
    workbook = Workbook()
    workbook.active.sheet_state = "hidden"
    workbook.create_sheet("Items").append(["status"])
    workbook["Items"].append(["shown"])
    assert rows(saved(workbook)) == [{"status": "shown"}]


def test_columns_without_name_and_without_cells_are_none():
    assert rows(workbook_file(["status", None, "currency"], ["open", None, "EUR"])) == [
        {"status": "open", "currency": "EUR"}
    ]


def test_a_cell_beside_a_merged_name_is_called_after_its_column():
    workbook = Workbook()
    workbook.active.append(["invoiceNumber", "itemText", None])
    workbook.active.merge_cells("B1:C1")
    workbook.active.append(["1", "two", "three"])
    assert rows(saved(workbook)) == [{"invoiceNumber": "1", "itemText": "two", "column C": "three"}]


def test_the_value_that_a_formula_had_is_read():
    assert rows(with_sheet('<row r="2"><c r="A2"><f>1+1</f><v>2</v></c></row>')) == [{"status": "2"}]


def test_an_empty_text_that_a_formula_gave_is_an_empty_cell():
    row = '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"/></row>'
    assert rows(with_sheet('<row r="2"><c r="A2"><v>1</v></c></row>', row.replace('r="2"', 'r="3"'))) == [
        {"status": "1"}
    ]


ESCAPED = {
    "a carriage return": ("10001_x000D_", "10001\r"),
    "what only looks like an escape": ("_x005F_x000D_", "_x000D_"),
    "a character of two escapes": ("_xD83D__xDE00_", "😀"),
    "small letters": ("a_x000a_b", "a\nb"),
    "no escape": ("_x00_ _xyz_ tax_x", "_x00_ _xyz_ tax_x"),
}


@pytest.mark.parametrize(("written", "text"), ESCAPED.values(), ids=ESCAPED)
def test_escapes_of_characters_are_read_as_the_standard_has_them(written, text):
    shared = with_strings(f"<si><t>{written}</t></si>", '<row r="2"><c r="A2" t="s"><v>0</v></c></row>')
    inline = with_sheet(f'<row r="2"><c r="A2" t="inlineStr"><is><t>{written}</t></is></c></row>')
    formula = with_sheet(f'<row r="2"><c r="A2" t="str"><f>A1</f><v>{written}</v></c></row>')
    assert [rows(workbook) for workbook in (shared, inline, formula)] == [[{"status": text}]] * 3


def test_a_customer_that_excel_wrote_with_a_line_break_is_the_customer():
    cell = '<c r="A2" t="inlineStr"><is><t>10001_x000D_\n</t></is></c>'
    assert rows(with_sheet(f'<row r="2">{cell}</row>')) == [{"status": "10001\r\n"}]  # which its receiver trims


def test_a_shared_text_is_that_of_its_runs_without_how_it_is_read_aloud():
    text = '<si><r><t>Tokyo </t></r><r><t>Ltd</t></r><rPh sb="0" eb="1"><t>toukyou</t></rPh></si>'
    assert rows(with_strings(text, '<row r="2"><c r="A2" t="s"><v>0</v></c></row>')) == [{"status": "Tokyo Ltd"}]


def test_a_workbook_in_strict_open_xml_is_read():
    day = '<row r="2"><c r="A2" t="d"><v>2026-01-31T00:00:00</v></c></row>'
    assert rows(strict(with_sheet(day))) == [{"status": "2026-01-31"}]


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    workbook = workbook_file(["status"], [date(2026, 1, 31)])
    path = "xl/workbook.xml"
    changed = part_of(workbook, path).replace("<workbookPr ", '<workbookPr date1904="1" ')
    assert rows(with_parts(workbook, {path: changed})) == [{"status": "2030-02-01"}]


def test_parts_are_found_whatever_the_case_and_the_slashes_of_their_paths():
    workbook = with_sheet('<row r="2"><c r="A2"><v>7</v></c></row>')
    path = "xl/worksheets/sheet1.xml"
    assert rows(with_parts(workbook, {path: None, "xl\\Worksheets\\Sheet1.XML": part_of(workbook, path)})) == [
        {"status": "7"}
    ]


def test_hidden_rows_and_hidden_sheets_are_told_apart():
    filtered = with_sheet('<row r="2" hidden="1"><c r="A2"><v>7</v></c></row>')
    with ReadWorkbook(BytesIO(filtered)) as workbook:
        assert [(row.number, row.is_hidden) for row in rows_of_sheet(workbook, workbook.sheet())] == [
            (1, False),
            (2, True),
        ]
    several = Workbook()
    several.active.title = "Items"
    several.create_sheet("Notes").sheet_state = "veryHidden"
    several.create_chartsheet("Chart")
    with ReadWorkbook(BytesIO(saved(several))) as workbook:
        assert [(sheet.name, sheet.is_hidden) for sheet in workbook.sheets] == [("Items", False), ("Notes", True)]


def test_a_row_beyond_all_others_is_found_at_once():
    row = '<row r="4000000000"><c r="A4000000000"><v>7</v></c></row>'
    assert numbered(with_sheet(row)) == [(4_000_000_000, {"status": "7"})]


def test_our_own_workbooks_are_read_back_as_they_were_written(client, account):
    InvoiceFactory(account=account, item_text="a\rb _x000D_ c\x01 _x005F_ 😀")
    workbook = b"".join(client.get("/jsonApi/invoices?format=xlsx&fields=itemText").streaming_content)
    assert rows(workbook) == [{"itemText": "a\rb _x000D_ c\x01 _x005F_ 😀"}]
