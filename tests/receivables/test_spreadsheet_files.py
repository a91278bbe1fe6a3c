"""Workbooks as files: which rows are in them, on how many sheets, and what their making leaves behind."""

import tempfile
from contextlib import closing
from io import BytesIO
from zipfile import ZipFile

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.exports.spreadsheets import SheetLimits, spreadsheet
from receivables.models import Invoice
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, many_invoices
from tests.receivables.workbooks import opened, rows_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INVOICES = "/jsonApi/invoices"
TWO_ROWS = SheetLimits(rows=2, bytes=1_000_000)


@pytest.fixture
def sheet(client):
    """Return the rows of a workbook of one sheet, each as the list of its values, the heading first."""

    def export(path=INVOICES, **query):
        response = client.get(path, {"format": "xlsx"} | query)
        assert response.status_code == 200, response.content
        [only] = opened(response.streaming_content)
        return [list(row) for row in only.iter_rows(values_only=True)]

    return export


def test_accept_asks_for_a_workbook(client, account):
    response = client.get(INVOICES, headers={"Accept": XLSX})
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert (response.headers["Content-Type"], response.headers["Content-Disposition"]) == (
        XLSX,
        'attachment; filename="invoices.xlsx"',
    )


def test_a_workbook_is_the_whole_list_and_not_a_page(account, sheet):
    many_invoices(account, 1200)
    numbers = list(Invoice.objects.order_by("id").values_list("invoice_number", flat=True))
    assert sheet(fields="invoiceNumber") == [["invoiceNumber"], *([number] for number in numbers)]


def test_a_workbook_holds_what_the_filters_find_in_the_order_and_with_the_fields_asked_for(account, sheet):
    for number, status in (("1", "open"), ("2", "paid"), ("3", "open")):
        InvoiceFactory(account=account, invoice_number=number, status=status)
    found = sheet(status="open", ordering="-invoiceNumber", fields="status,invoiceNumber")
    assert found == [["invoiceNumber", "status"], ["3", "open"], ["1", "open"]]


def test_a_workbook_holds_no_other_accounts_rows(account, sheet):
    InvoiceFactory(account=AccountFactory(), invoice_number="theirs")
    InvoiceFactory(account=account, invoice_number="ours")
    assert sheet(fields="invoiceNumber") == [["invoiceNumber"], ["ours"]]


def test_a_row_without_a_value_is_a_row(account, sheet):
    InvoiceFactory.create_batch(2, account=account)
    assert sheet(fields="status,dueDate") == [["dueDate", "status"], [None, None], [None, None]]


def test_an_empty_list_is_a_workbook_with_its_heading(sheet, account):
    assert sheet(fields="id,status") == [["id", "status"]]


def test_a_customers_invoices_leave_as_a_workbook_too(account, sheet):
    customer = CustomerFactory(account=account, customer_number="4711")
    InvoiceFactory(account=account, customer_number="0000004711", invoice_number="9")
    assert sheet(f"/jsonApi/customers/{customer.pk}/invoices", fields="invoiceNumber") == [["invoiceNumber"], ["9"]]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("pageSize=5", "pageSize", "invalid"),
        ("cursor=x", "cursor", "invalid"),
        ("count=true", "count", "invalid"),
        ("fields=colour", "fields", "unknown_field"),
        ("ordering=colour", "ordering", "unknown_ordering"),
    ],
)
def test_a_bad_request_for_a_workbook_is_refused(query, field, code, client, account):
    response = client.get(f"{INVOICES}?format=xlsx&{query}")
    assert (response.status_code, response.headers["Content-Type"]) == (400, "application/problem+json")
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]


@pytest.fixture
def split(account):
    """Return a workbook of so many rows, of which a sheet takes two unless told otherwise."""

    def export(count, room=TWO_ROWS):
        InvoiceFactory.create_batch(count, account=account)
        columns = {"id": Invoice._meta.get_field("id"), "status": Invoice._meta.get_field("status")}
        return b"".join(spreadsheet(Invoice.objects.order_by("id"), columns, "invoices", room))

    return export


@pytest.mark.parametrize(("count", "lengths"), [(0, [0]), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (5, [2, 2, 1])])
def test_rows_too_many_for_a_sheet_go_on_in_the_next(count, lengths, split):
    workbook = opened([split(count)])
    assert workbook.sheetnames == ["invoices", "invoices 2", "invoices 3"][: len(lengths)]
    assert [len(rows_of(sheet)) for sheet in workbook] == lengths
    written = [row["id"].value for sheet in workbook for row in rows_of(sheet)]
    assert written == list(Invoice.objects.order_by("id").values_list("id", flat=True))


def test_a_sheet_ends_with_the_row_that_fills_its_bytes(split):
    workbook = opened([split(5, SheetLimits(rows=100, bytes=60))])
    assert [len(rows_of(sheet)) for sheet in workbook] == [2, 2, 1]


def test_every_sheet_has_its_heading_fixed_and_ready_to_filter(split):
    for sheet, bottom in zip(opened([split(3)]), (3, 2), strict=True):
        assert [(cell.value, cell.font.b) for cell in sheet[1]] == [("id", True), ("status", True)]
        assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet["A2"].font.b) == ("A2", f"A1:B{bottom}", False)


def test_the_archive_is_whole_and_described_in_32_bits(split):
    with ZipFile(BytesIO(split(3))) as archive:
        assert archive.testzip() is None
        assert {member.extract_version for member in archive.infolist()} == {20}


def test_the_number_of_queries_does_not_depend_on_that_of_rows(client, account):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            b"".join(client.get(f"{INVOICES}?format=xlsx").streaming_content)
        return len(captured)

    InvoiceFactory(account=account)
    queries()
    few = queries()
    InvoiceFactory.create_batch(50, account=account)
    assert queries() == few


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_goes_away_leaves_no_file_and_no_query_behind(client, account, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    many_invoices(account, 5000, item_text="x" * 2000)
    open_before = open_files()
    with closing(client.get(f"{INVOICES}?format=xlsx")) as response:
        assert next(response.streaming_content)
        assert (list(tmp_path.iterdir()), open_files() - open_before) == ([], set())
    assert (list(tmp_path.iterdir()), open_files() - open_before) == ([], set())
    assert (Invoice.objects.count(), copies_under_way()) == (5000, 0)


def open_files():
    return {(file.path, file.fd) for file in psutil.Process().open_files()}


def copies_under_way():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY (SELECT%'")
        return cursor.fetchone()[0]
