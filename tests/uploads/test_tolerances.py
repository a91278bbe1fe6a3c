"""What is taken although it is not written as the contract has it, and what the sender is told of it."""

from datetime import date
from decimal import Decimal

import pytest

from customers.models import Customer
from receivables.models import Invoice
from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import customer_text, invoice_text

TOLERATED = [
    pytest.param("invoiceAmount", '"12"', "amount_as_text", id="an amount as text"),
    pytest.param("invoiceAmount", '"+12"', "amount_as_text", id="an amount as text with its plus"),
    pytest.param("localAmount", '" 12 "', "amount_as_text", id="an amount as text with blanks"),
    pytest.param("invoiceAmount", '"12-"', "trailing_minus", id="an amount with its minus behind it"),
    pytest.param("localAmount", '"(12)"', "brackets", id="an amount in brackets"),
    pytest.param("invoiceAmount", "12.0", "amount_with_zero_fraction", id="a zero fraction"),
    pytest.param("localAmount", "-12.00", "amount_with_zero_fraction", id="a negative with a zero fraction"),
    pytest.param("invoiceAmount", "1e3", "amount_with_exponent", id="an exponent"),
    pytest.param("localAmount", "1.2E+1", "amount_with_exponent", id="an exponent with its plus"),
    pytest.param("localAmount", '" "', "blank_amount", id="a blank amount that may be left out"),
    pytest.param("invoiceAmount", '"1.2E+3"', "amount_with_exponent", id="an amount as text with an exponent"),
    pytest.param("balanceAmount", '"12.50-"', "trailing_minus", id="a balance with its minus behind it"),
    pytest.param("balanceAmount", '"(12.50)"', "brackets", id="a balance in brackets"),
    pytest.param("balanceAmount", '"12,50"', "balance_is_no_amount", id="a balance with a comma"),
    pytest.param("balanceAmount", "1e3", "amount_with_exponent", id="a balance with an exponent"),
    pytest.param("dueDate", '"20260131"', "compact_date", id="a date without hyphens"),
    pytest.param("dueDate", '"0000-00-00"', "placeholder_date", id="a placeholder of a date"),
    pytest.param("postDate", '"2026-01-31 09:30"', "date_with_time", id="a date-time without its offset"),
    pytest.param("postDate", '"2026-01-31T23:59:60Z"', "date_with_time", id="a date-time"),
    pytest.param("invoiceDate", '"2026-01-31 09:30:00.123+05:30"', "date_with_time", id="a date-time with its offset"),
    pytest.param("customerNumber", '"0000012345"', "padded_number", id="a padded number"),
    pytest.param("customerNumber", '"000"', "padded_number", id="a number of zeros"),
    pytest.param("customerNumber", "17850.0", "number_with_zero_fraction", id="a number with a zero fraction"),
    pytest.param("companyCode", '"DE01\u200b"', "invisible_characters", id="a character that nobody sees"),
    pytest.param("lineItem", '"nan"', "null_word", id="a word for nothing"),
    pytest.param("fiscalYear", '"1.93044E+09"', "shortened_number", id="a number that was shortened"),
]

UNTOUCHED = [
    pytest.param("invoiceAmount", "-12", id="a negative amount"),
    pytest.param("localAmount", "null", id="an amount of null"),
    pytest.param("balanceAmount", '"-12.50"', id="a balance with its minus before it"),
    pytest.param("balanceAmount", "12.50", id="a balance as a number"),
    pytest.param("balanceAmount", '" "', id="a blank balance"),
    pytest.param("dueDate", '"2026-01-31"', id="a date"),
    pytest.param("dueDate", '"00000000"', id="a date of zeros"),
    pytest.param("customerNumber", '"A0012"', id="a number with a letter"),
    pytest.param("customerNumber", '"0"', id="a single zero"),
    pytest.param("itemText", '" Gr\\u00fc\\u00dfe "', id="a text with blanks around it"),
]


def noted(warning):
    return {name: value for name, value in warning.items() if name != "message"}


@pytest.mark.parametrize(("field", "value", "code"), TOLERATED)
def test_a_tolerance_is_warned_of_once_with_its_rows_counted(receipt, field, value, code):
    odd = [invoice_text(invoiceNumber=f'"{n}"', **{field: value}) for n in range(2)]
    [warning] = receipt(f"[{invoice_text()}, {odd[0]}, {odd[1]}]")["warnings"]
    assert noted(warning) == {"code": code, "field": field, "rows": 2, "firstIndex": 1}


@pytest.mark.parametrize(("field", "value"), UNTOUCHED)
def test_what_needs_no_tolerance_is_not_warned_of(receipt, field, value):
    assert receipt(f"[{invoice_text(**{field: value})}]")["warnings"] == []


@pytest.mark.parametrize(
    ("value", "amount"),
    [('"12"', 12), ('"12-"', -12), ('"(12)"', -12), ('"-12"', -12), ("12.0", 12), ("1e3", 1000), ('"+012.00"', 12)],
)
def test_a_tolerated_amount_is_stored_as_the_number_it_means(receipt, value, amount):
    receipt(f"[{invoice_text(invoiceAmount=value)}]")
    assert Invoice.objects.get().invoice_amount == amount


@pytest.mark.parametrize("value", ["12.50", "12.5", '"12.50"', "1250e-2", '"12.5000"'])
def test_a_fraction_is_stored_exactly_on_an_account_that_allows_it(receipt, account, value):
    type(account).objects.update(amount_decimal_places=2)
    receipt(f"[{invoice_text(invoiceAmount=value)}]")
    assert Invoice.objects.get().invoice_amount == Decimal("12.5")


def test_a_zero_fraction_is_not_warned_of_on_an_account_that_allows_fractions(receipt, account):
    type(account).objects.update(amount_decimal_places=2)
    assert receipt(f"[{invoice_text(invoiceAmount='12.00')}]")["warnings"] == []


@pytest.mark.parametrize(
    "value", ["2026-01-31", "20260131", "2026-01-31T23:59:59-12:00", "2026-01-31t00:00:00z", " 2026-01-31 "]
)
def test_a_date_is_stored_as_the_day_it_names(receipt, value):
    receipt([invoice_row(dueDate=value)])
    assert Invoice.objects.get().due_date == date(2026, 1, 31)


@pytest.mark.parametrize("value", [None, "", "   ", "00000000", " 00000000 ", "        "])
def test_a_blank_date_means_none(receipt, value):
    receipt([invoice_row(dueDate="2026-01-31")])
    receipt([invoice_row(dueDate=value)])
    assert Invoice.objects.get().due_date is None


@pytest.mark.parametrize("value", ["1e5", "12.50", "0.10", "-1", "1E+05", "12345678901234567890"])
def test_a_number_sent_as_text_is_stored_literally(receipt, value):
    receipt(f"[{invoice_text(invoiceNumber=value, itemText=value)}]")
    invoice = Invoice.objects.get()
    assert (invoice.invoice_number, invoice.item_text) == (value, value)


def test_text_is_trimmed(receipt):
    receipt([invoice_row(invoiceNumber="\t21321\n", itemText=" two  words\u00a0")])
    invoice = Invoice.objects.get()
    assert (invoice.invoice_number, invoice.item_text) == ("21321", "two  words")


def test_trimmed_identities_are_one(receipt):
    receipt([invoice_row()])
    assert receipt([invoice_row(invoiceNumber=" 21321 ")])["unchanged"] == 1


def test_a_padded_number_is_kept_as_sent(receipt):
    receipt([invoice_row(customerNumber="0000012345")])
    assert Invoice.objects.get().customer_number == "0000012345"


@pytest.mark.parametrize("address", ["[email protected]", "none", "a@b", "two@example.com, three@example.com", "1"])
def test_an_odd_email_is_warned_of_and_kept(receipt, address):
    [warning] = receipt([customer_row(), customer_row(customerno="2", emailaddress1=address)], "customers")["warnings"]
    assert noted(warning) == {"code": "odd_email", "field": "emailaddress1", "rows": 1, "firstIndex": 1}
    assert Customer.objects.get(customer_number="2").email_address == address


def test_an_email_sent_as_a_number_is_kept_as_text(receipt):
    receipt(f"[{customer_text(emailaddress1='12.50')}]", "customers")
    assert Customer.objects.get().email_address == "12.50"


@pytest.mark.parametrize(
    ("sent", "advice"),
    [
        ("dueDat", "Did you mean dueDate?"),
        ("DUEDATE", "Did you mean dueDate?"),
        ("due_date", "Did you mean dueDate?"),
        ("customernumber", "Did you mean customerNumber?"),
        ("colour", ""),
    ],
)
def test_an_unknown_field_is_warned_of_with_the_nearest_known_name(receipt, sent, advice):
    [warning] = receipt([invoice_row(), invoice_row(invoiceNumber="2", **{sent: "x"})])["warnings"]
    assert noted(warning) == {"code": "unknown_field", "field": sent, "rows": 1, "firstIndex": 1}
    assert ("Did you mean" in warning["message"]) == bool(advice)
    assert advice in warning["message"]


def test_an_unknown_field_is_kept_in_extra(receipt):
    receipt([invoice_row(colour={"rgb": [1, 2, 3]}, extra="none")])
    assert Invoice.objects.get().extra == {"colour": {"rgb": [1, 2, 3]}, "extra": "none"}


def test_a_repeated_row_is_warned_of_without_a_field(receipt):
    [warning] = receipt([invoice_row(), invoice_row(), invoice_row()])["warnings"]
    assert noted(warning) == {"code": "duplicate_row", "rows": 2, "firstIndex": 1}


def test_tolerances_of_different_kinds_are_warned_of_apart(receipt):
    rows = [invoice_row(invoiceAmount="1-", localAmount="1-"), invoice_row(invoiceNumber="2", invoiceAmount="1")]
    noticed = {(warning["code"], warning["field"]) for warning in receipt(rows)["warnings"]}
    assert noticed == {
        ("trailing_minus", "invoiceAmount"),
        ("trailing_minus", "localAmount"),
        ("amount_as_text", "invoiceAmount"),
    }


def test_a_warning_tells_people_the_first_row_counted_from_1(receipt):
    [warning] = receipt([invoice_row(), invoice_row(invoiceNumber="2", dueDate="20260131")])["warnings"]
    assert warning["message"].endswith("First in row 2.")
