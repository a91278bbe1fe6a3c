"""Tables as they are: nothing of a file is left out, and no file refused, without a word that helps."""

import codecs
import json
from io import BytesIO

import pytest
from openpyxl import Workbook

from receivables.models import Invoice
from receivables.uploads.client.feeds import Feed
from receivables.uploads.files.file_types import CSV, NDJSON, XLSX, detect_file
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.table_rows import lines_of_table
from receivables.uploads.files.tables import Reading
from tests.cases.reading_back import as_send_feed_reads, codes, sent_back
from tests.uploads.staff import Uploader, saved, words, workbook_file

HEADER = "customerNumber;invoiceNumber;invoiceAmount\n"
ROW = {"customerNumber": "1", "invoiceNumber": "S1", "invoiceAmount": 7}


@pytest.fixture
def uploader(account):
    return Uploader(account)


def rows(text, file_type=CSV):
    content = text.encode() if isinstance(text, str) else text
    return [json.loads(line) for line in as_send_feed_reads(content, file_type, "invoices").splitlines()]


def noticed(content, file_type=CSV, **reading):
    """Read all rows of a file; returns what was noticed beside them, and the rows."""
    told = Reading(**reading)
    with file_type.open_table(BytesIO(content), told) as table:
        found = [json.loads(row) for _, row in lines_of_table(table, "invoices", told)]
    return table.noticed, found


def numbered(content, file_type=CSV):
    return [number for number, _ in file_type.numbered_lines(BytesIO(content), "invoices", Reading())]


# D1: names that begin with #.


@pytest.mark.parametrize("name", ["#PO", "#", "#Row", "#row number", "#rows", "##row"])
def test_a_column_of_the_senders_that_begins_with_a_hash_is_kept(upload, name):
    written = f"customerNumber,invoiceNumber,invoiceAmount,{name}\n1,S1,7,4711\n".encode()
    answer = sent_back(upload, written, "csv", "invoices")
    assert codes(answer) == {("unknown_field", name)}
    assert Invoice.objects.get().extra == {name: "4711"}


@pytest.mark.parametrize("name", ["#PO", "#Row", "# of pieces"])
def test_a_column_of_the_senders_that_begins_with_a_hash_is_asked_about(uploader, name):
    page = uploader.choose("night.csv", f"{HEADER.strip()};{name}\n1;S1;7;4711\n".encode())
    assert f'<label for="id_column0">{name}</label>' in page.content.decode()


@pytest.mark.parametrize("name", ["#row", "#errors", "#text", "#leftOut"])
def test_a_column_of_the_file_of_rejected_rows_is_left_out(upload, name):
    written = f"customerNumber,invoiceNumber,invoiceAmount,{name}\n1,S1,7,[]\n".encode()
    assert sent_back(upload, written, "csv", "invoices")["warnings"] == []
    assert Invoice.objects.get().extra == {}


# D3: encodings.

GOOD = "".join(f"{number};Müller & Söhne;{number}\n" for number in range(1, 20))
DAMAGED = {
    "a character cut": (HEADER + GOOD).encode() + b"20;M\xc3;20\n",
    "a byte of Latin-1": (HEADER + GOOD).encode() + b"20;M\xfcller;20\n",
    "an overlong sequence": (HEADER + GOOD).encode() + b"20;\xc0\xaf;20\n",
    "half a surrogate pair": (HEADER + GOOD).encode() + b"20;\xed\xa0\x80;20\n",
    "a sequence cut by the end": (HEADER + GOOD).encode() + b"20;\xe2\x82",
    "a continuation alone": (HEADER + GOOD).encode() + b"20;\x9f;20\n",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["unmarked", "marked"])
def test_damaged_utf8_is_refused_with_its_line(content, mark):
    with pytest.raises(FileRefused, match="line 21 holds bytes that are no UTF-8"):
        as_send_feed_reads(mark + content, CSV, "invoices")


def test_marked_utf8_is_never_read_as_another_encoding():
    content = codecs.BOM_UTF8 + (HEADER + "1;Müller;7\n").encode("windows-1252")
    with pytest.raises(FileRefused, match="line 2 holds bytes that are no UTF-8"):
        as_send_feed_reads(content, CSV, "invoices")


def test_the_line_of_bad_bytes_is_told_on_the_upload_page(uploader):
    page = uploader.choose("night.csv", DAMAGED["a character cut"])
    assert "line 21 holds bytes that are no UTF-8" in words(page)


@pytest.mark.parametrize("name", ["Müller", "Straße 5", "Café", "Preis in €", "Ñandú"])
def test_windows_1252_is_taken_with_some_of_the_texts_it_gives(name):
    content = (HEADER + f"1;{name};7\n").encode("windows-1252")
    chosen = detect_file(BytesIO(content), "night.csv", len(content))
    assert (chosen.encoding, chosen.samples) == ("windows-1252", (name,))
    assert rows(content)[0]["invoiceNumber"] == name


def test_no_more_than_five_samples_of_an_encoding_are_given():
    content = (HEADER + "".join(f"{n};Größe {n};7\n" for n in range(9))).encode("windows-1252")
    samples = detect_file(BytesIO(content), "night.csv", len(content)).samples
    assert samples == tuple(f"Größe {n}" for n in range(5))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_excel_is_taken(encoding):
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    content = mark + (HEADER + "1;Müller;7\n").replace(";", "\t").encode(encoding)
    assert rows(content) == [ROW | {"invoiceNumber": "Müller"}]


# D4: rows of blank cells.

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


# D5: CSV and workbooks as they are.

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


def test_a_nameless_column_with_cells_is_kept_under_its_place(upload):
    written = b"customerNumber,invoiceNumber,,invoiceAmount\n1,S1,red,7\n1,S2,,8\n"
    answer = sent_back(upload, written, "csv", "invoices")
    assert codes(answer) == {("unknown_field", "column C")}
    assert [invoice.extra for invoice in Invoice.objects.order_by("invoice_number")] == [{"column C": "red"}, {}]


def test_a_nameless_column_with_cells_is_asked_about(uploader):
    uploader.choose("night.csv", b"customerNumber,invoiceNumber,,invoiceAmount\n1,S1,red,7\n")
    uploader.go("columns", column0="itemText")
    uploader.go("confirm")
    assert Invoice.objects.get().item_text == "red"


def test_a_cell_beside_the_header_of_a_workbook_is_asked_about(uploader):
    uploader.choose("night.xlsx", workbook_file([*ROW], [*ROW.values(), None, "called him"]))
    assert XLSX.header(BytesIO(workbook_file([*ROW], [*ROW.values(), None, "x"])), Reading()) == [
        *ROW,
        "column E",
    ]
    uploader.go("columns", column0="+")
    uploader.go("confirm")
    assert Invoice.objects.get().extra == {"column E": "called him"}


def test_a_cell_beside_the_header_of_a_workbook_can_be_mapped_by_send_feed():
    content = workbook_file([*ROW], [*ROW.values(), None, "called him"])
    reading = Reading(columns={"column E": "itemText"})
    feed = Feed("invoices", XLSX, reading).detected(BytesIO(content))
    assert noticed(content, XLSX, columns=feed.reading.columns)[1] == [ROW | {"itemText": "called him"}]


def test_a_cell_beside_the_header_is_no_field_that_has_a_column():
    content = workbook_file([*ROW], [*ROW.values(), "9"])
    with pytest.raises(FileRefused, match="row 1 names invoiceAmount 2 times"):
        noticed(content, XLSX, columns={"column D": "invoiceAmount"})


TWICE = ["Currency", "Text", "x", "Curr.", "#PO"]


@pytest.mark.parametrize("name", TWICE)
def test_two_columns_of_one_name_are_kept_apart(upload, name):
    written = f"customerNumber,invoiceNumber,invoiceAmount,{name},{name}\n1,S1,7,EUR,USD\n".encode()
    sent_back(upload, written, "csv", "invoices")
    assert Invoice.objects.get().extra == {name: "EUR", f"{name} (2)": "USD"}


@pytest.mark.parametrize("name", ["currency", "itemText", "status", "companyCode", "reference1"])
def test_a_field_named_twice_is_asked_about(uploader, name):
    column = {"itemText": "item_text", "companyCode": "company_code"}.get(name, name)
    content = f"customerNumber,invoiceNumber,invoiceAmount,{name},{name}\n1,S1,7,EUR,USD\n".encode()
    page = words(uploader.choose("night.csv", content))
    assert f"{name} (1)" in page
    assert f"{name} (2)" in page
    uploader.go("columns", column0="-", column1=name)
    uploader.go("confirm")
    assert Invoice.objects.values_list(column, flat=True).get() == "USD"


def test_send_feed_asks_which_column_a_field_named_twice_is():
    content = b"customerNumber,currency,currency\n1,EUR,USD\n"
    with pytest.raises(FileRefused, match=r"names currency 2 times.*currency \(1\), currency \(2\)"):
        rows(content)
    assert noticed(content, columns={"currency (1)": "-", "currency (2)": "currency"})[1] == [
        {"customerNumber": "1", "currency": "USD"}
    ]


UNEVEN = {"too few": "2;S2", "one": "2", "too many": "2;S2;8;9", "a delimiter in a text": "2;S2;8;a;b"}


@pytest.mark.parametrize("uneven", UNEVEN.values(), ids=UNEVEN)
def test_an_uneven_row_is_refused_alone(upload, uneven):
    body = as_send_feed_reads(f"{HEADER}1;S1;7\n{uneven}\n3;S3;9\n".encode(), CSV, "invoices")
    headers = {"Prefer": "handling=lenient, source=table"}
    answer = upload(body, content_type="application/x-ndjson", headers=headers).json()
    [error] = answer["errors"]
    assert (answer["created"], answer["rejected"], error["index"], error["code"]) == (2, 1, 1, "uneven_row")
    assert f"the row has {uneven.count(';') + 1} cells, and the header has 3" in error["message"]


def test_an_uneven_row_is_told_with_its_line_on_the_upload_page(uploader):
    page = uploader.choose("night.csv", f"{HEADER}\n1;S1;7\n2;S2\n".encode(), handling="lenient")
    assert "the row has 2 cells, and the header has 3" in words(page)
    uploader.go("confirm")
    assert Invoice.objects.count() == 1


# D6: lines.

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


# D2 and D9: sheets that are not read, and rows that are hidden.


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


# Files without rows.


@pytest.mark.parametrize("name", ["night.csv", "night.xlsx", "night.ndjson"])
def test_a_file_without_rows_is_an_upload_of_none(upload, name):
    kind = name.rpartition(".")[2]
    content = {"csv": HEADER.encode(), "xlsx": workbook_file([*ROW]), "ndjson": b"\n"}[kind]
    answer = sent_back(upload, content, kind, "invoices")
    assert (answer["received"], answer["outcome"]) == (0, "accepted")
