"""The statement of account as a table for spreadsheets."""

import csv
import io

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework.test import APIRequestFactory

from config.exports.copying import CHUNK
from receivables.models import Invoice
from receivables.reports.statement import CHUNK as ROWS_AT_ONCE
from receivables.reports.statement_views import StatementView
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row, key_headers, many_invoices
from tests.lanes import examples
from tests.receivables.statements import AS_OF, address, answer, sections, table, table_text
from tests.receivables.test_exports import FORMULAS

HEADING = (
    "kind,currency,id,date,companyCode,invoiceNumber,accountingDocNumber,documentType,invoiceDate,dueDate,daysOverdue,"
    "reference1,amount,openAmount,balance\r\n"
)


def test_a_whole_table(client, account, customer):
    known = {"currency": "USD", "company_code": "US01", "reference1": "PO 1, and more"}
    rows = [
        {"currency": "EUR", "balance_text": "see letter"},
        known | {"invoice_date": "2026-06-20", "due_date": "2026-06-25"},
        {"currency": "USD", "invoice_date": "2026-06-29", "invoice_amount": -30},
        {"currency": "USD", "invoice_date": "2026-05-01", "invoice_amount": 7},
        {"currency": "USD", "invoice_date": "2026-07-01"},
    ]
    unreadable, first, credit, *_ = (
        InvoiceFactory(account=account, invoice_number=f"{number}", **row).pk for number, row in enumerate(rows)
    )
    assert table_text(client, customer, **{"from": "2026-06-01"}) == HEADING + (
        "opening,EUR,,2026-06-01,,,,,,,,,,,0\r\n"
        f"item,EUR,{unreadable},,,0,,,,,,,100,,0\r\n"
        "closing,EUR,,2026-06-30,,,,,,,,,,,0\r\n"
        "opening,USD,,2026-06-01,,,,,,,,,,,7\r\n"
        f'item,USD,{first},2026-06-20,US01,1,,,2026-06-20,2026-06-25,5,"PO 1, and more",100,100,107\r\n'
        f"credit,USD,{credit},2026-06-29,,2,,,2026-06-29,,,,-30,-30,77\r\n"
        "closing,USD,,2026-06-30,,,,,,,,,,,77\r\n"
    )


def test_a_table_says_what_the_statement_says(client, account, customer):
    for number in range(30):
        currency = "EUR" if number % 3 else "USD"
        InvoiceFactory(account=account, currency=currency, invoice_amount=number - 10, due_date="2026-06-01")
    told = [item for section in sections(client, customer) for item in section["items"]]
    rows = [row for row in table(client, customer) if row.pop("currency") and row["kind"] in ("item", "credit")]
    assert rows == [{name: "" if value is None else str(value) for name, value in item.items()} for item in told]


def test_a_customer_who_owes_nothing_has_a_table_of_its_heading(client, customer):
    assert table_text(client, customer) == HEADING


def test_a_table_without_a_first_day_opens_on_none(client, account, customer):
    InvoiceFactory(account=account)
    assert [(row["kind"], row["date"], row["balance"]) for row in table(client, customer)] == [
        ("opening", "", "0"),
        ("item", "", "100"),
        ("closing", AS_OF, "100"),
    ]


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("name", ["reference1", "invoice_number", "document_type", "currency", "company_code"])
def test_a_text_that_a_spreadsheet_would_run_is_defused(name, text, client, account, customer):
    InvoiceFactory(account=account, **{name: text[:16]})
    cells = {cell for row in table(client, customer) for cell in row.values()}
    assert f"'{text[:16]}" in cells
    assert text[:16] not in cells


@examples(40)
@given(
    text=st.text(
        st.sampled_from("=+-@\t\r\n'\",.019\u0663a")
        | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        max_size=8,
    )
)
@example(text="\r=1+1")
@example(text="-5\n")
def test_a_text_is_defused_as_it_is_in_the_file_of_a_list(text, client, account, customer):
    Invoice.objects.all().delete()
    InvoiceFactory(account=account, reference1=text)
    of_list = b"".join(client.get("/jsonApi/invoices?format=csv&fields=reference1").streaming_content).decode()
    [in_list] = csv.DictReader(io.StringIO(of_list, newline=""))
    assert [row["reference1"] for row in table(client, customer)] == ["", in_list["reference1"], ""]


def test_a_table_of_several_pieces_is_whole(client, customer, receipt):
    receipt([invoice_row(customerNumber="4711", invoiceNumber=f"{n}", reference1="x" * 100) for n in range(1200)])
    pieces = list(answer(client, customer, format="csv").streaming_content)
    assert (len(pieces) > 1, max(map(len, pieces)) < 2 * CHUNK) == (True, True)
    assert [line.split(b",")[0] for line in b"".join(pieces).splitlines()] == [
        b"kind",
        b"opening",
        *[b"item"] * 1200,
        b"closing",
    ]


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/pdf", "application/pdf"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("image/png", "application/json"),
    ],
)
def test_accept_asks_for_a_file(accept, content_type, client, customer):
    assert client.get(address(customer), headers={"Accept": accept}).headers["Content-Type"] == content_type


@pytest.mark.parametrize("form", ["csv", "pdf"])
@pytest.mark.parametrize(
    ("number", "name"),
    [("0000004711", "0000004711"), ("A-1.b_2", "A-1.b_2"), ('../"x"\r\n;ä/7', ".._x_7"), ("Ω", "_")],
)
def test_a_file_is_named_after_the_customer_and_the_day(number, name, form, client, account):
    customer = CustomerFactory(account=account, customer_number=number)
    disposition = answer(client, customer, format=form).headers["Content-Disposition"]
    assert disposition == f'attachment; filename="statement-{name}-2026-06-30.{form}"'


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_goes_away_leaves_no_cursor_behind(account, customer):
    # As a server has it, without the client of the tests: that closes what it reads from, too.
    many_invoices(account, 2 * ROWS_AT_ONCE)
    request = APIRequestFactory().get(f"{address(customer)}?format=csv", headers=key_headers(account))
    response = StatementView.as_view()(request, pk=customer.pk)
    pieces = iter(response)
    assert next(pieces)
    assert cursors() == 1
    response.close()
    assert cursors() == 0


def cursors():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors")
        return cursor.fetchone()[0]
