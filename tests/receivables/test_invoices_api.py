"""Invoices as they are read: the list, its filters, one invoice."""

import json
from decimal import Decimal

import pytest

from receivables.models import Invoice
from tests.conftest import client_of
from tests.customers.padded_numbers import PADDING
from tests.factories import AccountFactory, InvoiceFactory, invoice_row

INVOICES = "/jsonApi/invoices"

EVERY_FIELD = {
    "companyCode": "US01",
    "profitCenter": "PC10",
    "customerName": "Rowan Glass Inc.",
    "customerNumber": "0000004711",
    "accountingDocNumber": "1800000001",
    "invoiceNumber": "0090001",
    "postDate": "2026-01-31",
    "dueDate": "2026-03-02",
    "paymentTerms": "N030",
    "documentType": "RV",
    "postingKey": "01",
    "debitCreditIndicator": "S",
    "balanceAmount": "0600",
    "billAddr": {"city": "Austin", "lines": ["1 Elm St", None], "distance": 1.10, "id": 12345678901234567890},
    "shipAddr": [],
    "currency": "USD",
    "invoiceAmount": 12112,
    "reasonCode": "R1",
    "reasonCodeDescription": "Short paid",
    "fiscalYear": "2026",
    "invoiceDate": "2026-01-30",
    "reference1": "A",
    "reference2": "B",
    "localAmount": -5,
    "itemText": "Glass, 4 mm",
    "fiscalPeriod": "01",
    "issueDate": "2026-01-29",
    "soldTo": "4712",
    "lineItem": "001",
    "referenceDocNo": "RD-1",
    "status": "open",
}


def listed(client, **query):
    return [row["invoiceNumber"] for row in client.get(INVOICES, query).json()["results"]]


def test_an_invoice_leaves_under_the_names_it_came_in(client, receipt):
    receipt([EVERY_FIELD])
    row = client.get(INVOICES).json()["results"][0]
    made = {name: row.pop(name) for name in ("id", "createdAt", "updatedAt")}
    open_item = {"openAmount": 600, "closedAt": None, "closedReason": "", "closedBy": None}
    assert row == EVERY_FIELD | open_item | {"extra": {}}
    assert made["id"] == Invoice.objects.get().pk


def test_one_invoice_is_what_the_list_shows_of_it(client, receipt):
    receipt([EVERY_FIELD])
    row = client.get(INVOICES).json()["results"][0]
    assert client.get(f"{INVOICES}/{row['id']}").json() == row


def test_what_an_invoice_lacks_leaves_as_empty_text_or_null(client, receipt):
    receipt([invoice_row()])
    row = client.get(INVOICES).json()["results"][0]
    assert (row["companyCode"], row["balanceAmount"], row["status"]) == ("", "", "")
    assert (row["dueDate"], row["localAmount"], row["billAddr"]) == (None, None, None)


def test_an_unknown_key_leaves_in_extra(client, receipt):
    receipt([invoice_row(dueDat="2026-01-31", region={"code": 1})])
    row = client.get(INVOICES).json()["results"][0]
    assert row["extra"] == {"dueDat": "2026-01-31", "region": {"code": 1}}


def test_an_open_amount_that_is_unknown_leaves_as_null(client, receipt):
    receipt([invoice_row(balanceAmount="see letter")])
    assert client.get(INVOICES).json()["results"][0]["openAmount"] is None


AMOUNTS = {
    "a whole amount": ("12112", "12112"),
    "a fraction": ("12.5", "12.5"),
    "zeros behind a fraction": ("12.5000", "12.5"),
    "a fraction of zeros": ("12.0000", "12"),
    "hundreds": ("100", "100"),
    "four places": ("0.0001", "0.0001"),
    "a negative amount": ("-0.1", "-0.1"),
    "the greatest amount": ("9223372036854775807", "9223372036854775807"),
    "more digits than a float holds": ("922337203685477580.1234", "922337203685477580.1234"),
    "nothing": ("0", "0"),
}


@pytest.mark.parametrize(("amount", "text"), AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_leaves_as_an_exact_json_number(amount, text, client, account):
    row = InvoiceFactory(account=account, invoice_amount=Decimal(amount))
    for address in (INVOICES, f"{INVOICES}/{row.pk}"):
        assert f'"invoiceAmount":{text},' in client.get(address).content.decode()


def test_a_list_says_of_a_row_what_its_own_address_says(client, receipt):
    receipt([EVERY_FIELD | {"colour": 'a "red"\n\u2028', "localAmount": -1}, invoice_row(balanceAmount="see letter")])
    rows = json.loads(client.get(INVOICES).content, parse_float=Decimal)["results"]
    alone = [json.loads(client.get(f"{INVOICES}/{row['id']}").content, parse_float=Decimal) for row in rows]
    assert rows == alone


def test_a_moment_of_a_whole_second_is_written_like_any_other(client, account):
    row = InvoiceFactory(account=account)
    Invoice.objects.update(created_at="2026-01-31T12:00:00Z")
    [listed] = client.get(INVOICES).json()["results"]
    alone = client.get(f"{INVOICES}/{row.pk}").json()
    assert (listed["createdAt"], alone["createdAt"]) == ("2026-01-31T12:00:00.000000Z",) * 2


def test_an_amount_with_places_is_listed_with_its_digits(db):
    client = client_of(AccountFactory(amount_decimal_places=2))
    row = '[{"customerNumber":"1","invoiceNumber":"2","invoiceAmount":12.50}]'
    assert client.post("/jsonApi/upload/invoices", row, content_type="application/json").json()["created"] == 1
    assert b'"invoiceAmount":12.5,' in client.get(INVOICES).content


@pytest.mark.parametrize(("stored", "asked", "meet"), PADDING.values(), ids=PADDING)
def test_customer_number_finds_its_invoices_padded_or_not(stored, asked, meet, client, receipt):
    receipt([invoice_row(customerNumber=stored, invoiceNumber="9")])
    assert listed(client, customerNumber=asked) == (["9"] if meet else [])


@pytest.mark.parametrize(("asked", "found"), [("US01", ["1"]), ("us01", []), ("US", []), ("DE01", ["2"])])
def test_company_code_finds_invoices_of_that_very_code(asked, found, client, receipt):
    receipt([invoice_row(companyCode=code, invoiceNumber=number) for code, number in (("US01", "1"), ("DE01", "2"))])
    assert listed(client, companyCode=asked) == found


@pytest.mark.parametrize(("asked", "found"), [("0090", ["0090"]), ("90", ["90"]), ("9", []), ("00 90", [])])
def test_invoice_number_finds_the_number_as_it_was_sent(asked, found, client, receipt):
    receipt([invoice_row(invoiceNumber="0090"), invoice_row(invoiceNumber="90")])
    assert listed(client, invoiceNumber=asked) == found


@pytest.mark.parametrize(("asked", "found"), [("open", ["1"]), ("Open", ["2"]), ("closed", [])])
def test_status_finds_the_status_as_it_was_sent(asked, found, client, receipt):
    receipt([invoice_row(status=status, invoiceNumber=number) for status, number in (("open", "1"), ("Open", "2"))])
    assert listed(client, status=asked) == found


def test_filters_narrow_together(client, receipt):
    receipt([invoice_row(companyCode=code, invoiceNumber=number) for code in "AB" for number in ("1", "2")])
    assert listed(client, companyCode="B", invoiceNumber="2", customerNumber="0023123123") == ["2"]


def test_a_list_without_rows_is_an_empty_page(client):
    assert client.get(INVOICES).json() == {"next": None, "previous": None, "results": []}


NOT_THERE = {
    "an id of nobody": "1",
    "zero": "0",
    "beyond 64 bits": "9223372036854775808",
    "thirty digits": "9" * 30,
    "five thousand digits": "9" * 5000,
    "a sign": "-1",
    "letters": "abc",
    "a fraction": "1.0",
    "digits of another script": "\u0661",
}


@pytest.mark.parametrize("pk", NOT_THERE.values(), ids=NOT_THERE)
def test_an_invoice_that_is_not_there_is_404_as_a_problem(pk, client):
    response = client.get(f"{INVOICES}/{pk}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert (response.json()["title"], response.json()["status"]) == ("Not Found", 404)


def test_a_missing_invoice_is_said_to_be_missing_for_this_account(client):
    assert client.get(f"{INVOICES}/1").json()["detail"] == "Nothing is stored under this address for your account."
