"""What exports, spreadsheets and programs do to a number on its way here: taken with a word, or refused in a table."""

import pytest

from customers.imported.numbers import _INVISIBLE
from customers.models import Customer
from receivables.models import Invoice
from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import customer_text, invoice_text

TABLE = {"Prefer": "source=table"}


def warnings(answer):
    return {(warning["code"], warning["field"], warning["rows"]) for warning in answer["warnings"]}


# Characters that nobody sees.
INVISIBLE = [
    pytest.param("INV-1\u200b", id="a zero width space behind"),
    pytest.param("\u202dINV-1\u202c", id="between override and its end"),
    pytest.param("\ufeffINV-1", id="behind a byte order mark"),
    pytest.param("INV\u00ad-1", id="a soft hyphen within"),
    pytest.param("INV-1\u200e", id="a left-to-right mark"),
    pytest.param("INV-\u20601", id="a word joiner"),
    pytest.param("INV-1\ufe0f", id="a variation selector"),
    pytest.param("INV-1\U000e0041", id="a tag of a flag"),
    pytest.param("INV-1 \u200b ", id="behind a blank"),
    pytest.param("INV-1\u3164", id="a Hangul filler"),
]


@pytest.mark.parametrize("sent", INVISIBLE)
def test_an_invoice_number_loses_what_nobody_sees(receipt, sent):
    receipt([invoice_row(invoiceNumber="INV-1")])
    answer = receipt([invoice_row(invoiceNumber=sent)])
    assert (answer["created"], answer["unchanged"]) == (0, 1)
    assert warnings(answer) == {("invisible_characters", "invoiceNumber", 1)}


@pytest.mark.parametrize("name", ["companyCode", "customerNumber", "accountingDocNumber", "fiscalYear", "lineItem"])
def test_every_number_of_an_invoice_loses_what_nobody_sees(receipt, client, name):
    answer = receipt([invoice_row(**{name: "\ufeff17\u200b"})])
    assert warnings(answer) == {("invisible_characters", name, 1)}
    assert client.get("/jsonApi/invoices").json()["results"][0][name] == "17"


@pytest.mark.parametrize("name", ["customerno", "cocode"])
def test_every_number_of_a_customer_loses_what_nobody_sees(receipt, client, name):
    assert warnings(receipt([customer_row(**{name: "17\u200d"})], "customers")) == {("invisible_characters", name, 1)}
    assert client.get("/jsonApi/customers").json()["results"][0][name] == "17"


def test_a_required_number_of_invisible_characters_is_blank(errors):
    [error] = errors([invoice_row(invoiceNumber="\u200b\ufeff")])
    assert (error["code"], error["field"]) == ("blank", "invoiceNumber")


def test_other_texts_keep_what_nobody_sees(receipt):
    assert receipt([invoice_row(itemText="a\u200bb")])["warnings"] == []
    assert Invoice.objects.get().item_text == "a\u200bb"


def test_a_padded_number_behind_a_byte_order_mark_is_known_again(receipt):
    receipt([customer_row(customerno="12345")], "customers")
    assert receipt([customer_row(customerno="\ufeff0000012345")], "customers")["updated"] == 1
    assert Customer.objects.get().customer_number_key == "12345"


def test_the_invisible_characters_are_in_order_and_apart():
    bounds = [int(bound, 16) for pair in _INVISIBLE for bound in pair]
    assert bounds == sorted(bounds)


# Whole numbers with a fraction of zeros.
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("17850.0", "17850"),
        ("17850.00", "17850"),
        ("536365.000", "536365"),
        ("-5.0", "-5"),
        ("100.0", "100"),
        ("9007199254740993.0", "9007199254740993"),
    ],
)
def test_a_json_number_loses_its_zero_fraction(receipt, client, sent, kept):
    answer = receipt(f"[{invoice_text(customerNumber=sent, invoiceNumber=sent)}]")
    assert warnings(answer) == {
        ("number_with_zero_fraction", "customerNumber", 1),
        ("number_with_zero_fraction", "invoiceNumber", 1),
    }
    [stored] = client.get("/jsonApi/invoices").json()["results"]
    assert (stored["customerNumber"], stored["invoiceNumber"]) == (kept, kept)


@pytest.mark.parametrize("sent", ["-0.0", "0.0", "1e3", "1.50", "17850.5", '"17850.0"', "17850"])
def test_other_numbers_of_json_stay_as_they_were_written(receipt, client, sent):
    answer = receipt(f"[{customer_text(cocode=sent)}]", "customers")
    assert answer["warnings"] == []
    assert client.get("/jsonApi/customers").json()["results"][0]["cocode"] == sent.strip('"')


@pytest.mark.parametrize("sent", ["17850.0", "17850.00", "17850,0", "17850,00", " 17850.0 "])
def test_a_text_of_a_table_loses_its_zero_fraction(receipt, sent):
    receipt([invoice_row(customerNumber="17850")])
    answer = receipt([invoice_row(customerNumber=sent)], headers=TABLE)
    assert answer["unchanged"] == 1
    assert warnings(answer) == {("number_with_zero_fraction", "customerNumber", 1)}


@pytest.mark.parametrize("sent", ["17.000", "0.0", "17850.5", "1.0.0", "v1.0"])
def test_other_texts_of_a_table_stay(receipt, sent):
    assert receipt([invoice_row(invoiceNumber=sent)], headers=TABLE)["warnings"] == []
    assert Invoice.objects.get().invoice_number == sent


# Numbers that a spreadsheet shortened.
SHORTENED = ["1.93044E+09", "1,93044E+09", "1.2E+15", "1E+15", "193.0E+7", "1.93044e+09", "1.93044E9", "########"]


@pytest.mark.parametrize("sent", SHORTENED)
@pytest.mark.parametrize("name", ["invoiceNumber", "customerNumber", "accountingDocNumber"])
def test_a_shortened_number_of_a_table_is_refused(errors, name, sent):
    [error] = errors([invoice_row(**{name: sent})], headers=TABLE)
    assert (error["code"], error["field"]) == ("shortened_number", name)
    assert "export it again" in error["message"]


@pytest.mark.parametrize("sent", SHORTENED)
def test_a_shortened_number_of_json_is_warned_of(receipt, sent):
    assert warnings(receipt([invoice_row(invoiceNumber=sent)])) == {("shortened_number", "invoiceNumber", 1)}
    assert Invoice.objects.get().invoice_number == sent


def test_a_shortened_json_number_is_warned_of(receipt):
    answer = receipt(f"[{invoice_text(invoiceNumber='1.93044E+09')}]")
    assert warnings(answer) == {("shortened_number", "invoiceNumber", 1)}


@pytest.mark.parametrize("sent", ["12E5", "E+15", "INV-1E+15", "1E-5", "4E10", "#12"])
def test_a_number_with_an_e_of_its_own_is_taken_from_a_table(receipt, sent):
    assert receipt([invoice_row(invoiceNumber=sent)], headers=TABLE)["warnings"] == []


def test_two_numbers_shortened_alike_do_not_overwrite_each_other(errors):
    rows = [invoice_row(invoiceNumber="1.93044E+09", invoiceAmount=amount) for amount in (100, 250)]
    assert {error["code"] for error in errors(rows, headers=TABLE)} == {"shortened_number"}


# Words for a missing value.
MISSING = [
    *("nan", "NaN", "None", "NULL", "null", "NaT", "<NA>", "undefined", "(null)", "nil", "N/A", "\\N", "-nan"),
    *("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NV", "#WERT!", "#BEZUG!", "1.#QNAN"),
]


@pytest.mark.parametrize("sent", MISSING)
@pytest.mark.parametrize("name", ["customerNumber", "companyCode"])
def test_a_word_for_a_missing_value_is_refused_in_a_table(errors, name, sent):
    [error] = errors([invoice_row(**{name: sent})], headers=TABLE)
    assert (error["code"], error["field"]) == ("null_word", name)


@pytest.mark.parametrize(("name", "remedy"), [("customerno", "is meant."), ("cocode", "leave the cell blank.")])
def test_the_remedy_of_a_missing_value_is_named(errors, name, remedy):
    [error] = errors([customer_row(**{name: "NULL"})], "customers", headers=TABLE)
    assert error["message"].endswith(remedy)


@pytest.mark.parametrize("sent", MISSING)
def test_a_word_for_a_missing_value_is_warned_of_in_json(receipt, sent):
    assert warnings(receipt([invoice_row(customerNumber=sent)])) == {("null_word", "customerNumber", 1)}


@pytest.mark.parametrize("sent", ["NA", "Nanjing", "NULLIGER", "nan1", "0", "#1", "none-1"])
def test_a_number_that_resembles_a_word_is_taken_from_a_table(receipt, sent):
    assert receipt([invoice_row(companyCode=sent)], headers=TABLE)["warnings"] == []


def test_a_customer_may_be_called_null(receipt):
    assert receipt([invoice_row(customerName="NULL", itemText="#N/A")], headers=TABLE)["warnings"] == []


def test_other_rows_of_a_table_are_taken_beside_a_missing_number(upload):
    rows = [invoice_row(invoiceNumber="1"), invoice_row(invoiceNumber="#N/A")]
    answer = upload(rows, headers={"Prefer": "source=table, handling=lenient"})
    assert (answer.status_code, answer.json()["created"], answer.json()["rejected"]) == (207, 1, 1)
