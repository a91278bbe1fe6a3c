"""Amounts of receivables: how they are stored, read from text and written.

Source: the published contract (invoiceAmount is an integer, balanceAmount a text).
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

from django.db import models

# Whole parts fit 64 bits (19 digits), fractions four places.
DECIMAL_PLACES = 4
_SMALLEST = Decimal(1).scaleb(-DECIMAL_PLACES)
MAX_MAGNITUDE = Decimal(2**63 - 1)
# Amounts have up to 23 digits, and any number of them is added: without rounding, or not at all.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])

_AMOUNT_TEXT = re.compile(
    r"(?P<minus>-)?\+?(?P<plain>\d+(?:\.\d+)?) | (?P<trailing>\d+(?:\.\d+)?)- | \((?P<brackets>\d+(?:\.\d+)?)\)",
    re.VERBOSE | re.ASCII,
)


def amount_column(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=23, decimal_places=DECIMAL_PLACES, **options)


_WITH_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)


class NotAnAmount(ValueError):
    """The text is no amount, or one that the columns cannot hold exactly."""


def amount_from_text(text: str) -> Decimal:
    """Read `1234.56`, `-1234.56`, `1234.56-` or `(1234.56)`; anything else raises NotAnAmount."""
    match = _AMOUNT_TEXT.fullmatch(text)
    if match is None or (match["minus"] and "+" in text):
        raise NotAnAmount(text[:100])
    magnitude = Decimal(match["plain"] or match["trailing"] or match["brackets"])
    is_positive = match["plain"] and not match["minus"]
    return magnitude if is_positive or not magnitude else magnitude.copy_negate()


def balance_from_text(text: str) -> Decimal:
    """Read a balance: as amount_from_text, or with the exponent that some writers give large numbers (1.2345678E7)."""
    return Decimal(text) if _WITH_EXPONENT.fullmatch(text) else amount_from_text(text)


def fitting(amount: Decimal) -> Decimal:
    """Return the amount as the columns hold it, with four places, if they do so exactly, else raise NotAnAmount."""
    if not amount.is_finite() or amount.copy_abs() > MAX_MAGNITUDE or decimal_places(amount) > DECIMAL_PLACES:
        raise NotAnAmount(str(amount)[:100])
    return amount.quantize(_SMALLEST) + 0  # + 0: there is no negative zero in a ledger


def decimal_places(amount: Decimal) -> int:
    """Decimal places that the amount needs: 12.50 needs one, 12.00 none. Exact for any number of digits."""
    _, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    if exponent >= 0 or not amount:
        return 0
    zeros = next(count for count, digit in enumerate(reversed(digits)) if digit)
    return max(0, -exponent - zeros)


def plain_number(amount: Decimal) -> Decimal | int:
    """Return the amount without the zeros of its column's scale: 12.5000 as 12.5, 12.0000 as 12."""
    whole = amount.to_integral_value()
    return int(whole) if whole == amount else amount.normalize()


def amount_text(amount: Decimal, min_decimal_places: int) -> str:
    """Return the amount as text with every place it needs and no fewer than `min_decimal_places`: 12.50 for 2."""
    return f"{amount:.{max(decimal_places(amount), min_decimal_places)}f}"


def grouped_amount_text(amount: Decimal, min_decimal_places: int) -> str:
    """Return the amount as people read it: 12,345.50 for 2."""
    return f"{amount:,.{max(decimal_places(amount), min_decimal_places)}f}"


def spelling(text: str) -> str | None:
    """Return which unusual spelling a text of an amount uses, if it does; the two of SAP's are negative."""
    if text.endswith("-"):
        return "trailing_minus"
    if text.startswith("("):
        return "brackets"
    return "amount_with_exponent" if "e" in text.lower() else None
