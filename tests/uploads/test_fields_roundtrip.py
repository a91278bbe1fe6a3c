"""Every field of the contract comes back under its name with its value."""

import json
from decimal import Decimal

import pytest

from tests.factories import customer_row, invoice_row
from tests.uploads.contract_rows import CUSTOMER, INVOICE
from tests.uploads.wire_texts import invoice_text, nested

ABSENT = {
    **dict.fromkeys(INVOICE, ""),
    **dict.fromkeys(["postDate", "dueDate", "invoiceDate", "issueDate", "localAmount", "billAddr", "shipAddr"]),
}

ADDRESSES = [
    '{"rate": 1.10, "zero": 0.0, "whole": 2.000}',
    "[9007199254740993, 123456789012345678901234567890, -9223372036854775809]",
    "[0.1, 0.30000000000000004, 0.1234567890123456789012345678901234567890]",
    '["10", "1.10", "true", "null", ""]',
    "[true, false, null]",
    '{"": {"a": [{}, [], [[]]]}}',
    '"Am Markt 1, 53111 Bonn"',
    "1.10",
    "0",
    "false",
    "[]",
    "{}",
    '"a \\"quoted\\" back\\\\slash, a \\/, a \\n, a \\u2028 and \\ud83d\\ude42"',
    nested(31),
]


@pytest.fixture
def read_back(client):
    """Return the one stored row as GET answers it, as text and decoded with its numbers as they are written."""

    def of(resource="invoices"):
        text = client.get(f"/jsonApi/{resource}").content.decode()
        return text, literal(text)["results"][0]

    return of


def literal(text):
    """Decode JSON with its numbers left as the digits that were written."""
    return json.loads(text, parse_int="number {}".format, parse_float="number {}".format)


@pytest.mark.parametrize("field", INVOICE)
def test_an_invoice_field_comes_back_as_it_was_sent(receipt, client, field):
    receipt([invoice_row(**{field: INVOICE[field]})])
    assert client.get("/jsonApi/invoices").json()["results"][0][field] == INVOICE[field]


@pytest.mark.parametrize("field", CUSTOMER)
def test_a_customer_field_comes_back_as_it_was_sent(receipt, client, field):
    receipt([customer_row(**{field: CUSTOMER[field]})], "customers")
    assert client.get("/jsonApi/customers").json()["results"][0][field] == CUSTOMER[field]


def test_the_contract_has_31_fields_of_an_invoice_and_7_of_a_customer():
    assert (len(INVOICE), len(CUSTOMER)) == (31, 7)


def test_an_invoice_of_all_fields_comes_back_whole(receipt, client):
    assert {warning["code"] for warning in receipt([INVOICE])["warnings"]} == {"padded_number", "balance_is_no_amount"}
    invoice = client.get("/jsonApi/invoices").json()["results"][0]
    assert {field: invoice[field] for field in INVOICE} == INVOICE


def test_a_customer_of_all_fields_comes_back_whole(receipt, client):
    assert receipt([CUSTOMER], "customers")["warnings"] == []
    customer = client.get("/jsonApi/customers").json()["results"][0]
    assert {field: customer[field] for field in CUSTOMER} == CUSTOMER


def test_an_invoice_comes_back_alike_from_the_list_and_from_its_own_address(receipt, client):
    receipt([INVOICE])
    [listed] = client.get("/jsonApi/invoices").json()["results"]
    assert client.get(f"/jsonApi/invoices/{listed['id']}").json() == listed


def test_fields_that_were_not_sent_come_back_empty(receipt, client):
    receipt([invoice_row()])
    invoice = client.get("/jsonApi/invoices").json()["results"][0]
    assert {field: invoice[field] for field in INVOICE} == ABSENT | invoice_row()


@pytest.mark.parametrize(
    ("places", "sent", "read"),
    [
        (0, "12112", "12112"),
        (0, "12112.0", "12112"),
        (0, '"12112-"', "-12112"),
        (0, "1e3", "1000"),
        (0, "9223372036854775807", "9223372036854775807"),
        (0, "0", "0"),
        (2, "0.1", "0.1"),
        (2, "12.50", "12.5"),
        (2, "12.00", "12"),
        (2, "90071992547409.93", "90071992547409.93"),
        (4, "0.0001", "0.0001"),
        (4, "-9223372036854775806.9999", "-9223372036854775806.9999"),
    ],
)
def test_an_amount_comes_back_as_an_exact_number(receipt, read_back, account, places, sent, read):
    type(account).objects.update(amount_decimal_places=places)
    receipt(f"[{invoice_text(invoiceAmount=sent, localAmount=sent)}]")
    _, invoice = read_back()
    assert [invoice[name] for name in ("invoiceAmount", "localAmount", "openAmount")] == [f"number {read}"] * 3


def test_a_whole_amount_is_written_without_a_fraction(receipt, read_back):
    receipt([invoice_row(invoiceAmount=12112)])
    assert '"invoiceAmount":12112,' in read_back()[0]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_comes_back_digit_for_digit(receipt, read_back, address):
    receipt(f"[{invoice_text(billAddr=address, shipAddr=f'[{address}]')}]")
    _, invoice = read_back()
    assert (invoice["billAddr"], invoice["shipAddr"]) == (literal(address), [literal(address)])


@pytest.mark.parametrize("value", ADDRESSES)
def test_an_unknown_field_comes_back_in_extra_digit_for_digit(receipt, read_back, value):
    receipt(f"[{invoice_text(colour=value)}]")
    assert read_back()[1]["extra"] == {"colour": literal(value)}


@pytest.mark.parametrize("number", ["1e5", "1.5E-7", "-2.50e+3", "1e300", "-0.0"])
def test_a_number_with_an_exponent_comes_back_with_its_value(receipt, client, number):
    receipt(f"[{invoice_text(billAddr=number)}]")
    invoices = json.loads(client.get("/jsonApi/invoices").content, parse_float=Decimal)
    assert invoices["results"][0]["billAddr"] == Decimal(number)


def test_a_customers_unknown_fields_come_back_in_extra(receipt, read_back):
    receipt([customer_row(rating=[1, {"by": None}])], "customers")
    assert read_back("customers")[1]["extra"] == {"rating": ["number 1", {"by": None}]}


def test_an_address_of_64_kib_comes_back_whole(receipt, client):
    address = "ä" * 32_767  # of two bytes, and the two quotation marks
    receipt([invoice_row(billAddr=address)])
    assert client.get("/jsonApi/invoices").json()["results"][0]["billAddr"] == address


def test_an_address_of_32_levels_comes_back_whole(receipt, read_back):
    receipt(f"[{invoice_text(billAddr=nested(32))}]")
    assert read_back()[1]["billAddr"] == json.loads(nested(32))
