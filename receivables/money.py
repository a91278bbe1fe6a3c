"""Amounts: how they are stored, read from text and written; and which are debits, which credits.

Sources: the published contract (invoiceAmount is an integer, balanceAmount a text). Of what is beside an amount: SAP's
S and H (Soll, Haben) and its posting keys; C and D of X12 (element 478) and of JD Edwards (09/TD); CRDT and DBIT of
ISO 20022; the words that ledgers write in their language. `K` is left out: it is credit in some countries, but SAP's
type of a vendor's account. So are RC and RD, which mean reversals.
"""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any, Literal

from babel import Locale
from babel.numbers import format_currency, format_decimal, get_currency_precision, list_currencies
from django.db import models
from django.db.models import Case, F, Func, Q, TextField, Value, When
from django.db.models.functions import Abs, Coalesce
from django.db.models.lookups import In
from django.utils.translation import get_language, to_locale

# Whole parts fit 64 bits (19 digits), fractions four places.
DECIMAL_PLACES = 4
_SMALLEST = Decimal(1).scaleb(-DECIMAL_PLACES)
MAX_MAGNITUDE = Decimal(2**63 - 1)
# Amounts have up to 23 digits, and any number of them is added: without rounding, or not at all.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
CURRENCIES = frozenset(list_currencies())  # ISO 4217, those no longer in use too: ledgers keep old items

_AMOUNT_TEXT = re.compile(
    r"(?P<minus>-)?\+?(?P<plain>\d+(?:\.\d+)?) | (?P<trailing>\d+(?:\.\d+)?)- | \((?P<brackets>\d+(?:\.\d+)?)\)",
    re.VERBOSE | re.ASCII,
)
_WITH_EXPONENT = re.compile(r"-?\d+(?:\.\d+)?[eE][+-]?\d{1,3}", re.ASCII)


def amount_column(**options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(max_digits=23, decimal_places=DECIMAL_PLACES, **options)


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


def shown(amount: Decimal, currency: str) -> str:
    """Return an amount in the reader's language, as `€1,234.50` or `1.234,50 €`.

    It has as many decimal places as its currency is counted in, and more where the amount has more. A currency that
    ISO 4217 does not know follows the number as the feed wrote it.
    """
    locale = Locale.parse(to_locale(get_language() or "en"))
    if currency not in CURRENCIES:
        pattern = f"#,##0.{'0' * decimal_places(amount)}".rstrip(".")
        number = format_decimal(amount, pattern, locale=locale, decimal_quantization=False)
        return f"{number} {currency}".rstrip()
    digits = max(decimal_places(amount), get_currency_precision(currency))
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", f"0.{'0' * digits}".rstrip("."))
    return format_currency(amount, currency, pattern, locale=locale, currency_digits=False, decimal_quantization=False)


def spelling(text: str) -> str | None:
    """Return which unusual spelling a text of an amount uses, if it does; the two of SAP's are negative."""
    if text.endswith("-"):
        return "trailing_minus"
    if text.startswith("("):
        return "brackets"
    return "amount_with_exponent" if "e" in text.lower() else None


Side = Literal["debit", "credit", ""]

# As `_spelt` has them: ASCII's letters are small, and there is no full stop at the end.
DEBITS = (
    *("s", "d", "dr", "db", "deb", "dbit", "debit", "debits", "debet", "soll", "belastung", "+", "40"),
    *("débit", "dÉbit", "debe", "debito", "débito", "dÉbito", "dare"),
)
CREDITS = (
    *("h", "c", "cr", "cred", "crdt", "credit", "credits", "kredit", "haben", "gutschrift", "-", "\u2212", "\u2013"),
    *("50", "crédit", "crÉdit", "haber", "credito", "crédito", "crÉdito", "avere"),
)
PLAIN_INDICATORS = frozenset(["S", "s", "H", "h"])

# SAP's posting keys of customer items. What a spreadsheet makes of them has zeros in front or a fraction of zeros.
DEBIT_KEY = "^0*[1-9]([.,]0*)?$"
CREDIT_KEY = "^0*1[1-9]([.,]0*)?$"
_PLAIN_KEY = re.compile("0?[1-9]|1[1-9]")
_DEBIT_KEY, _CREDIT_KEY = re.compile(DEBIT_KEY[1:-1]), re.compile(CREDIT_KEY[1:-1])

_SMALL_LETTERS = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def side_of_indicator(indicator: str) -> Side:
    """Return what an indicator means; "" where it means neither, or there is none."""
    spelt = indicator.translate(_SMALL_LETTERS).rstrip(".")
    return "debit" if spelt in DEBITS else "credit" if spelt in CREDITS else ""


def side_of_key(posting_key: str) -> Side:
    """Return what a posting key of a customer item means; "" for any other key."""
    return "debit" if _DEBIT_KEY.fullmatch(posting_key) else "credit" if _CREDIT_KEY.fullmatch(posting_key) else ""


def is_unusual_key(posting_key: str) -> bool:
    """Whether a posting key is understood although it has zeros too many, or a fraction."""
    return bool(side_of_key(posting_key)) and not _PLAIN_KEY.fullmatch(posting_key)


def side_of(indicator: str, posting_key: str) -> Side:
    """Return whether an item is a debit or a credit: its indicator says so, else its posting key."""
    return side_of_indicator(indicator) or side_of_key(posting_key)


def open_amount(
    balance_text: str, balance_amount: Decimal | None, invoice_amount: Decimal, indicator: str, posting_key: str
) -> Decimal | None:
    """Return an item's open amount as the column has it; None where the balance is a text that is no amount."""
    if balance_text and balance_amount is None:
        return None
    as_given = invoice_amount if balance_amount is None else balance_amount
    return -abs(as_given) if side_of(indicator, posting_key) == "credit" else as_given


def open_amount_expression() -> Case:
    """SQL for what is owed on an item: its open amount as sent, and 0 while it is closed."""
    closed = When(closed_at__isnull=False, then=Value(Decimal(0)))
    return Case(closed, default=sent_open_amount_expression(), output_field=amount_column())


# What an open amount is made of.
SIGNED_COLUMNS = ("balance_text", "balance_amount", "invoice_amount", "debit_credit_indicator", "posting_key")


def sent_open_amount_expression() -> Case:
    """SQL for an item's open amount as the feed sent it, signed for the one who is owed: debits positive, credits
    negative.

    It is the balance, or the invoice amount where no balance was sent. A credit (H, else a posting key from 11 to 19)
    is minus its magnitude: SAP's tables hold magnitudes, its reports signed amounts. A debit, and what says neither,
    is as given: a negative one is an overpaid item or a negative posting, and never a debt. Empty where the
    balance is a text that is no amount.
    """
    unreadable = When(~Q(balance_text="") & Q(balance_amount=None), then=Value(None))
    return _signed(Coalesce("balance_amount", "invoice_amount"), unreadable)


def invoice_amount_expression() -> Case:
    """SQL for an item's invoice amount, signed as its open amount is."""
    return _signed(F("invoice_amount"))


def _signed(as_given: Any, *exceptions: When) -> Case:
    return Case(
        *exceptions,
        When(In(_spelt(), list(CREDITS)), then=-Abs(as_given)),
        When(In(_spelt(), list(DEBITS)), then=as_given),
        When(posting_key__regex=CREDIT_KEY, then=-Abs(as_given)),
        default=as_given,
        output_field=amount_column(),
    )


def _spelt() -> Func:
    """SQL for an indicator with ASCII's letters as small ones, in every locale, and no full stop at its end."""
    small = Func("debit_credit_indicator", template='LOWER(%(expressions)s COLLATE "C")', output_field=TextField())
    return Func(small, Value("."), function="RTRIM", output_field=TextField())
