"""A list that is sent back changes nothing: by send_feed, by the upload page, or as the rows of a page."""

import pytest

from config.exports.spreadsheets import SheetLimits, spreadsheet
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.files.file_types import CSV
from receivables.uploads.files.messages import FileRefused
from tests.cases.reading_back import (
    FORMATS,
    OWN_CUSTOMER_NAMES,
    OWN_INVOICE_NAMES,
    as_send_feed_reads,
    chosen_again,
    codes,
    downloaded,
    sent_back,
)
from tests.factories import customer_row, invoice_row

INVOICES = [
    invoice_row(invoiceNumber="1", balanceAmount="7.50-", colour="red", size=12, billAddr={"city": "Bonn"}),
    invoice_row(invoiceNumber="2", localAmount=-3, shipAddr="12", dueDate="1899-12-31", deep={"id": [1, {"extra": 2}]}),
    invoice_row(invoiceNumber="0003", invoiceAmount=1234567890123.4567, status="_x000D_", note=None),
]
CUSTOMERS = [
    customer_row(customerno="1", colour="red"),
    customer_row(customerno="0002", companyname="=Sum", phoneno="+49"),
    customer_row(customerno="A-3", firstname="", lastname=None, tags=["a", 1.50]),
]
ROWS = {"invoices": INVOICES, "customers": CUSTOMERS}
OWN_NAMES = {"invoices": OWN_INVOICE_NAMES, "customers": OWN_CUSTOMER_NAMES}


@pytest.mark.parametrize("file_type", FORMATS)
@pytest.mark.parametrize("resource", ROWS)
def test_a_list_sent_back_by_send_feed_changes_nothing(receipt, upload, client, resource, file_type):
    receipt(ROWS[resource], resource)
    written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
    answer = sent_back(upload, written, file_type, resource)
    assert (answer["received"], answer["unchanged"]) == (3, 3)
    [own] = [warning for warning in answer["warnings"] if warning["code"] == "own_field"]
    assert (set(own["fields"]), own["rows"]) == (OWN_NAMES[resource], 3)
    assert "unknown_field" not in {code for code, _ in codes(answer)}


@pytest.mark.parametrize("file_type", FORMATS)
@pytest.mark.parametrize("resource", ROWS)
def test_a_list_chosen_on_the_upload_page_changes_nothing(receipt, uploader, client, resource, file_type):
    receipt(ROWS[resource], resource)
    written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
    upload = chosen_again(uploader, written, file_type, resource)
    assert (upload.received_count, upload.unchanged_count) == (3, 3)


@pytest.mark.parametrize("file_type", FORMATS)
@pytest.mark.parametrize(
    "fields",
    [
        "customerNumber,invoiceNumber,invoiceAmount,id",
        "updatedAt,extra,invoiceAmount,invoiceNumber,customerNumber",
        "customerNumber,invoiceNumber,invoiceAmount,balanceAmount,openAmount,billAddr",
        "customerNumber,invoiceNumber,invoiceAmount,dueDate,extra,createdAt",
        "customerNumber,invoiceNumber,invoiceAmount,itemText,status,id",
    ],
)
def test_some_fields_of_a_list_sent_back_change_nothing(receipt, upload, client, fields, file_type):
    receipt(INVOICES)
    written = downloaded(client, f"/jsonApi/invoices?format={file_type}&fields={fields}")
    assert sent_back(upload, written, file_type, "invoices")["unchanged"] == 3


def test_amounts_that_left_as_texts_come_back_unchanged(receipt, upload, client):
    receipt(INVOICES)
    written = downloaded(client, "/jsonApi/invoices?format=ndjson&amounts=string")
    assert sent_back(upload, written, "ndjson", "invoices")["unchanged"] == 3
    assert receipt(client.get("/jsonApi/invoices?amounts=string").json()["results"])["unchanged"] == 3


def test_the_rows_of_a_page_of_the_list_sent_back_as_json_change_nothing(receipt, client):
    receipt(INVOICES)
    rows = client.get("/jsonApi/invoices").json()["results"]
    assert receipt(rows)["unchanged"] == 3


def test_a_row_read_by_its_address_and_sent_back_changes_nothing(receipt, client):
    receipt(INVOICES)
    row = client.get("/jsonApi/invoices").json()["results"][0]
    assert receipt(client.get(f"/jsonApi/invoices/{row['id']}").json())["unchanged"] == 1


@pytest.mark.parametrize("extra", [5, "text", ["a"], None, True, 1.5], ids=repr)
def test_extra_that_is_no_object_stays_an_unknown_key(receipt, extra):
    answer = receipt([invoice_row(extra=extra)])
    assert codes(answer) == {("unknown_field", "extra")}
    assert Invoice.objects.get().extra == {"extra": extra}


@pytest.mark.parametrize("extra", [{}, {"colour": "red"}, {"id": 1, "extra": {"a": 1}}, {"": None}, {"status": "x"}])
def test_the_members_of_extra_are_kept_as_they_are(receipt, extra):
    assert codes(receipt([invoice_row(extra=extra)])) == set()
    assert Invoice.objects.get().extra == extra


def test_a_key_that_stands_beside_extra_and_in_it_is_refused(errors):
    [error] = errors([invoice_row(colour="red", extra={"colour": "blue"})])
    assert (error["code"], error["field"]) == ("repeated_key", "colour")


def test_the_services_own_names_are_left_out_with_one_warning(receipt):
    rows = [invoice_row(invoiceNumber=str(n), id=n, openAmount=1) for n in range(4)]
    [own] = receipt([invoice_row(), *rows, invoice_row(invoiceNumber="other", createdAt="now")])["warnings"]
    assert own == {
        "code": "own_field",
        "rows": 5,
        "firstIndex": 1,
        "fields": ["createdAt", "id", "openAmount"],
        "message": "Fields that the service alone writes were left out. They are createdAt, id, openAmount. "
        "First in row 2.",
    }
    assert set(map(str, Invoice.objects.values_list("extra", flat=True))) == {"{}"}


def test_an_empty_cell_of_extra_leaves_what_is_stored(receipt, upload):
    receipt([invoice_row(customerNumber="1", invoiceNumber="1", invoiceAmount=1, colour="red")])
    answer = sent_back(upload, b"customerNumber,invoiceNumber,invoiceAmount,extra\n1,1,1,\n", "csv", "invoices")
    assert (answer["unchanged"], Invoice.objects.get().extra) == (1, {"colour": "red"})


@pytest.mark.parametrize("name", ["billAddr", "shipAddr", "colour"])
def test_a_text_too_long_for_a_cell_counts_as_left_out(receipt, upload, client, uploader, name):
    receipt([invoice_row(**{name: "x" * 40_000})])
    written = downloaded(client, "/jsonApi/invoices?format=xlsx")
    answer = sent_back(upload, written, "xlsx", "invoices")
    assert answer["unchanged"] == 1
    assert ("beyond_a_cell", "extra" if name == "colour" else name) in codes(answer)
    assert chosen_again(uploader, written, "xlsx", "invoices").unchanged_count == 1


def test_the_sentence_of_a_workbook_is_any_text_in_json(receipt):
    remark = "[40000 characters, more than a cell can hold: format=csv and format=ndjson give them all]"
    receipt([invoice_row(billAddr=remark)])
    assert Invoice.objects.get().billing_address == remark


def test_a_workbook_that_goes_on_over_sheets_is_read_whole(receipt, upload):
    receipt([invoice_row(invoiceNumber=str(number)) for number in range(5)])
    columns = {name: Invoice._meta.get_field(column) for name, column in REQUIRED.items()}
    rows = Invoice.objects.order_by("id")
    written = b"".join(spreadsheet(rows, columns, "invoices", SheetLimits(rows=2, bytes=10**9)))
    assert sent_back(upload, written, "xlsx", "invoices")["unchanged"] == 5


REQUIRED = {"customerNumber": "customer_number", "invoiceNumber": "invoice_number", "invoiceAmount": "invoice_amount"}


@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_a_statement_is_refused_for_what_it_is(receipt, client, resource):
    receipt([customer_row(customerno="1", cocode="")], "customers")
    receipt([invoice_row(customerNumber="1")])
    number = Customer.objects.get().pk
    statement = downloaded(client, f"/jsonApi/customers/{number}/statement?format=csv")
    with pytest.raises(FileRefused, match="is a statement of account"):
        as_send_feed_reads(statement, CSV, resource)


def test_a_statement_is_refused_on_the_upload_page(receipt, client, uploader):
    receipt([customer_row(customerno="1", cocode="")], "customers")
    statement = downloaded(client, f"/jsonApi/customers/{Customer.objects.get().pk}/statement?format=csv")
    assert "is a statement of account" in uploader.choose("statement.csv", statement).content.decode()
