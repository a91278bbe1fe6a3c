"""Numbers and days of a workbook: exact in their cells, of a format in texts, never guessed."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest

from receivables.uploads.client.feeds import Feed
from receivables.uploads.files.file_types import JSON, NDJSON, XLSX
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Reading
from tests.cases.formats import NAMES, read
from tests.uploads.staff import workbook_file
from tests.uploads.workbook_parts import with_sheet


def workbook(*rows: list[Any]) -> list[dict[str, Any]]:
    return read(workbook_file(NAMES, *rows), XLSX)


def test_numbers_of_a_workbook_are_exact():
    (row,) = workbook([1, 1, 1.234, date(2026, 2, 1), 12.5, 1000])
    assert (row["invoiceAmount"], row["balanceAmount"], row["localAmount"]) == (
        "number 1.234",
        "12.5",
        "number 1000",
    )
    assert row["dueDate"] == "2026-02-01"


def test_texts_of_a_workbook_have_a_format():
    first, second = workbook([1, 1, "1.000", None, 1.5, None], [1, 2, "12,50", "31.12.2025", None, None])
    assert (first["invoiceAmount"], first["balanceAmount"]) == ("number 1000", "1.5")
    assert (second["invoiceAmount"], second["dueDate"]) == ("number 12.50", "2025-12-31")
    with pytest.raises(FileRefused, match=r'row 2: "1\.000"'):
        workbook([1, 1, "1.000", None, None, None])


MISREAD = [[1, 1, 5, date(2013, 2, 1)], [1, 2, 5, "1/26/2013"]]


@pytest.mark.parametrize("text", ["1/26/2013", "26/1/2013", "26.1.2013", "1/26/2013 10:00", "3/4/2013"])
def test_days_beside_texts_in_a_workbook_are_refused_until_someone_says_what_they_are(text):
    rows = [[1, 1, 5, date(2013, 2, 1)], [1, 2, 5, text]]
    with pytest.raises(FileRefused):
        read(workbook_file(NAMES[:4], *rows), XLSX)
    with pytest.raises(FileRefused, match="--excel-dates"):
        read(workbook_file(NAMES[:4], *rows), XLSX, dates="12/31/2025")


@pytest.mark.parametrize(("day_cells", "first"), [("right", "2013-02-01"), ("swapped", "2013-01-02")])
def test_days_that_excel_misread_are_swapped_back_when_told(day_cells, first):
    found = read(workbook_file(NAMES[:4], *MISREAD), XLSX, day_cells=day_cells)
    assert [row["dueDate"] for row in found] == [first, "2013-01-26"]


def test_a_day_that_excel_cannot_have_swapped_stays():
    rows = [[1, 1, 5, date(2013, 1, 26)], [1, 2, 5, "1/26/2013"], [1, 3, 5, datetime(2013, 2, 1, 8, 30)]]  # noqa: DTZ001
    found = read(workbook_file(NAMES[:4], *rows), XLSX, day_cells="swapped")
    assert [row["dueDate"] for row in found] == ["2013-01-26", "2013-01-26", "2013-01-02T08:30:00"]


def test_days_beside_iso_texts_are_taken():
    rows = [[1, 1, 5, date(2013, 2, 1)], [1, 2, 5, "2013-01-26"]]
    found = read(workbook_file(NAMES[:4], *rows), XLSX)
    assert [row["dueDate"] for row in found] == ["2013-02-01", "2013-01-26"]


def test_a_cell_of_day_and_time_gives_the_written_day():
    (row,) = workbook([1, 1, 5, datetime(2026, 1, 31, 23, 59), None, None])  # noqa: DTZ001
    assert row["dueDate"] == "2026-01-31T23:59:00"


@pytest.mark.parametrize("file", [b'[{"invoiceAmount": "1.000"}]', b'{"dueDate": "01/02/2026"}\n'])
def test_json_has_no_format(file):
    for file_type in (JSON, NDJSON):
        feed = Feed("invoices", file_type, Reading())
        assert feed.detected(BytesIO(file)) == feed


ERRORS = ["#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"]


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_of_a_formula_is_no_broken_file(error):
    cells = f'<row r="2"><c r="A2" t="e"><v>{error}</v></c></row>'
    (row,) = read(with_sheet(cells), XLSX)
    assert list(row.values()) == [{"#error": error}]


def test_a_large_number_that_identifies_is_written_in_full():
    (row,) = workbook([1930440000, 1.93044e9, 1, None, None, None])
    assert (row["customerNumber"], row["invoiceNumber"]) == ("1930440000", "1930440000")
