"""Amounts as texts and numbers: read exactly, held exactly, written exactly."""

from decimal import Decimal

import pytest

from receivables.money import (
    MAX_MAGNITUDE,
    NotAnAmount,
    amount_from_text,
    amount_text,
    decimal_places,
    fitting,
    plain_number,
    spelling,
)

READ = [
    ("0", "0"),
    ("12112", "12112"),
    ("1234.56", "1234.56"),
    ("+1234.56", "1234.56"),
    ("-1234.56", "-1234.56"),
    ("1234.56-", "-1234.56"),
    ("(1234.56)", "-1234.56"),
    ("0.0001", "0.0001"),
    ("007", "7"),
    ("12.50", "12.5"),
    ("0.00-", "0"),
    ("(0)", "0"),
    ("9223372036854775807", "9223372036854775807"),
    ("9223372036854775807-", "-9223372036854775807"),
    ("9223372036854775806.9999", "9223372036854775806.9999"),
]

NO_AMOUNTS = [
    pytest.param("", id="empty"),
    pytest.param(" 12", id="a blank before it"),
    pytest.param("12 ", id="a blank behind it"),
    pytest.param("12\n", id="a line feed behind it"),
    pytest.param("-", id="a minus alone"),
    pytest.param("()", id="brackets alone"),
    pytest.param(".5", id="no digit before the point"),
    pytest.param("5.", id="no digit behind the point"),
    pytest.param("1.2.3", id="two points"),
    pytest.param("1,234.56", id="a comma"),
    pytest.param("1_000", id="an underscore"),
    pytest.param("--12", id="two minuses"),
    pytest.param("-12-", id="a minus on each side"),
    pytest.param("-(12)", id="a minus and brackets"),
    pytest.param("(-12)", id="a minus within brackets"),
    pytest.param("(12", id="one bracket"),
    pytest.param("+-12", id="plus and minus"),
    pytest.param("-+12", id="minus and plus"),
    pytest.param("+12-", id="a plus before, a minus behind"),
    pytest.param("12+", id="a plus behind it"),
    pytest.param("1e3", id="an exponent"),
    pytest.param("0x0C", id="base 16"),
    pytest.param("NaN", id="NaN"),
    pytest.param("Infinity", id="infinity"),
    pytest.param("\u0661\u0662", id="Arabic digits"),
    pytest.param("\uff11\uff12", id="full-width digits"),
    pytest.param("\u221212", id="a typographic minus"),
    pytest.param("$12", id="a currency"),
]

UNFIT = [
    pytest.param("9223372036854775808", id="2 to the 63rd"),
    pytest.param("-9223372036854775808", id="minus 2 to the 63rd"),
    pytest.param("9223372036854775807.0001", id="a fraction above the greatest"),
    pytest.param("9223372036854775807.00000000000000000001", id="a fraction above the greatest beyond 28 digits"),
    pytest.param("1.0000000000000000000000000000000001", id="a fraction beyond 28 digits"),
    pytest.param("0.00001", id="five places"),
    pytest.param("1e400", id="1e400"),
    pytest.param("1e1000000", id="1e1000000"),
    pytest.param("1e-1000100", id="1e-1000100"),
    pytest.param("NaN", id="NaN"),
    pytest.param("sNaN", id="a signalling NaN"),
    pytest.param("Infinity", id="infinity"),
    pytest.param("-Infinity", id="minus infinity"),
]


@pytest.mark.parametrize(("text", "amount"), READ)
def test_a_text_is_read_as_the_amount_it_means(text, amount):
    assert amount_from_text(text) == Decimal(amount)


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_a_text_that_is_no_amount_is_refused(text):
    with pytest.raises(NotAnAmount):
        amount_from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("9223372036854775808", id="2 to the 63rd"),
        pytest.param("-0.00001", id="five places"),
        pytest.param(f"-1.{'0' * 40}1", id="41 places"),
        pytest.param("-" + "1" * 1_000_002, id="1,000,002 digits"),
    ],
)
def test_a_text_of_an_amount_that_no_column_holds_is_read_exactly_and_does_not_fit(text):
    amount = amount_from_text(text)
    assert amount == Decimal(text)
    with pytest.raises(NotAnAmount):
        fitting(amount)


def test_no_text_is_read_as_minus_zero():
    assert not any(amount_from_text(text).is_signed() for text in ["-0", "0-", "(0.00)"])


@pytest.mark.parametrize("amount", UNFIT)
def test_an_amount_that_no_column_holds_exactly_is_refused(amount):
    with pytest.raises(NotAnAmount):
        fitting(Decimal(amount))


@pytest.mark.parametrize("amount", ["0", "-0.0001", "12.5000", "12.0000000000", "1e18", "9223372036854775806.9999"])
def test_an_amount_that_the_columns_hold_is_handed_back_equal(amount):
    assert fitting(Decimal(amount)) == Decimal(amount)


@pytest.mark.parametrize("zero", ["-0", "0e-99999", "0e999999", "0.00"])
def test_every_zero_fits_as_plain_zero(zero):
    assert str(plain_number(fitting(Decimal(zero)))) == "0"


def test_the_greatest_amount_and_its_negative_fit():
    assert fitting(MAX_MAGNITUDE) == 2**63 - 1
    assert fitting(-MAX_MAGNITUDE) == 1 - 2**63


@pytest.mark.parametrize(
    ("amount", "needed"),
    [
        ("12", 0),
        ("12.00", 0),
        ("12.50", 1),
        ("1200", 0),
        ("12e3", 0),
        ("0", 0),
        ("0.000", 0),
        ("-0.0001", 4),
        ("1e-7", 7),
        ("1.0000000000000000000000000000000001", 34),
        ("0e-99999", 0),
    ],
)
def test_the_places_of_an_amount_are_those_it_needs(amount, needed):
    assert decimal_places(Decimal(amount)) == needed


@pytest.mark.parametrize(
    ("stored", "number"),
    [
        ("12.0000", "12"),
        ("12.5000", "12.5"),
        ("-0.0100", "-0.01"),
        ("0.0000", "0"),
        ("100.0000", "100"),
        ("9223372036854775807.0000", "9223372036854775807"),
        ("9223372036854775806.9999", "9223372036854775806.9999"),
    ],
)
def test_a_plain_number_has_no_zeros_of_its_columns_scale(stored, number):
    assert str(plain_number(Decimal(stored))) == number


@pytest.mark.parametrize(("stored", "is_int"), [("12.0000", True), ("0.0000", True), ("12.5000", False)])
def test_a_whole_plain_number_is_an_integer(stored, is_int):
    assert isinstance(plain_number(Decimal(stored)), int) is is_int


@pytest.mark.parametrize(
    ("amount", "at_least", "text"),
    [
        ("12.0000", 0, "12"),
        ("12.5000", 0, "12.5"),
        ("12.5000", 2, "12.50"),
        ("12.3456", 2, "12.3456"),
        ("-12", 4, "-12.0000"),
        ("0", 2, "0.00"),
        ("1e3", 0, "1000"),
        ("27670116110564327421.0000", 0, "27670116110564327421"),
        ("4611686018427387903500000.0001", 0, "4611686018427387903500000.0001"),
    ],
)
def test_an_amounts_text_has_every_place_it_needs_and_no_fewer_than_asked(amount, at_least, text):
    assert amount_text(Decimal(amount), at_least) == text


@pytest.mark.parametrize(
    ("text", "unusual"),
    [("12-", "trailing_minus"), ("(12)", "brackets"), ("1e3", "amount_with_exponent"), ("-12", None), ("", None)],
)
def test_unusual_spellings_are_told_apart(text, unusual):
    assert spelling(text) == unusual
