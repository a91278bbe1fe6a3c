"""How a table writes its numbers: proved by its values, stated by whoever sends it, never guessed."""

import pytest

from receivables.uploads.files.messages import FileRefused
from tests.cases.formats import amounts, csv_of, read

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
