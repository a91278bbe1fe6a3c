"""Lines of tables: blank rows, titles above the header, delimiters, and the line that each row begins in."""

import pytest

from receivables.models import Invoice
from receivables.uploads.files.file_types import CSV, NDJSON, XLSX
from tests.cases.reading_back import sent_back
from tests.cases.tables import HEADER, ROW, noticed, numbered, rows
from tests.uploads.staff import words, workbook_file

BLANK_ROWS = [";;", ";;;;;;", " ;\t;  ", "\u00a0;;", "\u3000", " ", ";\u200b;", '"";"";""', "'\t;;", "\ufeff;;"]


@pytest.mark.parametrize("blank", BLANK_ROWS, ids=ascii)
def test_a_row_of_blank_cells_is_none_in_csv(blank):
    content = f"{HEADER}{blank}\n1;S1;7\n{blank}\n".encode()
    assert rows(content) == [ROW]
    assert numbered(content) == [3]
    assert noticed(content)[0].blank_rows == 2


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\t", "\u200b", "\u2003"], ids=ascii)
def test_a_row_of_blank_cells_is_none_in_a_workbook(blank):
    content = workbook_file([*ROW], [blank, blank, None], [*ROW.values()], [None, blank])
    assert rows(content, XLSX) == [ROW]
    assert numbered(content, XLSX) == [3]


AS_THEY_ARE = {
    "sep=": "sep=;\n" + HEADER + "1;S1;7\n",
    "SEP= in quotes": '"SEP=;"\r\n' + HEADER + "1;S1;7\r\n",
    "sep= of a delimiter of its own": "sep=~\n" + (HEADER + "1;S1;7\n").replace(";", "~"),
    "tabs": (HEADER + "1;S1;7\n").replace(";", "\t"),
    "bars": (HEADER + "1;S1;7\n").replace(";", "|"),
    "commas": (HEADER + "1;S1;7\n").replace(";", ","),
    "a trailing 0x1A": HEADER + "1;S1;7\n\x1a",
    "a trailing 0x1A in the last line": HEADER + "1;S1;7\x1a",
    "0x1A in a line of its own": HEADER + "1;S1;7\r\n\x1a\r\n",
    "0x1A to fill a block": HEADER + "1;S1;7\n" + "\x1a" * 100,
    "a title": "Open items\n" + HEADER + "1;S1;7\n",
    "a title with delimiters": "Open items;;\n;;\n" + HEADER + "1;S1;7\n",
    "a title of two cells": "Report;2026-01-31;\n\n" + HEADER + "1;S1;7\n",
    "a title with commas": "Open items, all, of today, and more\n" + HEADER + "1;S1;7\n",
    "the header in line 3": "Acme\nas of 31 January\n" + HEADER + "1;S1;7\n",
    "a nameless column without cells": HEADER.replace("\n", ";\n") + "1;S1;7;\n",
    "a nameless column that rows lack": HEADER.replace("\n", ";;\n") + "1;S1;7\n",
    "a nameless column in the middle": "customerNumber;;invoiceNumber;invoiceAmount\n1;;S1;7\n",
    "blank cells too many": HEADER + "1;S1;7;;; \n",
    "line ends of old Macs": (HEADER + "1;S1;7\n").replace("\n", "\r"),
}


@pytest.mark.parametrize("content", AS_THEY_ARE.values(), ids=AS_THEY_ARE)
def test_a_file_is_read_as_it_is(content):
    assert rows(content) == [ROW]


@pytest.mark.parametrize("content", AS_THEY_ARE.values(), ids=AS_THEY_ARE)
def test_a_file_is_taken_as_it_is_on_the_upload_page(content, uploader):
    uploader.choose("night.csv", content.encode())
    uploader.go("confirm")
    assert list(Invoice.objects.values_list("customer_number", "invoice_number", "invoice_amount")) == [("1", "S1", 7)]


def test_a_cell_with_0x1a_at_the_end_of_a_line_is_read_in_its_order():
    content = HEADER + '1;"a\x1a\nb";7\n2;S2;8\n'
    assert [row["invoiceNumber"] for row in rows(content)] == ["a\x1a\nb", "S2"]


def test_the_lines_above_the_header_are_told():
    found, read = noticed(b"Acme;;\n\nas of 31 January;;\n" + HEADER.encode() + b"1;S1;7\n")
    assert (found.lines_above, found.header_line, read) == (["Acme", "as of 31 January"], 4, [ROW])


def test_a_title_in_a_workbook_is_told():
    content = workbook_file(["Open items"], [None], [*ROW], [*ROW.values()])
    found, read = noticed(content, XLSX)
    assert (found.lines_above, found.header_line, read) == (["Open items"], 3, [ROW])


def test_a_header_of_unknown_names_below_a_title_is_asked_about(uploader):
    page = uploader.choose("night.csv", b"Offene Posten;;\nKunde;Rechnung;Betrag\n1;S1;7\n2;S2;8\n")
    assert "Kunde" in words(page)
    uploader.go("columns", column0="customerNumber", column1="invoiceNumber", column2="invoiceAmount")
    uploader.go("confirm")
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "~"])
def test_a_delimiter_can_be_said(delimiter):
    content = (HEADER + "1;S1;7\n").replace(";", delimiter).encode()
    assert noticed(content, delimiter=delimiter)[1] == [ROW]


LINES = {
    "a cell of three lines": (CSV, HEADER + '1;"a\nb\nc";7\n2;S2;8\n', [2, 5]),
    "blank lines": (CSV, HEADER + "\n\n1;S1;7\n\n2;S2;8\n", [4, 6]),
    "a title": (CSV, "Open items\n\n" + HEADER + "1;S1;7\n", [4]),
    "sep=": (CSV, "sep=;\n" + HEADER + "1;S1;7\n", [3]),
    "line ends of Windows": (CSV, (HEADER + "1;S1;7\n\n2;S2;8\n").replace("\n", "\r\n"), [2, 4]),
    "lines of JSON": (NDJSON, '{"a": 1}\n\n \n{"a": 2}\n{"a":\n', [1, 4, 5]),
    "lines of JSON behind a mark": (NDJSON, '\ufeff\n{"a": 1}\r\n\r\n{"a": 2}', [2, 4]),
    "lines of JSON, indented": (NDJSON, '  {"a": 1}\n\t{"a": 2}', [1, 2]),
}


@pytest.mark.parametrize(("file_type", "content", "expected"), LINES.values(), ids=LINES)
def test_each_row_knows_the_line_it_begins_in(file_type, content, expected):
    assert numbered(content.encode(), file_type) == expected


def test_lines_of_json_in_several_chunks_are_counted():
    content = b"".join(b'{"n": %d, "text": "%s"}\n%s' % (n, b"x" * 1000, b"\n" * (n % 3)) for n in range(3000))
    expected = [at for at, line in enumerate(content.split(b"\n"), 1) if line]
    assert numbered(content, NDJSON) == expected


def test_the_upload_page_names_the_line_of_a_row_of_json(uploader):
    page = uploader.choose("night.ndjson", b'\n\n{"customerNumber": "1"}\n')
    assert uploader.draft().preview.file_lines == [[0, 3]]
    assert page.status_code == 200


@pytest.mark.parametrize("name", ["night.csv", "night.xlsx", "night.ndjson"])
def test_a_file_without_rows_is_an_upload_of_none(upload, name):
    kind = name.rpartition(".")[2]
    content = {"csv": HEADER.encode(), "xlsx": workbook_file([*ROW]), "ndjson": b"\n"}[kind]
    answer = sent_back(upload, content, kind, "invoices")
    assert (answer["received"], answer["outcome"]) == (0, "accepted")
