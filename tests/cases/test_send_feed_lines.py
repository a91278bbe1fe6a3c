"""How send_feed counts the rows of a receipt: as the file of its sender does."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.cases.sent_tables import HEADER, ROWS, SHARED, send, workbook, written
from tests.uploads.foreign_servers import server_that_answers


def refusal(index: int, message: str, **members: object) -> str:
    error = {"index": index, "field": "invoiceAmount", "code": "x", "message": f"row {index + 1}: {message}"}
    return json.dumps(SHARED | {"outcome": "refused", "errors": [error | members]})


PLACES = {
    "a cell of three lines and a blank line": ("feed.csv", f'{HEADER}\n"1\n2\n3",2,3\n\n4,5,bad\n', 1, "line", "6"),
    "a title": ("feed.csv", f"Open items\n\n{HEADER}\n1,2,bad\n", 0, "line", "4"),
    "Windows line ends": ("feed.csv", f'{HEADER}\r\n"1\r\n2",2,3\r\n4,5,bad\r\n', 1, "line", "4"),
    "a row of blank cells": ("feed.csv", f"{HEADER}\n,,\n1,2,bad\n", 0, "line", "3"),
    "blank lines of JSON": ("feed.ndjson", '\n{"a": 1}\n\n\n{"b": 2}\n', 1, "line", "5"),
    "a byte order mark before JSON": ("feed.ndjson", '\ufeff{"a": 1}\n{"b": 2}\n', 1, "line", "2"),
    "an array": ("feed.json", '[\n{"a": 1},\n\n{"b": 2}]', 1, "row", "2"),
}


@pytest.mark.parametrize(("name", "text", "index", "word", "number"), PLACES.values(), ids=PLACES)
def test_a_bad_row_is_counted_as_its_file_counts(folder, name, text, index, word, number):
    out, _, _ = send(written(folder, text, name=name), status=400, text=refusal(index, "is bad."))
    heading, _, row = [line.split() for line in out[out.index("Errors") :].splitlines()[1:4]]
    assert (heading[0], row) == (word, [number, "invoiceAmount", "is", "bad."])


def test_a_bad_row_of_a_sheet_is_counted_as_excel_does(folder):
    file = workbook(folder, {"January": [["Open items"], [], *ROWS, [], ["2", "3", "bad"]]})
    out, _, _ = send(file, status=400, text=refusal(1, "is bad."))
    assert ["6", "invoiceAmount", "is", "bad."] in [line.split() for line in out.splitlines()]


def test_another_row_that_a_message_names_is_counted_likewise(folder):
    file = written(folder, f"{HEADER}\n\n1,2,3\n\n1,2,4\n")
    text = refusal(1, 'has the identity of row 1 (index 0) and "row 9".')
    out, _, _ = send(file, status=400, text=text)
    assert 'has the identity of line 3 and "row 9".' in out


def test_the_first_row_of_a_warning_is_counted_likewise(folder):
    warning = {"code": "x", "field": "dueDate", "rows": 1, "firstIndex": 1, "message": "was odd. First in row 2."}
    text = json.dumps(SHARED | {"outcome": "accepted", "warnings": [warning]})
    out, _, _ = send(written(folder, f"{HEADER}\n\n1,2,3\n\n1,2,4\n"), text=text)
    assert "was odd. First in line 5." in out


ADVICE = "1 of 1 rows have errors, so none of the %s was stored. Correct the rows and send the %s again."
CLOSING = {"a table": ("feed.csv", f"{HEADER}\n1,2,3\n", "file"), "JSON": ("feed.json", "[{}]", "array")}


@pytest.mark.parametrize(("name", "text", "word"), CLOSING.values(), ids=CLOSING)
def test_the_closing_advice_calls_a_table_the_file(folder, name, text, word):
    refused = json.dumps(SHARED | {"outcome": "refused", "detail": ADVICE % ("array", "array")})
    file = written(folder, text, name=name)
    with server_that_answers(400, refused) as server:
        url = f"--url=http://127.0.0.1:{server.server_port}"
        with pytest.raises(CommandError) as failed:
            call_command("send_feed", "invoices", str(file), "--key=a", url, stdout=StringIO(), stderr=StringIO())
    assert str(failed.value) == ADVICE % (word, word)
