"""How a table writes its numbers and days: proved by its values, stated by whoever sends it, never guessed."""

import json
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest

from receivables.uploads.client.feeds import Feed
from receivables.uploads.files.file_types import CSV, JSON, NDJSON, XLSX, TableFile
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.survey import survey
from receivables.uploads.files.tables import Reading
from tests.uploads.staff import workbook_file
from tests.uploads.workbook_parts import with_sheet

NAMES = ["customerNumber", "invoiceNumber", "invoiceAmount", "dueDate", "balanceAmount", "localAmount"]


def read(file: bytes, file_type: TableFile = CSV, **stated: str) -> list[dict[str, Any]]:
    """Return the rows of a file whose format is settled; numbers as the text that they are written with."""
    reading = Reading(**stated)  # type: ignore[arg-type]
    with file_type.open_table(BytesIO(file), reading) as table:
        reading = survey(table, "invoices", reading).settled(reading)
    lines = file_type.numbered_lines(BytesIO(file), "invoices", reading)
    return [json.loads(line, parse_int=_literal, parse_float=_literal) for _, line in lines]


def _literal(number: str) -> str:
    return f"number {number}"


def csv_of(column: str, *cells: str, more: str = "") -> bytes:
    header = f"customerNumber;invoiceNumber;{column}{more and ';' + more}\n"
    return (header + "".join(f"1;{place};{cell}{more and ';'}\n" for place, cell in enumerate(cells))).encode()


def amounts(*cells: str, column: str = "invoiceAmount", **stated: str) -> list[Any]:
    return [row[column] for row in read(csv_of(column, *cells), **stated)]


def days(*cells: str, **stated: str) -> list[Any]:
    return [row["dueDate"] for row in read(csv_of("dueDate", *cells), **stated)]


PROVED_NUMBERS = {
    "two places": (["1.000", "12.50"], ["number 1.000", "number 12.50"]),
    "a zero before three places": (["1.000", "0.123"], ["number 1.000", "number 0.123"]),
    "four places": (["1.000", "7.1250"], ["number 1.000", "number 7.1250"]),
    "four digits before the point": (["1.000", "1234.567"], ["number 1.000", "number 1234.567"]),
    "two groups of points": (["1.000", "1.234.567"], ["number 1000", "number 1234567"]),
    "a decimal comma": (["1.000", "12,5"], ["number 1000", "number 12.5"]),
    "groups and a decimal comma": (["12.500", "1.234,56"], ["number 12500", "number 1234.56"]),
    "groups of commas": (["1,234", "1,234.56"], ["number 1234", "number 1234.56"]),
    "a point with one place": (["1,234", "0.5"], ["number 1234", "number 0.5"]),
    "groups of blanks": (["1,234", "1 234,5"], ["number 1.234", "number 1234.5"]),
    "groups of no-break spaces": (["1\u00a0234", "1,234"], ["number 1234", "number 1.234"]),
    "groups of narrow no-break spaces": (["1\u202f234\u202f567,5"], ["number 1234567.5"]),
    "groups of apostrophes": (["1'234.50", "1.234"], ["number 1234.50", "number 1.234"]),
    "groups of typographic apostrophes": (["1\u2019234.50"], ["number 1234.50"]),
    "no digit before the comma": ([",50", "1.000"], ["number 0.50", "number 1000"]),
}


@pytest.mark.parametrize(("cells", "expected"), PROVED_NUMBERS.values(), ids=PROVED_NUMBERS)
def test_a_value_of_one_reading_proves_the_format_of_all(cells, expected):
    assert amounts(*cells) == expected
    assert amounts(*reversed(cells)) == expected[::-1]


SIGNED = {
    "a minus before": ("-1.234,56", "number -1234.56"),
    "a minus behind": ("234,56-", "234.56-"),
    "a minus and a blank": ("- 1.234,56", "number -1234.56"),
    "a blank and a minus behind": ("1.234,56 -", "1234.56-"),
    "the sign of mathematics": ("\u22121.234,56", "number -1234.56"),
    "brackets": ("(1.234,56)", "(1234.56)"),
    "a plus": ("+1.234,56", "+1234.56"),
    "blanks around": ("  1.234,56\u00a0", "number 1234.56"),
    "zeros in front": ("007,50", "007.50"),
}


@pytest.mark.parametrize(("cell", "expected"), SIGNED.values(), ids=SIGNED)
def test_a_sign_is_read_where_it_stands(cell, expected):
    assert amounts(cell) == [expected]


OPEN_NUMBERS = {
    "groups or places": (["1.000", "12.500", "250"], '"1.000" in column "invoiceAmount" may mean 1.000 or 1000'),
    "commas": (["250", "1,234"], 'line 3: "1,234" in column "invoiceAmount" may mean 1234 or 1.234'),
    "a negative number": (["-1.000"], "may mean -1.000 or -1000"),
    "a minus behind": (["5", "12.500-"], "may mean 12.500- or 12500-"),
    "brackets": (["(1,234)"], r"may mean \(1234\) or \(1.234\)"),
    "six digits": (["123.456"], "may mean 123.456 or 123456"),
}


@pytest.mark.parametrize(("cells", "message"), OPEN_NUMBERS.values(), ids=OPEN_NUMBERS)
def test_a_number_of_two_readings_is_refused_with_the_option(cells, message):
    with pytest.raises(FileRefused, match=message) as refused:
        amounts(*cells)
    assert "--number-format" in str(refused.value)


STATED_NUMBERS = {
    "1234.56": ["number 1.000", "1,234", "number 250"],
    "1,234.56": ["number 1.000", "number 1234", "number 250"],
    "1.234,56": ["number 1000", "number 1.234", "number 250"],
    "1 234,56": [{"#otherFormat": "1.000"}, "number 1.234", "number 250"],
    "1'234.56": ["number 1.000", "1,234", "number 250"],
}


@pytest.mark.parametrize(("numbers", "expected"), STATED_NUMBERS.items(), ids=STATED_NUMBERS)
def test_a_stated_format_reads_all_numbers(numbers, expected):
    assert amounts("1.000", "1,234", "250", numbers=numbers) == expected


def test_a_number_of_another_format_cannot_be_taken_for_one():
    found = amounts("12.50", "1.5", "12,50", "0.5-", "(1.5)", numbers="1.234,56")
    assert found == [
        {"#otherFormat": cell} if "," not in cell else "number 12.50"
        for cell in ("12.50", "1.5", "12,50", "0.5-", "(1.5)")
    ]
    (row,) = read(csv_of("invoiceAmount;balanceAmount", "1;12.50"), numbers="1.234,56")
    assert row["balanceAmount"] == {"#otherFormat": "12.50"}


@pytest.mark.parametrize("cell", ["2026-01-31", "20260131", "2026-01-31T10:00:00Z", "2026-01-31 10:00", "2026/1/31"])
def test_a_day_of_another_format_cannot_be_taken_for_one(cell):
    assert days(cell, dates="31.12.2025") == [{"#otherFormat": cell}]


@pytest.mark.parametrize("cells", [["250"], ["-3", "0"], ["7-"], ["(5)"], ["007"], ["bad", ""]])
def test_numbers_of_one_reading_in_all_formats_need_no_format(cells):
    assert len(amounts(*cells)) == len(cells)


@pytest.mark.parametrize(
    "cells", [["12.50", "12,50"], ["1.234.567", "0.5"], ["1 234", "1.234"], ["1'234", "7,5"], ["1,234.56", "1.234,56"]]
)
def test_two_proofs_that_contradict_each_other_are_both_named(cells):
    with pytest.raises(FileRefused) as refused:
        amounts("5", *cells)
    first, second = cells
    assert f'"{first}" in line 3 (column "invoiceAmount") and "{second}" in line 4' in str(refused.value)
    assert len(amounts("5", *cells, numbers="1,234.56")) == 3


def test_a_proof_in_another_column_of_amounts_settles_all():
    file = b"customerNumber;invoiceNumber;invoiceAmount;localAmount;balanceAmount\n1;1;1.000;;\n1;2;2.000;;7,5\n"
    assert [row["invoiceAmount"] for row in read(file)] == ["number 1000", "number 2000"]
    assert read(file)[1]["balanceAmount"] == "7.5"


@pytest.mark.parametrize("column", ["invoiceNumber", "reference1", "colour"])
def test_columns_that_are_no_amounts_prove_nothing(column):
    names = ["customerNumber", "invoiceNumber", "invoiceAmount", "reference1", "colour"]
    cells = {"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": "1.000"} | {column: "12,50"}
    file = ";".join(names) + "\n" + ";".join(cells.get(name, "") for name in names) + "\n"
    with pytest.raises(FileRefused, match="may mean"):
        read(file.encode())


PROVED_DAYS = {
    "ISO": (["2026-01-31"], ["2026-01-31"]),
    "ISO without hyphens": (["20260131", "00000000"], ["20260131", "00000000"]),
    "ISO with slashes": (["2026/1/31"], ["2026-01-31"]),
    "German": (["31.12.2025", "1.2.2026"], ["2025-12-31", "2026-02-01"]),
    "American": (["12/31/2025", "01/02/2026"], ["2025-12-31", "2026-01-02"]),
    "British": (["31/12/2025", "01/02/2026"], ["2025-12-31", "2026-02-01"]),
    "American without padding": (["1/26/2013", "1/2/2013"], ["2013-01-26", "2013-01-02"]),
    "the same day and month": (["01/01/2026", "2/2/2026"], ["2026-01-01", "2026-02-02"]),
    "a time of day": (["31.12.2025 14:05"], ["2025-12-31T14:05:00"]),
    "a time of twelve hours": (["1/26/2013 2:05:30 PM"], ["2013-01-26T14:05:30"]),
    "midnight of twelve hours": (["1/26/2013 12:00 AM"], ["2013-01-26T00:00:00"]),
    "ISO and a time": (["2026-01-31 00:00:00"], ["2026-01-31T00:00:00"]),
    "an instant": (["2026-01-31T23:30:00Z"], ["2026-01-31T23:30:00Z"]),
}


@pytest.mark.parametrize(("cells", "expected"), PROVED_DAYS.values(), ids=PROVED_DAYS)
def test_a_day_of_one_reading_proves_the_format_of_all(cells, expected):
    assert days(*cells) == expected


@pytest.mark.parametrize("cell", ["01/02/2026", "1/2/2026", "12/11/2025", "3/4/2026 10:00", "11/10/2025"])
def test_a_day_of_two_readings_is_refused_with_the_option(cell):
    with pytest.raises(FileRefused, match="--date-format"):
        days("10/10/2025", cell)


def test_a_stated_format_reads_all_days():
    cells = ["01/02/2026", "31/12/2025"]
    assert days(*cells, dates="31/12/2025") == ["2026-02-01", "2025-12-31"]
    assert days(*cells, dates="12/31/2025") == ["2026-01-02", "31/12/2025"]


OF_TWO_FORMATS = [["31/12/2025", "12/31/2025"], ["31.12.2025", "2025-12-31"], ["20251231", "1/26/2013"]]


@pytest.mark.parametrize("cells", OF_TWO_FORMATS)
def test_days_of_two_formats_are_both_named(cells):
    with pytest.raises(FileRefused) as refused:
        days(*cells)
    assert all(f'"{cell}"' in str(refused.value) for cell in cells)


NO_DAYS = ["31.12.25", "12/31/25", "31.02.2026", "32.1.2026", "soon", "31-12-2025", "0000-00-00"]


@pytest.mark.parametrize("cell", NO_DAYS)
def test_what_is_no_day_of_the_format_stays_a_text(cell):
    assert days(cell, "31.12.2025") == [cell, "2025-12-31"]


@pytest.mark.parametrize("own", ["id", "openAmount", "createdAt", "updatedAt", "#row", "#errors"])
def test_a_column_of_our_own_files_proves_their_format(own):
    file = csv_of("invoiceAmount;dueDate", "1.000;2026-01-31", more=own)
    (row,) = read(file)
    assert (row["invoiceAmount"], row["dueDate"]) == ("number 1.000", "2026-01-31")


def test_a_list_of_ours_keeps_any_text_of_a_balance():
    (row,) = read(csv_of("invoiceAmount;balanceAmount", "1.000;12,50", more="openAmount"))
    assert row["balanceAmount"] == "12,50"


def test_a_foreign_file_that_has_a_column_named_id_is_asked_about():
    with pytest.raises(FileRefused, match="not written in the same format"):
        read(csv_of("invoiceAmount", "1.000", "12,50", more="id"))


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
