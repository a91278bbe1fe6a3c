"""What the sender of a table is told before it is sent: how it is read, and which options settle the rest."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.cases.sent_tables import ACCEPTED, HEADER, ROWS, send, workbook, written
from tests.uploads.foreign_servers import server_that_answers

TABLES = {
    "a file in Windows-1252": (
        f"{HEADER},itemText\n1,2,3,Müller\n",
        "cp1252",
        'The file is not UTF-8, and is read as windows-1252: "Müller". If that looks wrong, name its encoding: '
        "--encoding NAME.",
    ),
    "a title above the header": (
        f"Open items\n\n{HEADER}\n1,2,3\n",
        "utf-8",
        'The header is line 3. Not read above it: "Open items".',
    ),
    "German numbers": (
        "customerNumber;invoiceNumber;invoiceAmount\n1;2;1.234,56\n",
        "utf-8",
        'Numbers are read as 1.234,56: "1.234,56" in line 2 is 1234.56.',
    ),
    "American numbers": (
        f'{HEADER}\n1,2,"1,234.56"\n',
        "utf-8",
        'Numbers are read as 1,234.56: "1,234.56" in line 2 is 1234.56.',
    ),
    "German days": (
        f"{HEADER},dueDate\n1,2,3,31.12.2025\n",
        "utf-8",
        'Dates are read as 31.12.2025: "31.12.2025" in line 2 is 2025-12-31.',
    ),
    "American days": (
        f"{HEADER},dueDate\n1,2,3,12/31/2025\n",
        "utf-8",
        'Dates are read as 12/31/2025: "12/31/2025" in line 2 is 2025-12-31.',
    ),
}


@pytest.mark.parametrize(("text", "encoding", "remark"), TABLES.values(), ids=TABLES)
def test_how_a_table_is_read_is_told_in_one_line(folder, text, encoding, remark):
    _, err, requests = send(written(folder, text, encoding))
    assert (err, len(requests)) == ([remark], 1)


PLAIN = {
    "whole numbers and no days": f"{HEADER}\n1,2,3\n",
    "a byte order mark": f"\ufeff{HEADER}\n1,2,3\n",
    "blank lines": f"{HEADER}\n\n1,2,3\n\n",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_of_a_plain_table_nothing_is_told(folder, text):
    assert send(written(folder, text))[1] == []


def test_sheets_that_are_not_read_are_named(folder):
    other = [["a", "b"], [1, 2]]
    _, err, _ = send(workbook(folder, {"January": ROWS, "Notes": other, "Sums": other}))
    assert err == ['Sheets that are not read: "Notes", "Sums". Read: "January". Name another with --sheet.']


def test_a_sheet_is_chosen_by_its_name(folder):
    out, _, requests = send(workbook(folder, {"Notes": [["a"], ["b"]], "January": ROWS}), "--sheet=January")
    assert ("accepted" in out, len(requests)) == (True, 1)


def test_hidden_rows_are_told(folder):
    rows = [*ROWS, ["2", "3", 4], ["3", "4", 5]]
    assert send(workbook(folder, {"January": rows}, hidden_rows=(3, 4)))[1] == ["2 hidden rows are read, too."]


OPEN = {
    "an amount": (f"{HEADER}\n1,2,1.000\n", ["line 2", '"1.000"', "--number-format"]),
    "an amount with a comma": (f'{HEADER}\n1,1,5\n1,2,"1,000"\n', ["line 3", '"1,000"', "--number-format"]),
    "a day": (f"{HEADER},dueDate\n1,2,3,01/02/2026\n", ["line 2", '"01/02/2026"', "--date-format"]),
    "two amounts that contradict": (
        f'{HEADER}\n1,2,"1.234,56"\n1,3,"1,234.56"\n',
        ["line 2", "line 3", "--number-format"],
    ),
    "two days that contradict": (
        f"{HEADER},dueDate\n1,2,3,31/12/2025\n1,3,4,12/31/2025\n",
        ["line 2", "line 3", "--date-format"],
    ),
}


@pytest.mark.parametrize(("text", "words"), OPEN.values(), ids=OPEN)
def test_what_is_not_certain_is_refused_with_the_option_that_settles_it(folder, text, words):
    file = written(folder, text)
    with pytest.raises(CommandError) as failed:
        call_command("send_feed", "invoices", str(file), "--key=a", "--url=http://127.0.0.1:9")
    assert failed.value.returncode == 2
    assert [word for word in words if word not in str(failed.value)] == []


@pytest.mark.parametrize(
    ("text", "option"),
    [
        (f"{HEADER}\n1,2,1.000\n", "--number-format=1.234,56"),
        (f"{HEADER}\n1,2,1.000\n", "--number-format=1234.56"),
        (f'{HEADER}\n1,2,"1,000"\n', "--number-format=1,234.56"),
        (f"{HEADER},dueDate\n1,2,3,01/02/2026\n", "--date-format=31/12/2025"),
        (f"{HEADER},dueDate\n1,2,3,01/02/2026\n", "--date-format=12/31/2025"),
    ],
)
def test_the_option_settles_it(folder, text, option):
    assert len(send(written(folder, text), option)[2]) == 1


DELIMITERS = {
    "a name": ("--delimiter=tab", "\t"),
    "a backslash": ("--delimiter=\\t", "\t"),
    "another name": ("--delimiter=Semicolon", ";"),
    "a bar": ("--delimiter=pipe", "|"),
    "the character itself": ("--delimiter=:", ":"),
    "a blank": ("--delimiter=space", " "),
}


@pytest.mark.parametrize(("option", "delimiter"), DELIMITERS.values(), ids=DELIMITERS)
def test_a_delimiter_is_named(folder, option, delimiter):
    file = written(folder, f"{HEADER}\n1,2,3\n".replace(",", delimiter))
    assert send(file, option)[2][0][0].endswith("expectedRows=1")


COLUMNS = {
    "a field": (["--map=Kunde=customerNumber"], "Kunde,invoiceNumber,invoiceAmount\n1,2,3\n"),
    "a name with an equals sign": (["--map=a=b=customerNumber"], "a=b,invoiceNumber,invoiceAmount\n1,2,3\n"),
    "several": (
        ["--map=K=customerNumber", "--map=R=invoiceNumber", "--map=B=invoiceAmount"],
        "K,R,B\n1,2,3\n",
    ),
    "a column that is left out": (["--map=x=-"], f"{HEADER},x\n1,2,3,4\n"),
    "a column that is kept": (["--map=x=+"], f"{HEADER},x\n1,2,3,4\n"),
}


@pytest.mark.parametrize(("options", "text"), COLUMNS.values(), ids=COLUMNS)
def test_columns_become_what_is_said_of_them(folder, options, text):
    assert len(send(written(folder, text), *options)[2]) == 1


def test_a_column_that_is_not_there_is_told(folder):
    file = written(folder, f"{HEADER}\n1,2,3\n")
    with pytest.raises(CommandError, match="names the column Kundd, which is not in line 1") as failed:
        call_command("send_feed", "invoices", str(file), "--map=Kundd=itemText", "--key=a", "--url=http://127.0.0.1:9")
    assert failed.value.returncode == 2


def test_of_a_table_the_server_is_told_that_it_is_one(folder):
    table, lines = written(folder, f"{HEADER}\n1,2,3\n"), written(folder, "{}\n", name="feed.ndjson")
    preferences = [send(file, "--lenient")[2][0][1]["Prefer"] for file in (table, lines)]
    assert preferences == ["handling=lenient, source=table", "handling=lenient"]


def test_a_table_comes_from_standard_input(folder, monkeypatch):
    with server_that_answers(200, ACCEPTED) as server:
        command = [sys.executable, "manage.py", "send_feed", "invoices", "-", "--format=csv", "--key=a"]
        url = f"--url=http://127.0.0.1:{server.server_port}"
        text = "customerNumber;invoiceNumber;invoiceAmount\n1;2;1.234,56\n"
        sent = subprocess.run([*command, url], input=text, text=True, capture_output=True, check=False)
    assert (sent.returncode, sent.stderr.startswith("Numbers are read as 1.234,56")) == (0, True), sent.stderr
