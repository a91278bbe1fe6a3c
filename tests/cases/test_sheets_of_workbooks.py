"""Sheets of workbooks: which are read, and that those that are not, and hidden rows, are named."""

import pytest
from openpyxl import Workbook

from receivables.uploads.files.file_types import XLSX
from tests.cases.tables import ROW, noticed
from tests.uploads.staff import saved, workbook_file


def test_sheets_that_are_not_read_are_named():
    more = {"Open items": [[*ROW], [2, "S2", 8]], "Notes": [["read me"]], "Empty": []}
    content = workbook_file([*ROW], [1, "S1", 7], more=more)
    found, read = noticed(content, XLSX)
    assert (found.sheets, found.unread_sheets) == (["Items"], ["Open items", "Notes"])
    assert [row["invoiceNumber"] for row in read] == ["S1"]


def test_a_sheet_that_is_named_is_read_alone():
    content = workbook_file([*ROW], [1, "S1", 7], more={"Items 2": [[*ROW], [2, "S2", 8]]})
    found, read = noticed(content, XLSX, sheet="Items 2")
    assert (found.sheets, found.unread_sheets, len(read)) == (["Items 2"], ["Items"], 1)


def test_an_empty_sheet_in_front_is_passed_over():
    content = workbook_file(more={"Rows": [[*ROW], [1, "S1", 7]]})
    assert noticed(content, XLSX)[0].sheets == ["Rows"]


def test_sheets_that_go_on_under_the_same_heading_are_one_table():
    more = {"Items 2": [[*ROW], [2, "S2", 8]], "Items 3": [[*ROW], [3, "S3", 9]], "Items 5": [[*ROW], [5, "S5", 9]]}
    found, read = noticed(workbook_file([*ROW], [1, "S1", 7], more=more), XLSX)
    assert (found.sheets, found.unread_sheets) == (["Items", "Items 2", "Items 3"], ["Items 5"])
    assert [row["invoiceNumber"] for row in read] == ["S1", "S2", "S3"]


def test_a_sheet_of_another_heading_goes_on_from_none():
    found, read = noticed(workbook_file([*ROW], [1, "S1", 7], more={"Items 2": [["status"], [2]]}), XLSX)
    assert (found.unread_sheets, len(read)) == (["Items 2"], 1)


@pytest.mark.parametrize("hidden", [[2], [3], [2, 3], [4], [2, 3, 4]])
def test_hidden_rows_are_read_and_counted(hidden):
    workbook = Workbook()
    for row in ([*ROW], [1, "S1", 7], [2, "S2", 8], [3, "S3", 9]):
        workbook.active.append(row)
    for number in hidden:
        workbook.active.row_dimensions[number].hidden = True
    found, read = noticed(saved(workbook), XLSX)
    assert (found.hidden_rows, len(read)) == (len(hidden), 3)
