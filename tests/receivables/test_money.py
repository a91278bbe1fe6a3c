"""Amounts as people read them."""

import re
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import example, given
from hypothesis import strategies as st

from receivables.money import CURRENCIES, shown

SHOWN = [
    ("1234.5", "EUR", "€1,234.50", "1.234,50\xa0€"),
    ("-1234.5", "USD", "-$1,234.50", "-1.234,50\xa0$"),
    ("1234567", "JPY", "¥1,234,567", "1.234.567\xa0¥"),
    ("1.2345", "EUR", "€1.2345", "1,2345\xa0€"),
    ("3", "KWD", "KWD3.000", "3,000\xa0KWD"),
    ("0", "USD", "$0.00", "0,00\xa0$"),
    ("12", "XX", "12 XX", "12 XX"),
    ("-5.25", "eur", "-5.25 eur", "-5,25 eur"),
    ("0.5", "", "0.5", "0,5"),
]


@pytest.mark.parametrize(("amount", "currency", "english", "german"), SHOWN)
def test_an_amount_is_shown_as_its_reader_and_its_currency_have_it(amount, currency, english, german):
    with override("en"):
        assert shown(Decimal(amount), currency) == english
    with override("de"):
        assert shown(Decimal(amount), currency) == german


@example(amount=Decimal("-0.5000"), currency="XCG")
@given(
    amount=st.decimals(-(2**63 - 1), 2**63 - 1, places=4, allow_nan=False),
    currency=st.sampled_from([*sorted(CURRENCIES), "", "XX"]),
)
def test_no_amount_is_rounded(amount, currency):
    with override("en"):
        written = shown(amount, currency)
    [number] = re.findall(r"\d[\d,]*(?:\.\d+)?", written)  # the symbol may have a point of its own: Cg.
    assert Decimal(number.replace(",", "")) * (-1 if written.startswith("-") else 1) == amount
