"""Rows that were cells of a table, as `Prefer: source=table` says."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_preference_is_honoured_and_part_of_what_was_asked(upload):
    answer = upload([], headers={"Prefer": "source=table, handling=lenient"})
    assert answer["Preference-Applied"] == "source=table, handling=lenient"


def row(**values):
    return [{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1, "dueDate": "2026-01-31"} | values]


BAD_CELLS = {
    "no amount": (row(invoiceAmount="1oo"), '"1oo" is not an amount. Write only a number into the cell'),
    "an amount of another format": (row(invoiceAmount="1.234,56"), "in the format of the other numbers of the file"),
    "no date": (row(dueDate="soon"), '"soon" is not a date. Write it in the format of the other dates'),
    "a year of two digits": (row(dueDate="31.12.25"), '"31.12.25" has a year of two digits. Write the year with four'),
    "an American year of two digits": (row(dueDate="12/31/25"), "has a year of two digits"),
    "a year of two digits and a time": (row(dueDate="31.12.25 14:00"), "has a year of two digits"),
    "no day of the calendar": (row(dueDate="2026-02-30"), "is not a day of the calendar"),
    "an empty cell": (row(invoiceNumber=None), "is empty, and every row needs it. Fill in the cell."),
    "a blank cell": (row(invoiceNumber=" "), "is blank, and every row needs it. Fill in the cell."),
    "a long text": (row(currency="x" * 999), "Shorten the text in the cell."),
    "a large amount": (row(invoiceAmount=10**30), "is too large: an amount has at most 19 digits"),
    "an error of a formula in a text": (row(itemText={"#error": "#N/A"}), 'holds "#N/A", the error of a formula'),
    "an error of a formula in a number": (row(customerNumber={"#error": "#REF!"}), 'holds "#REF!"'),
    "an error of a formula in an amount": (row(invoiceAmount={"#error": "#DIV/0!"}), 'holds "#DIV/0!"'),
    "an error of a formula in a day": (row(dueDate={"#error": "#VALUE!"}), 'holds "#VALUE!"'),
    "a number of another format": (
        row(invoiceAmount={"#otherFormat": "12.50"}),
        '"12.50" is not written in the format',
    ),
    "a day of another format": (row(dueDate={"#otherFormat": "2026-01-31"}), '"2026-01-31" is not written in the'),
    "a missing column": ([{"customerNumber": "1", "invoiceNumber": "1"}], "is missing: the file has no such column."),
    "a column of another name": (
        [{"customerNumber": "1", "invoiceNumber": "1", "InvoiceAmount": "1"}],
        'is missing, but the file has a column "InvoiceAmount".',
    ),
    "an item twice": (row() + row(itemText="x"), "is the same item as row 2 (index 1), with other values."),
}


@pytest.mark.parametrize(("rows", "message"), BAD_CELLS.values(), ids=BAD_CELLS)
def test_the_error_of_a_cell_speaks_of_cells(rows, message, upload):
    errors = upload(rows, headers={"Prefer": "source=table"}).json()["errors"]
    assert message in errors[0]["message"]
    assert not any(word in errors[0]["message"] for word in ("JSON", "null", "Send", "key"))


def test_an_object_is_no_error_of_a_cell_in_json(upload):
    (error,) = upload(row(itemText={"#error": "#N/A"})).json()["errors"]
    assert error["code"] == "not_text"
