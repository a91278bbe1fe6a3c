"""Whether an item is a debit or a credit, and what is owed on it: once for Python, once as SQL.

Sources of what is beside an amount: SAP's S and H (Soll, Haben) and its posting keys; C and D of X12 (element 478)
and of JD Edwards (09/TD); CRDT and DBIT of ISO 20022; the words that ledgers write in their language. `K` is left out:
it is credit in some countries, but SAP's type of a vendor's account. So are RC and RD, which mean reversals.
"""

import re
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Case, F, Func, Q, TextField, Value, When
from django.db.models.functions import Abs, Coalesce
from django.db.models.lookups import In

from receivables.money.amounts import amount_column

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
    """SQL for an item's open amount, signed for the one who is owed: debits positive, credits negative.

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
