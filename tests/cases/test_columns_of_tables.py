"""Columns of tables: none is left out, whether nameless, of our own names, named twice, or of no header."""

from io import BytesIO

import pytest

from receivables.models import Invoice
from receivables.uploads.client.feeds import Feed
from receivables.uploads.files.file_types import CSV, XLSX
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Reading
from tests.cases.reading_back import as_send_feed_reads, codes, sent_back
from tests.cases.tables import HEADER, ROW, noticed, rows
from tests.uploads.staff import words, workbook_file


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
