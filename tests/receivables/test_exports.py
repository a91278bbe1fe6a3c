"""Whole lists as files: every row and every value of them, and no formula in any cell."""

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.exports.copying import CHUNK
from receivables.models import Invoice
from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, invoice_row, many_invoices
from tests.lanes import examples
from tests.receivables.test_invoices_api import EVERY_FIELD

INVOICES = "/jsonApi/invoices"


@pytest.fixture
def exported(client):
    def export(path=INVOICES, **query):
        response = client.get(path, query)
        assert response.status_code == 200, response.content
        return b"".join(response.streaming_content).decode()

    return export


@pytest.fixture
def table(exported):
    return lambda **query: list(csv.DictReader(io.StringIO(exported(format="csv", **query), newline="")))


@pytest.fixture
def lines(exported):
    return lambda **query: [json.loads(line) for line in exported(format="ndjson", **query).split("\n")[:-1]]


def listed(client, **query):
    return json.loads(client.get(INVOICES, query).content, parse_float=Decimal)["results"]


def test_lines_say_what_the_list_says(client, receipt, lines):
    receipt([EVERY_FIELD, invoice_row(colour="red"), invoice_row(invoiceNumber="2", balanceAmount="see letter")])
    assert lines() == json.loads(json.dumps(listed(client), default=float))


def test_a_table_has_every_field_under_its_name(client, receipt, table):
    receipt([EVERY_FIELD])
    [row], [shown] = table(), listed(client)
    assert list(row) == list(shown)
    for name in ("billAddr", "shipAddr", "extra"):
        assert json.loads(row.pop(name), parse_float=Decimal) == shown.pop(name)
    assert row == {name: "" if value is None else str(value) for name, value in shown.items()}


@pytest.mark.parametrize(
    ("amount", "text"),
    [("12112", "12112"), ("12.5000", "12.5"), ("100", "100"), ("-0.0001", "-0.0001"), ("9223372036854775807", None)],
)
def test_amounts_leave_exactly(amount, text, account, table, exported):
    InvoiceFactory(account=account, invoice_amount=Decimal(amount))
    assert [row["invoiceAmount"] for row in table()] == [text or amount]
    assert f'"invoiceAmount":{text or amount},' in exported(format="ndjson")


def test_what_is_missing_is_an_empty_cell_and_null(receipt, table, lines):
    receipt([invoice_row()])
    assert [(row["dueDate"], row["localAmount"], row["status"], row["billAddr"]) for row in table()] == [("",) * 4]
    assert [(row["dueDate"], row["localAmount"], row["status"], row["billAddr"]) for row in lines()] == [
        (None, None, "", None)
    ]


FORMULAS = ['=HYPERLINK("http://x")', "+1+1", "-1-1", "@SUM(A1)", "=1", "-cmd", "+a", "=", "-"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_is_defused(text, account, table, lines):
    InvoiceFactory(account=account, item_text=text)
    assert [row["itemText"] for row in table()] == [f"'{text}"]
    assert [row["itemText"] for row in lines()] == [text]


@pytest.mark.parametrize("text", ["-5", "+5", "-1234.56", "1.234,56", "a=b", "0815", "'", "ä", "x-1", ""])
def test_another_text_is_left_as_it_is(text, account, table):
    InvoiceFactory(account=account, item_text=text)
    assert [row["itemText"] for row in table()] == [text]


@examples(40)
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_any_text_comes_back(text, account, table, lines):
    Invoice.objects.all().delete()
    InvoiceFactory(account=account, item_text=text)
    assert [row["itemText"].removeprefix("'") for row in table()] == [text.removeprefix("'")]
    assert [row["itemText"] for row in lines()] == [text]


def test_a_file_is_the_whole_list_and_not_a_page(account, exported):
    many_invoices(account, 1200, item_text="x" * 100)
    text = exported(format="csv")
    assert (len(text.splitlines()), len(text) > CHUNK) == (1201, True)


def test_a_file_holds_what_the_filters_find_in_the_order_asked_for(account, table):
    for number, status in (("1", "open"), ("2", "paid"), ("3", "open")):
        InvoiceFactory(account=account, invoice_number=number, status=status)
    assert [row["invoiceNumber"] for row in table(status="open", ordering="-invoiceNumber")] == ["3", "1"]


def test_a_file_holds_the_fields_asked_for_in_their_order(account, exported):
    InvoiceFactory(account=account, invoice_number="9", status="open")
    assert exported(format="csv", fields="status,invoiceNumber") == "invoiceNumber,status\n9,open\n"


def test_a_file_holds_no_other_accounts_rows(account, exported):
    InvoiceFactory(account=AccountFactory(), invoice_number="theirs")
    InvoiceFactory(account=account, invoice_number="ours")
    assert "theirs" not in exported(format="csv")


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_file_is_given_in_development_too(kind, account, client, settings):
    InvoiceFactory(account=account)
    settings.DEBUG = True  # Django then looks on at every statement
    assert b"".join(client.get(INVOICES, {"format": kind}).streaming_content)


def test_an_empty_list_is_a_file_with_its_heading(exported):
    assert exported(format="csv", fields="id,status") == "id,status\n"
    assert exported(format="ndjson") == ""


def test_customers_and_a_customers_invoices_leave_as_files_too(account, exported):
    customer = CustomerFactory(account=account, customer_number="4711")
    InvoiceFactory(account=account, customer_number="0000004711", invoice_number="9")
    assert exported("/jsonApi/customers", format="csv", fields="customerno") == "customerno\n4711\n"
    of_customer = f"/jsonApi/customers/{customer.pk}/invoices"
    assert exported(of_customer, format="csv", fields="invoiceNumber") == "invoiceNumber\n9\n"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "application/json"),
    ],
)
def test_accept_asks_for_a_file(accept, content_type, client, db):
    response = client.get(INVOICES, headers={"Accept": accept})
    assert response.headers["Content-Type"] == content_type


@pytest.mark.parametrize("asked", [{"QUERY_STRING": "format=csv"}, {"HTTP_ACCEPT": "application/x-ndjson"}])
def test_what_is_told_of_the_list_is_json_whatever_file_is_asked_for(asked, client, db):
    response = client.options(INVOICES, **asked)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")


def test_a_file_is_named(client, db):
    disposition = client.get(f"{INVOICES}?format=csv").headers["Content-Disposition"]
    assert disposition == 'attachment; filename="invoices.csv"'


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("format=xml", "format", "unknown_format"),
        ("format=csv&pageSize=5", "pageSize", "invalid"),
        ("format=csv&fields=colour", "fields", "unknown_field"),
        ("format=csv&ordering=colour", "ordering", "unknown_ordering"),
        ("format=csv&dueDate__gte=x", "dueDate__gte", "invalid"),
    ],
)
def test_a_bad_request_for_a_file_is_refused(query, field, code, client, db):
    response = client.get(f"{INVOICES}?{query}")
    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(field, code)]


def test_without_a_key_there_is_no_file(db):
    assert client_of(AccountFactory(is_active=False)).get(f"{INVOICES}?format=csv").status_code == 403
