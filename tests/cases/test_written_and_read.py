"""What the service writes as a list or as rejected rows it reads back unchanged."""

import csv
import json
import re
from contextlib import contextmanager
from io import StringIO

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from config.exports.spreadsheets import SheetLimits, spreadsheet
from customers.imported.numbers import without_invisible
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.files.file_types import CSV, XLSX
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.models import Upload
from receivables.uploads.rows.identifying_fields import NULL_WORDS
from tests.cases.reading_back import as_send_feed_reads, chosen_again, codes, downloaded, sent_back
from tests.factories import AccountFactory, customer_row, invoice_row
from tests.lanes import examples
from tests.uploads.staff import LENIENT, Uploader, saved, workbook_file

FORMATS = ["csv", "ndjson", "xlsx"]
OWN_INVOICE_NAMES = {"id", "openAmount", "createdAt", "updatedAt"}
OWN_CUSTOMER_NAMES = {"id", "createdAt", "updatedAt"}


@pytest.fixture
def account(db):
    return AccountFactory(name="Acme", amount_decimal_places=4)


@pytest.fixture
def uploader(account):
    return Uploader(account)


@pytest.fixture
def sent(upload):
    """Upload rows and return the record that the upload left."""

    def send(rows, **options):
        upload(rows, **options)
        return Upload.objects.latest("created_at")

    return send


# A1: the apostrophe that defuses a cell comes off again.

DEFUSED_TEXTS = [
    "+49 89 1234-0",
    "=Sum & Co",
    "@home",
    "-",
    "'quoted'",
    "'=1+1",
    "''+1",
    "|dde",
    "\uff1dfull width",
    "\u00a0=behind a blank"[1:],
    "- a dash, and more",
    "-5",
    "'-5",
    "+1,5",
    "'",
    "''",
    "'0012",
    "=1\r\n+2",
]


@pytest.mark.parametrize("text", DEFUSED_TEXTS, ids=ascii)
@pytest.mark.parametrize("name", ["phoneno", "companyname", "firstname", "lastname"])
def test_a_text_like_a_formula_survives_the_list_as_csv(receipt, upload, client, name, text):
    receipt([customer_row(**{name: text})], "customers")
    written = downloaded(client, "/jsonApi/customers?format=csv")
    assert sent_back(upload, written, "csv", "customers")["unchanged"] == 1
    assert client.get("/jsonApi/customers").json()["results"][0][name] == text


def test_a_column_name_like_a_formula_loses_its_apostrophe():
    written = b"customerNumber,'=colour,''@home,'PO\n1,'=red,''@x,'PO\n"
    line = as_send_feed_reads(written, CSV, "invoices")
    assert json.loads(line) == {"customerNumber": "1", "=colour": "=red", "'@home": "'@x", "'PO": "'PO"}


def test_in_a_workbook_no_apostrophe_is_taken_off():
    written = workbook_file(["customerNumber", "itemText"], ["1", "'=red"])
    assert json.loads(as_send_feed_reads(written, XLSX, "invoices"))["itemText"] == "'=red"


# A2: what a rejected row left out stays left out.

BAD = {"invoiceAmount": "many"}
LEFT_OUT = [
    {"dueDate": "2026-03-02", "balanceAmount": "40.00", "currency": "EUR"},
    {"itemText": "first", "status": "open"},
    {"billAddr": {"city": "Bonn"}, "localAmount": 12},
    {"colour": "red", "size": 12},
    {"reference1": "=1", "'=odd": "x"},
    {"extra": {"colour": "red"}, "id": 7},
    {"paymentTerms": None, "colour": None},
]


@pytest.mark.parametrize("other", LEFT_OUT, ids=lambda row: ",".join(row))
def test_a_mended_row_clears_nothing_that_it_never_named(uploader, sent, receipt, client, other):
    stored = invoice_row(**LEFT_OUT[0], itemText="kept", status="open", billAddr=["kept"], localAmount=7, colour="blue")
    receipt([stored])
    bad = invoice_row(**BAD)
    lenient = sent([bad, invoice_row(invoiceNumber="2", **other, **BAD)], headers=LENIENT)
    _mend_by_csv(uploader, lenient, {"invoiceAmount": "250"})
    row = client.get("/jsonApi/invoices?invoiceNumber=" + stored["invoiceNumber"]).json()["results"][0]
    assert {name: row[name] for name in stored if name not in ("invoiceAmount", "colour")} == {
        name: value for name, value in stored.items() if name not in ("invoiceAmount", "colour")
    }
    assert (row["invoiceAmount"], row["extra"], row["openAmount"]) == (250, {"colour": "blue"}, 40)


def test_a_cell_that_is_filled_in_counts_though_its_row_left_it_out(uploader, sent):
    rows = [invoice_row(**BAD), invoice_row(invoiceNumber="2", dueDate="2026-03-02", **BAD)]
    _mend_by_csv(uploader, sent(rows, headers=LENIENT), {"invoiceAmount": "1", "dueDate": "2026-05-05"})
    assert {str(day) for day in Invoice.objects.values_list("due_date", flat=True)} == {"2026-05-05"}


def test_a_cell_that_is_emptied_clears_what_its_row_had(uploader, sent, receipt):
    receipt([invoice_row(itemText="kept")])
    rejected = sent([invoice_row(itemText="new", **BAD)], headers=LENIENT)
    _mend_by_csv(uploader, rejected, {"invoiceAmount": "1", "itemText": ""})
    assert Invoice.objects.get().item_text == ""


def test_a_list_of_names_that_was_changed_is_refused_with_its_line(upload):
    written = b"customerNumber,dueDate,#leftOut\n1,,no list\n"
    with pytest.raises(FileRefused, match="line 2: the cell of column #leftOut"):
        as_send_feed_reads(written, CSV, "invoices")


def _mend_by_csv(uploader, upload: Upload, values) -> None:
    table = uploader.page(f"{upload.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    header, *rows = list(csv.reader(StringIO(table)))
    out = StringIO()
    mended = [[values.get(name, cell) for name, cell in zip(header, row, strict=True)] for row in rows]
    csv.writer(out).writerows([header, *mended])
    uploader.choose("mended.csv", out.getvalue().encode())
    if uploader.draft().preview is None:
        uploader.go("columns", numbers="1234.56", dates="2026-01-31", **{f"column{at}": "+" for at in range(9)})
    uploader.go("confirm")


# A3: what XML cannot hold.

ESCAPED = {
    "10001_x000D_\n": "10001",
    "a_x000D_b": "a\rb",
    "_x005F_x000D_": "_x000D_",
    "a_x0009_b": "a\tb",
    "_xD83D__xDE42_": "\U0001f642",
    "_x00e4_": "\u00e4",
    "_x000_": "_x000_",
    "_xD800_ alone": "_xD800_ alone",
    "_xDC00__xD800_": "_xDC00__xD800_",
    "_x005F_x": "_x005F_x"[:1] + "x",
}


@pytest.mark.parametrize(("cell", "text"), ESCAPED.items(), ids=map(ascii, ESCAPED))
def test_an_escaped_character_of_a_workbook_is_read(upload, client, cell, text):
    workbook = Workbook()
    workbook.active.append(["customerno", "emailaddress1", "companyname"])
    workbook.active.append(["1", "a@example.com", cell])
    sent_back(upload, saved(workbook), "xlsx", "customers")
    assert Customer.objects.get().company_name == text


@pytest.mark.parametrize("text", ["a\rb _x000D_ c", "_x005F_", "\x01", "_x0041_", "_x000D", "a\ufffeb", "_x_x000D_"])
def test_a_text_that_looks_escaped_survives_the_list_as_workbook(receipt, upload, client, text):
    receipt([invoice_row(itemText=text)])
    written = downloaded(client, "/jsonApi/invoices?format=xlsx")
    assert sent_back(upload, written, "xlsx", "invoices")["unchanged"] == 1


# A4: names that only the service writes.

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


# Texts that no cell can hold, workbooks of several sheets, statements.


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


# Whatever a column can hold.

many, some = examples(150), examples(15)

characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
odd_texts = st.sampled_from(
    [*DEFUSED_TEXTS, "_x000D_", "a\r\nb", '"', "a;b,c\td|e", "null", "{}", "[1", "1.000", "TRUE"]
)
texts = st.text(characters, max_size=30) | odd_texts
short_texts = st.text(characters, max_size=15)
# In an identifying column a table cannot hold what spreadsheets and programs make of numbers: that is refused, or read
# as the number it was, whoever wrote the file.
MADE_OF_NUMBERS = re.compile(r"[.,]0+$|[eE]|^#|^-?\d\.#")


def may_identify(text):
    return without_invisible(text.strip()) not in NULL_WORDS and not MADE_OF_NUMBERS.search(text.strip())


numbers = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=12).filter(may_identify)
amounts = st.decimals(-(10**14), 10**14, places=4).map(str) | st.integers(-(10**18), 10**18).map(str)
balances = (
    st.sampled_from(["7", "7.50-", "(12)", "-3.5", "1.000", "1,234.56", "", "+5", "1e3", "007", " 8"]) | short_texts
)
days = st.dates().map(str) | st.none()
numbers_in_json = st.integers(-(10**30), 10**30) | st.floats(-1e300, 1e300).filter(
    lambda number: number == 0 or abs(number) > 1e-300
)
json_values = st.recursive(
    st.none() | st.booleans() | numbers_in_json | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
unknown_names = st.text(characters, min_size=1, max_size=10).filter(lambda name: name not in INVOICE_NAMES)
INVOICE_NAMES = {*invoice_row(), *customer_row(), *OWN_INVOICE_NAMES, "extra"}


class Literal(str):
    """A number of JSON as it is written."""


def invoices(identity):
    optional = {
        **dict.fromkeys(["itemText", "customerName", "reference1", "paymentTerms", "status"], texts),
        **dict.fromkeys(["companyCode", "lineItem", "accountingDocNumber"], short_texts.filter(may_identify)),
        **dict.fromkeys(["dueDate", "invoiceDate", "postDate"], days),
        **dict.fromkeys(["billAddr", "shipAddr"], json_values),
        "balanceAmount": balances,
        "localAmount": amounts.map(Literal),
    }
    required = {"customerNumber": numbers, "invoiceNumber": identity, "invoiceAmount": amounts.map(Literal)}
    return st.builds(
        lambda row, unknown: unknown | row,
        st.fixed_dictionaries(required, optional=optional),
        st.dictionaries(unknown_names, json_values, max_size=2),
    )


def customers(identity):
    names = ["companyname", "firstname", "lastname", "phoneno"]
    row = st.fixed_dictionaries(
        {"customerno": identity, "emailaddress1": texts.filter(lambda text: text.strip() != "")},
        optional=dict.fromkeys(names, texts) | {"cocode": short_texts.filter(may_identify)},
    )
    return st.builds(lambda row, unknown: unknown | row, row, st.dictionaries(unknown_names, json_values, max_size=2))


ANY_ROWS = {"invoices": invoices, "customers": customers}


def body_of(rows) -> str:
    def written(value):
        return str(value) if isinstance(value, Literal) else json.dumps(value)

    return (
        "["
        + ",".join("{" + ",".join(f"{json.dumps(k)}:{written(v)}" for k, v in row.items()) + "}" for row in rows)
        + "]"
    )


@contextmanager
def taken_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("resource", ANY_ROWS)
@many
@given(data=st.data())
def test_whatever_is_stored_comes_back_unchanged_from_its_list(upload, client, resource, data):
    identity = numbers.map("N-{}".format)
    rows = [data.draw(ANY_ROWS[resource](identity))]
    with taken_back():
        stored = upload(body_of(rows), resource)
        assert stored.status_code == 200, stored.content
        for file_type in FORMATS:
            written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
            answer = sent_back(upload, written, file_type, resource)
            assert (answer["received"], answer["unchanged"]) == (1, 1), (file_type, answer, written)


@pytest.mark.parametrize("resource", ANY_ROWS)
@some
@given(data=st.data())
def test_whatever_is_stored_comes_back_unchanged_from_the_upload_page(upload, client, uploader, resource, data):
    rows = [data.draw(ANY_ROWS[resource](numbers.map("N-{}".format)))]
    with taken_back():
        upload(body_of(rows), resource)
        for file_type in FORMATS:
            written = downloaded(client, f"/jsonApi/{resource}?format={file_type}")
            found = chosen_again(uploader, written, file_type, resource)
            assert (found.received_count, found.unchanged_count) == (1, 1), (file_type, found.errors, written)


@pytest.mark.parametrize("resource", ANY_ROWS)
@many
@given(data=st.data())
def test_whatever_a_rejected_row_held_comes_back_from_its_table(upload, uploader, client, resource, data):
    """Two rows with different keys are refused and mended in the table; they are stored, and nothing changes."""
    wanted = {"invoices": "invoiceAmount", "customers": "emailaddress1"}[resource]
    first = data.draw(ANY_ROWS[resource](numbers.map("N-{}".format)))
    second = data.draw(ANY_ROWS[resource](numbers.map("M-{}".format)))
    good = [row | {wanted: Literal("1") if wanted == "invoiceAmount" else "a@example.com"} for row in (first, second)]
    with taken_back():
        stored = upload(body_of(good), resource)
        assert stored.status_code == 200, stored.content
        upload(body_of([row | {wanted: True} for row in good]), resource, headers=LENIENT)
        rejected = Upload.objects.latest("created_at")
        assert rejected.rejected_count == 2
        table = b"".join(uploader.page(f"{rejected.pk}/rejected.csv"))
        mended = _with_cells(table, wanted, "1" if wanted == "invoiceAmount" else "a@example.com")
        answer = sent_back(upload, mended, "csv", resource)
        assert (answer["received"], answer["unchanged"]) == (2, 2), (answer, mended)
        again = downloaded(client, f"/jsonApi/uploads/{rejected.pk}/rejected")
        assert upload(again, resource, headers=LENIENT).json()["rejected"] == 2


def _with_cells(table: bytes, name: str, cell: str) -> bytes:
    header, *rows = list(csv.reader(StringIO(table.decode("utf-8-sig"), newline="")))
    out = StringIO(newline="")
    csv.writer(out).writerow(header)
    csv.writer(out).writerows(
        [cell if each == name else was for each, was in zip(header, row, strict=True)] for row in rows
    )
    return out.getvalue().encode()
