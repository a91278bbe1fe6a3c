"""Values that no field takes: each refuses the array, with the row's index, a pointer, the field and a code."""

import json

import pytest

from tests.factories import customer_row, invoice_row
from tests.uploads.wire_texts import after_a_good_row, invoice_text, nested

AMOUNTS = [
    pytest.param("NaN", "invalid_amount", id="NaN"),
    pytest.param("Infinity", "invalid_amount", id="infinity"),
    pytest.param("-Infinity", "invalid_amount", id="minus infinity"),
    pytest.param("true", "invalid_amount", id="true"),
    pytest.param("false", "invalid_amount", id="false"),
    pytest.param("[12]", "invalid_amount", id="an array"),
    pytest.param('{"value": 12}', "invalid_amount", id="an object"),
    pytest.param('""', "invalid_amount", id="no text"),
    pytest.param('"  "', "invalid_amount", id="blanks"),
    pytest.param('"twelve"', "invalid_amount", id="a word"),
    pytest.param('"1,234.56"', "invalid_amount", id="text with a comma"),
    pytest.param('"12 000"', "invalid_amount", id="text with a space"),
    pytest.param('"EUR 12"', "invalid_amount", id="text with a currency"),
    pytest.param('"0x0C"', "invalid_amount", id="text in base 16"),
    pytest.param('"1e"', "invalid_amount", id="text with an exponent of nothing"),
    pytest.param('"1e-1"', "too_many_decimal_places", id="a fraction by exponent as text"),
    pytest.param('"1e400"', "amount_out_of_range", id="1e400 as text"),
    pytest.param('"NaN"', "invalid_amount", id="NaN as text"),
    pytest.param('"\\u0661\\u0662"', "invalid_amount", id="Arabic digits"),
    pytest.param('"12\\u0000"', "invalid_amount", id="text with a NUL"),
    pytest.param("12.5", "too_many_decimal_places", id="a fraction"),
    pytest.param('"12.5"', "too_many_decimal_places", id="a fraction as text"),
    pytest.param("1e-1", "too_many_decimal_places", id="a fraction by exponent"),
    pytest.param("1e-1000100", "too_many_decimal_places", id="a fraction of a million places"),
    pytest.param("1e-99999999999999999999", "amount_out_of_range", id="an exponent beyond Decimal's least"),
    pytest.param(
        "9223372036854775807.00000000000000000001", "too_many_decimal_places", id="a fraction beyond 28 digits"
    ),
    pytest.param(f'"1.{"0" * 40}1"', "too_many_decimal_places", id="a fraction beyond 28 digits as text"),
    pytest.param("9223372036854775808", "amount_out_of_range", id="2 to the 63rd"),
    pytest.param("-9223372036854775808", "amount_out_of_range", id="minus 2 to the 63rd"),
    pytest.param('"9223372036854775808"', "amount_out_of_range", id="2 to the 63rd as text"),
    pytest.param("1" + "0" * 5000, "amount_out_of_range", id="5,001 digits"),
    pytest.param("1e400", "amount_out_of_range", id="1e400"),
    pytest.param("1e1000000", "amount_out_of_range", id="1e1000000"),
    pytest.param("1e99999999999999999999", "amount_out_of_range", id="an exponent beyond Decimal's greatest"),
]

TEXTS = [
    pytest.param("true", "not_text", id="true"),
    pytest.param('["a"]', "not_text", id="an array"),
    pytest.param('{"a": 1}', "not_text", id="an object"),
    pytest.param("NaN", "not_text", id="NaN"),
    pytest.param("Infinity", "not_text", id="infinity"),
    pytest.param(r'"a\u0000b"', "invalid_text", id="an escaped NUL"),
    pytest.param(r'"a\ud83d"', "invalid_text", id="the first half of a surrogate pair"),
    pytest.param(r'"\ude00b"', "invalid_text", id="the second half of a surrogate pair"),
    pytest.param('"' + "x" * 1_000_000 + '"', "too_long", id="1 MB"),
    pytest.param("1" * 1_000_000, "too_long", id="a number of 1 MB"),
]

DATES = [
    pytest.param('"31.01.2026"', id="with dots"),
    pytest.param('"01/31/2026"', id="with slashes"),
    pytest.param('"2026-02-30"', id="February 30"),
    pytest.param('"20260230"', id="February 30 without hyphens"),
    pytest.param('"0000-01-01"', id="year 0"),
    pytest.param('"2026-1-31"', id="a month of one digit"),
    pytest.param('"26-01-31"', id="a year of two digits"),
    pytest.param('"2026-01"', id="a month"),
    pytest.param('"2026-W05-6"', id="a week"),
    pytest.param('"2026-01-31T25:00:00Z"', id="a time of 25 hours"),
    pytest.param('"2026-01-31T24:00:00"', id="a time of 24 hours"),
    pytest.param('"2026-01-31T10:60"', id="a time of 60 minutes"),
    pytest.param('"2026-01-31T10"', id="an hour alone"),
    pytest.param('"2026-01-31T10:00:00+24:00"', id="an offset of a day"),
    pytest.param('"2026-02-30T10:00:00"', id="February 30 with a time"),
    pytest.param('"0000-00-00 25:00:00"', id="a day of zeros with a time of 25 hours"),
    pytest.param('"0000-00.00"', id="a day of zeros with two marks"),
    pytest.param('"0000-00-01"', id="a month of zeros"),
    pytest.param('"2026-01-31 and on"', id="text behind it"),
    pytest.param('"\\u0662026-01-31"', id="an Arabic digit"),
    pytest.param('"2026-01-31\\u0000"', id="a NUL behind it"),
    pytest.param("20260131", id="a number"),
    pytest.param("1769817600", id="a Unix time"),
    pytest.param("true", id="true"),
    pytest.param("NaN", id="NaN"),
    pytest.param('["2026-01-31"]', id="an array"),
]

JSON_VALUES = [
    pytest.param("NaN", "not_json", id="NaN"),
    pytest.param('{"lat": NaN}', "not_json", id="NaN within"),
    pytest.param('{"lat": [Infinity]}', "not_json", id="infinity within"),
    pytest.param('{"lat": -Infinity}', "not_json", id="minus infinity within"),
    pytest.param('{"lat": 1e400}', "number_out_of_range", id="1e400"),
    pytest.param('{"lat": 1e-400}', "number_out_of_range", id="1e-400"),
    pytest.param('{"lat": 1e99999999999999999999}', "number_out_of_range", id="an exponent beyond Decimal"),
    pytest.param("1" * 5000, "number_out_of_range", id="5,000 digits"),
    pytest.param(r'{"city": "a\u0000b"}', "invalid_text", id="a NUL"),
    pytest.param(r'{"ci\u0000ty": "a"}', "invalid_text", id="a NUL in a key"),
    pytest.param(r'{"city": ["\ud83d"]}', "invalid_text", id="half a surrogate pair"),
    pytest.param(r'{"\ude00": "a"}', "invalid_text", id="half a surrogate pair in a key"),
    pytest.param(nested(50), "too_deep", id="50 deep"),
    pytest.param("[" * 33 + "]" * 33, "too_deep", id="33 arrays deep"),
    pytest.param('"' + "x" * 65_536 + '"', "too_large", id="over 64 KiB"),
    pytest.param('{"city": "A", "city": "B"}', "repeated_key", id="a repeated key"),
    pytest.param('[{"at": {"city": "A", "city": "A"}}]', "repeated_key", id="a repeated key deep within"),
]

LIMITS = [
    ("invoices", "companyCode", 32),
    ("invoices", "customerNumber", 64),
    ("invoices", "invoiceNumber", 64),
    ("invoices", "accountingDocNumber", 64),
    ("invoices", "fiscalYear", 16),
    ("invoices", "lineItem", 32),
    ("invoices", "itemText", 2000),
    ("invoices", "balanceAmount", 64),
    ("customers", "cocode", 32),
    ("customers", "customerno", 64),
    ("customers", "emailaddress1", 320),
]

REQUIRED = [
    ("invoices", "customerNumber"),
    ("invoices", "invoiceNumber"),
    ("customers", "customerno"),
    ("customers", "emailaddress1"),
]

a_row = {"invoices": invoice_row, "customers": customer_row}


def the_refused_field(problem, index=1):
    """Return name and code of the one error, having seen that it points at that row's field."""
    [error] = problem["errors"]
    assert (error["index"], error["pointer"]) == (index, f"/{index}/{error['field']}")
    return error["field"], error["code"]


@pytest.mark.parametrize(("value", "code"), AMOUNTS)
def test_what_is_no_amount_of_the_account_is_refused(refusal, value, code):
    assert the_refused_field(refusal(after_a_good_row(invoice_text(invoiceAmount=value)))) == ("invoiceAmount", code)


@pytest.mark.parametrize("value", ["NaN", "12.5", "1e400"])
def test_the_local_amount_is_no_less_strict(refusal, value):
    assert the_refused_field(refusal(after_a_good_row(invoice_text(localAmount=value))))[0] == "localAmount"


@pytest.mark.parametrize("field", ["customerNumber", "itemText"])
@pytest.mark.parametrize(("value", "code"), TEXTS)
def test_what_is_no_text_of_the_field_is_refused(refusal, field, value, code):
    assert the_refused_field(refusal(after_a_good_row(invoice_text(**{field: value})))) == (field, code)


@pytest.mark.parametrize("value", DATES)
def test_what_is_no_date_is_refused(refusal, value):
    problem = refusal(after_a_good_row(invoice_text(dueDate=value)))
    assert the_refused_field(problem) == ("dueDate", "invalid_date")


@pytest.mark.parametrize("field", ["billAddr", "anUnknownKey"])
@pytest.mark.parametrize(("value", "code"), JSON_VALUES)
def test_what_cannot_be_kept_as_json_is_refused(refusal, field, value, code):
    assert the_refused_field(refusal(after_a_good_row(invoice_text(**{field: value})))) == (field, code)


@pytest.mark.parametrize(("key", "shown"), [(r"a\u0000b", r"a\u0000b"), (r"\ud83d", r"\ud83d")], ids=["NUL", "half"])
def test_an_unknown_key_that_is_no_text_is_refused(refusal, key, shown):
    problem = refusal(after_a_good_row(invoice_text(**{key: "1"})))
    assert the_refused_field(problem) == (shown, "invalid_text")


@pytest.mark.parametrize(
    ("places", "value"), [(4, "0.00001"), (4, '"0.00001"'), (2, "12.345"), (2, '"12.345"'), (0, '"0.00001"')]
)
def test_an_amount_of_more_places_than_the_account_allows_is_refused(refusal, account, places, value):
    type(account).objects.update(amount_decimal_places=places)
    problem = refusal(after_a_good_row(invoice_text(invoiceAmount=value)))
    assert the_refused_field(problem) == ("invoiceAmount", "too_many_decimal_places")


@pytest.mark.parametrize(("resource", "field", "limit"), LIMITS)
def test_a_text_over_its_limit_is_refused(refusal, resource, field, limit):
    problem = refusal([a_row[resource](**{field: "x" * (limit + 1)})], resource)
    assert the_refused_field(problem, index=0) == (field, "too_long")


@pytest.mark.parametrize(("resource", "field", "limit"), LIMITS)
def test_a_text_at_its_limit_is_taken_after_trimming(receipt, resource, field, limit):
    assert receipt([a_row[resource](**{field: f" {'ä' * limit} "})], resource)["created"] == 1


@pytest.mark.parametrize(("resource", "field"), REQUIRED)
@pytest.mark.parametrize("blank", ["", "   ", "\t\u00a0"], ids=["empty", "spaces", "other blanks"])
def test_a_blank_required_text_is_refused(refusal, resource, field, blank):
    problem = refusal([a_row[resource](**{field: blank})], resource)
    assert the_refused_field(problem, index=0) == (field, "blank")


@pytest.mark.parametrize(("resource", "field"), [*REQUIRED, ("invoices", "invoiceAmount")])
def test_a_required_field_of_null_is_refused(refusal, resource, field):
    problem = refusal([a_row[resource](**{field: None})], resource)
    assert the_refused_field(problem, index=0) == (field, "null")


@pytest.mark.parametrize(("resource", "field"), [*REQUIRED, ("invoices", "invoiceAmount")])
def test_a_missing_required_field_is_refused(refusal, resource, field):
    row = a_row[resource]()
    del row[field]
    assert the_refused_field(refusal([row], resource), index=0) == (field, "required")


@pytest.mark.parametrize("field", ["invoiceNumber", "itemText", "anUnknownKey"])
def test_a_key_that_a_row_names_twice_is_refused(refusal, field):
    row = f'{invoice_text()[:-1]}, "{field}": "A", "{field}": "A"}}'
    assert the_refused_field(refusal(after_a_good_row(row))) == (field, "repeated_key")


def test_unknown_keys_that_are_too_large_only_together_are_refused(refusal):
    half = json.dumps("x" * 40_000)
    problem = refusal(after_a_good_row(invoice_text(first=half, second=half)))
    assert the_refused_field(problem) == ("first", "too_large")


def test_every_error_of_a_row_is_reported(refusal):
    row = invoice_row(invoiceAmount=True, dueDate="soon", lineItem=[], billAddr={"a": "\0"}, other="\0")
    fields = {error["field"]: error["code"] for error in refusal([row])["errors"]}
    assert fields == {
        "invoiceAmount": "invalid_amount",
        "dueDate": "invalid_date",
        "lineItem": "not_text",
        "billAddr": "invalid_text",
        "other": "invalid_text",
    }


def test_one_bad_row_refuses_the_good_ones_around_it(refusal):
    rows = [invoice_row(invoiceNumber=f"{n}") for n in range(3)]
    rows[1]["dueDate"] = "soon"
    problem = refusal(rows)
    assert (problem["received"], problem["rejected"], problem["invalid"]) == (3, 3, 1)
