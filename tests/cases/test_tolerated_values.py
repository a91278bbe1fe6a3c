"""Values that are not written as the contract has them, but say only one thing: taken, and warned of."""

import json
from datetime import date
from decimal import Decimal

import pytest

from receivables.models import Invoice
from receivables.uploads.rows.decoding import compiled_rows
from receivables.uploads.rows.serializers import InvoiceUploadSerializer
from tests.factories import invoice_row
from tests.uploads.staff import Uploader, uploaded, words
from tests.uploads.wire_texts import after_a_good_row, invoice_text

TABLE = {"headers": {"Prefer": "source=table"}}
JANUARY = date(2026, 1, 31)


def warnings_of(told):
    return [(warning["code"], warning["field"]) for warning in told["warnings"]]


def is_read_fast(account, **values):
    """Whether the compiled reading takes a row by itself, in place of leaving it to the serializer."""
    read = compiled_rows(InvoiceUploadSerializer, account).read(0, [json.dumps(invoice_row(**values)).encode()])
    return len(read.records) == 1


DATE_TIMES = [
    *("2026-01-31T00:00:00", "2026-01-31 00:00:00", "2026-01-31T00:00", "2026-01-31 00:00"),
    *("2026-01-31T23:59:59.999", "2026-01-31 09:30:00.123456789", "2026-01-31 09:30:00,123", "2026-01-31t09:30:00"),
    *("2026-01-31T00:00:00+0100", "2026-01-31T00:00:00+01", "2026-01-31 00:00:00 +0100", "2026-01-31 00:00+00"),
    *("2026-01-31T00:00Z", "2026-01-31T00:00:00.000-0800", "2026-01-31 00:00:00Z", "2026-01-31T23:59:60"),
    *("20260131T000000", "20260131T0930", "20260131T093000Z", "20260131T093000.5+0530"),
]


@pytest.mark.parametrize("text", DATE_TIMES)
def test_a_date_time_is_the_day_that_it_names(text, receipt, account):
    told = receipt([invoice_row(dueDate=text)])
    assert Invoice.objects.get().due_date == JANUARY
    assert warnings_of(told) == [("date_with_time", "dueDate")]
    assert is_read_fast(account, dueDate=text)


IMPOSSIBLE = [
    *("2026-01-31T24:00:00", "2026-01-31T25:00", "2026-01-31T10:60:00", "2026-01-31T10:00:61", "2026-01-31T10"),
    *("2026-01-31T", "2026-01-31T1:00", "2026-01-31 10:00 PM", "2026-02-30T00:00:00", "2026-01-31T10:00:00+2400"),
    *("2026-01-31T10:00:00+01:60", "2026-01-31T10:00:00+1", "20260131 093000", "20260131T24", "20260230T093000"),
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_time_that_is_none_is_refused(text, errors, account):
    [error] = errors([invoice_row(dueDate=text)])
    assert (error["field"], error["code"]) == ("dueDate", "invalid_date")
    assert not is_read_fast(account, dueDate=text)


PLACEHOLDERS = [
    *("0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00", "0000-00-00 00:00:00.000000", "00.00.0000"),
    *("00/00/0000", "0000/00/00", "0000.00.00", "00-00-0000", "00.00.00", "0000-00-00T00:00:00Z"),
    *("0001-01-01", "0001-01-01T00:00:00", "0001-01-01 00:00:00", "0001-01-01T00:00:00+00:00", "00010101"),
    *("01.01.0001", "01/01/0001", "1/1/0001", " 0000-00-00 ", "00000000T000000"),
]


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_a_placeholder_of_a_date_is_none(text, receipt, account):
    receipt([invoice_row(dueDate="2026-01-31")])
    told = receipt([invoice_row(dueDate=text)])
    assert Invoice.objects.get().due_date is None
    assert warnings_of(told) == [("placeholder_date", "dueDate")]
    assert is_read_fast(account, dueDate=text)


@pytest.mark.parametrize("text", ["00.00.0000", "0000-00-00 00:00:00"])
def test_a_placeholder_of_a_date_is_none_in_a_table(text, receipt):
    assert warnings_of(receipt([invoice_row(dueDate=text)], **TABLE)) == [("placeholder_date", "dueDate")]


@pytest.mark.parametrize("text", ["0000-00-01", "0000-01-00", "00.01.0000", "0000-00.00", "0000-00-00 25:00", "0"])
def test_what_only_resembles_a_placeholder_is_refused(text, errors):
    [error] = errors([invoice_row(dueDate=text)])
    assert error["code"] == "invalid_date"


@pytest.mark.parametrize("text", ["", " ", "   ", "\t", "\u00a0"])
def test_a_blank_optional_amount_is_none(text, receipt, account):
    receipt([invoice_row(localAmount=12)])
    told = receipt([invoice_row(localAmount=text)])
    assert Invoice.objects.get().local_amount is None
    assert warnings_of(told) == [("blank_amount", "localAmount")]
    assert is_read_fast(account, localAmount=text)


@pytest.mark.parametrize("text", ["", " ", "   ", "\t", "\u00a0"])
def test_a_blank_required_amount_is_refused(text, errors, account):
    [error] = errors([invoice_row(invoiceAmount=text)])
    assert (error["field"], error["code"]) == ("invoiceAmount", "invalid_amount")
    assert not is_read_fast(account, invoiceAmount=text)


EXPONENTS = {
    "0.1234e4": 1234,
    "1.2E+3": 1200,
    "12e2": 1200,
    "-1.5e1": -15,
    "1E3": 1000,
    "5e0": 5,
    "1200e-2": 12,
    " 1e3 ": 1000,
}


@pytest.mark.parametrize(("text", "amount"), EXPONENTS.items(), ids=EXPONENTS)
@pytest.mark.parametrize("field", ["invoiceAmount", "localAmount"])
def test_an_amount_with_an_exponent_is_taken_as_text(text, amount, field, receipt, account):
    told = receipt([invoice_row(**{field: text})])
    stored = Invoice.objects.get()
    assert {"invoiceAmount": stored.invoice_amount, "localAmount": stored.local_amount}[field] == amount
    assert warnings_of(told) == [("amount_with_exponent", field)]
    assert is_read_fast(account, **{field: text})


@pytest.mark.parametrize("text", ["1.2345e2", "1e-1", "1e400", "1e99", "e3", "1e", "1e3.5", "0x1e3", "1,2e3"])
def test_an_exponent_is_taken_no_further_than_that_of_a_number(text, errors, account):
    [error] = errors([invoice_row(invoiceAmount=text)])
    assert error["code"] in {"too_many_decimal_places", "amount_out_of_range", "invalid_amount"}
    assert not is_read_fast(account, invoiceAmount=text)


def test_an_exponent_may_leave_the_places_that_the_account_allows(receipt, account):
    type(account).objects.update(amount_decimal_places=2)
    receipt([invoice_row(invoiceAmount="1.2345e2")])
    assert Invoice.objects.get().invoice_amount == Decimal("123.45")


@pytest.mark.parametrize("text", ["1.23457E+11", "1.2E+3", "0.1234e4"])
def test_a_cell_with_an_exponent_is_refused_for_its_digits_may_be_lost(text, errors):
    [error] = errors([invoice_row(invoiceAmount=text)], **TABLE)
    assert error["code"] == "shortened_number"


def test_a_bad_value_beside_a_tolerated_one_names_its_own_row(errors):
    [error] = errors(after_a_good_row(invoice_text(dueDate='"2026-01-31T00:00"', localAmount='"x"')))
    assert (error["index"], error["field"]) == (1, "localAmount")


def test_a_table_may_have_placeholders_among_its_dates(account):
    uploader = Uploader(account)
    rows = b"1;S1;10;2025-12-31\n1;S2;10;00.00.0000\n1;S3;10;2025-12-31 00:00:00\n1;S4;10;0000-00-00\n"
    page = uploader.choose("night.csv", b"customerNumber;invoiceNumber;invoiceAmount;dueDate\n" + rows)
    assert "All rows can be accepted." in words(page)
    uploader.go("confirm")
    found = dict(Invoice.objects.values_list("invoice_number", "due_date"))
    day = date(2025, 12, 31)
    assert found == {"S1": day, "S2": None, "S3": day, "S4": None}
    assert {warning["code"]: warning["rows"] for warning in uploaded().warnings} == {
        "placeholder_date": 2,
        "date_with_time": 1,
    }
