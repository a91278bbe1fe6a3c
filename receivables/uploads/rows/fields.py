"""The contract's types: how a value may look on the wire, and how it is stored.

Every tolerance used is noted in the findings; what is not tolerated is refused with a remedy.
"""

import re
from abc import abstractmethod
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from receivables.money import (
    MAX_MAGNITUDE,
    NotAnAmount,
    balance_from_text,
    decimal_places,
    fitting,
    plain_number,
    spelling,
)
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading.literal_json import NumberLiteral
from receivables.uploads.reading.refusals import ValueRefused, storable
from receivables.uploads.rows import messages

# ISO 8601, and as databases write it: seconds and the offset may be missing.
_HOUR = r"(?:[01]\d|2[0-3])"
_OFFSET = rf" ?(?:[Zz]|[+-]{_HOUR}(?::?[0-5]\d)?)"
_TIME = rf"[Tt ]{_HOUR}:[0-5]\d(?::(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:{_OFFSET})?"
_COMPACT_TIME = rf"[Tt]{_HOUR}[0-5]\d(?:(?:[0-5]\d|60)(?:[.,]\d+)?)?(?:{_OFFSET})?"
_DAY = re.compile(
    rf"(?P<day>\d{{4}}-\d\d-\d\d)(?P<time>{_TIME})?|(?P<compact>\d{{8}})(?P<compact_time>{_COMPACT_TIME})?", re.ASCII
)
# What means no day: MySQL's and SAP's day of zeros, and the first day of the calendar, which is .NET's empty date.
_NO_DAY = re.compile(
    rf"(?:0000(?P<mark>[-./])00(?P=mark)00|00(?P<dot>[-./])00(?P=dot)(?:0000|00)|0001-01-01|01\.01\.0001"
    rf"|0?1/0?1/0001)(?:{_TIME})?|(?:00010101|00000000(?=[Tt]))(?:{_COMPACT_TIME})?",
    re.ASCII,
)
_TWO_DIGIT_YEAR = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d\d(?:\D.*)?", re.ASCII)


class WireField(serializers.Field[Any, Any, Any, Any]):
    """A field of a row. Unless it is required it may be left out, or null, which clears what is stored."""

    cleared: Any = None
    derived_column = ""  # a second column that the field fills, if it has one

    def __init__(self, *, required: bool = False, **kwargs: Any):
        super().__init__(required=required, allow_null=not required, **kwargs)

    def to_representation(self, value: Any) -> Any:
        """Return a stored value as a sender could have written it."""
        return value

    @abstractmethod
    def read(self, data: Any) -> tuple[Any, str]:
        """Return a value that is not null, and the code of the tolerance used, if any; raise ValueRefused."""


class TextField(WireField):
    """A JSON string, or a number as it was written; trimmed. Its limit is its column's."""

    cleared = ""

    def bind(self, field_name: str, parent: Any) -> None:
        super().bind(field_name, parent)
        self.max_length: int = parent.Meta.model._meta.get_field(self.source).max_length

    def read(self, data: Any) -> tuple[str, str]:
        if not isinstance(data, str):  # a NumberLiteral is one
            raise ValueRefused(messages.NOT_TEXT, value=data)
        text = data.strip()
        if not storable(text):
            raise ValueRefused(messages.IS_NO_TEXT, value=text)
        if len(text) > self.max_length:
            lengths = {"length": GroupedNumber(len(text)), "most": GroupedNumber(self.max_length)}
            raise ValueRefused(messages.TOO_LONG, value=text, **lengths)
        if self.required and not text:
            raise ValueRefused(messages.BLANK)
        return text, self.warning_code(text)

    def warning_code(self, text: str) -> str:
        """Return the code of the warning that a valid text deserves, if any."""
        return ""


class EmailField(TextField):
    """Text. An unlikely address gets a warning and is never refused."""

    def warning_code(self, text: str) -> str:
        try:
            validate_email(text)
        except DjangoValidationError:
            return "odd_email"
        return ""


class BalanceField(TextField):
    """Text that should be an amount. It is stored as text, and also as a number if it is one."""

    derived_column = "balance_amount"

    def derived(self, text: str) -> Decimal | None:
        try:
            return fitting(balance_from_text(text)) if text else None
        except NotAnAmount:
            return None

    def warning_code(self, text: str) -> str:
        if text and self.derived(text) is None:
            return "balance_is_no_amount"
        return spelling(text) or ""


@extend_schema_field({"type": "number", "minimum": -int(MAX_MAGNITUDE), "maximum": int(MAX_MAGNITUDE)})
class AmountField(WireField):
    """A JSON number with as many decimal places as the account allows; a text that is a number is tolerated."""

    def read(self, data: Any) -> tuple[Decimal | None, str]:
        if isinstance(data, NumberLiteral):
            amount, tolerance = self._from_number(data)
        elif isinstance(data, str):
            text = data.strip()
            if not text and not self.required:
                return None, "blank_amount"
            amount, tolerance = self._from_text(text)
        else:
            raise ValueRefused(messages.NO_AMOUNT, value=data)
        return self._allowed(amount, data), tolerance

    def _from_number(self, literal: NumberLiteral) -> tuple[Decimal, str]:
        try:
            amount = Decimal(literal)
        except InvalidOperation:  # an exponent of astronomical size
            raise ValueRefused(messages.OUT_OF_RANGE, value=literal) from None
        if "e" in literal or "E" in literal:
            return amount, "amount_with_exponent"
        if "." in literal and self.account_decimal_places == 0 and decimal_places(amount) == 0:
            return amount, "amount_with_zero_fraction"
        return amount, ""

    def _from_text(self, text: str) -> tuple[Decimal, str]:
        try:
            amount = balance_from_text(text)
        except NotAnAmount:
            raise ValueRefused(messages.NO_AMOUNT, value=text) from None
        tolerance = spelling(text) or "amount_as_text"
        if tolerance == "amount_with_exponent" and self.context.get("of_table"):
            raise ValueRefused(messages.SHORTENED, value=text)
        return amount, tolerance

    def _allowed(self, amount: Decimal, data: Any) -> Decimal:
        allowed = self.account_decimal_places
        if decimal_places(amount) > allowed:
            message = messages.TOO_MANY_PLACES if allowed else messages.NOT_WHOLE
            raise ValueRefused(message, value=data, places=allowed)
        try:
            return fitting(amount)
        except NotAnAmount:
            raise ValueRefused(messages.OUT_OF_RANGE, value=data) from None

    def to_representation(self, value: Decimal) -> Decimal | int:
        return plain_number(value)

    @cached_property
    def account_decimal_places(self) -> int:
        places: int = self.context["account"].amount_decimal_places
        return places


@extend_schema_field({"type": "string", "format": "date"})
class DayField(WireField):
    """A date: 2026-01-31, 20260131, or the date of a date-time in ISO 8601; blanks and 00000000 mean none, and so do
    the placeholders that programs write for no date.
    """

    def read(self, data: Any) -> tuple[date | None, str]:
        if not isinstance(data, str) or isinstance(data, NumberLiteral):
            raise ValueRefused(messages.NO_DATE, value=data)
        text = data.strip()
        if text in ("", "00000000"):
            return None, ""
        if _NO_DAY.fullmatch(text):
            return None, "placeholder_date"
        match = _DAY.fullmatch(text)
        if match is None:
            is_short = _TWO_DIGIT_YEAR.fullmatch(text[:40])
            raise ValueRefused(messages.TWO_DIGIT_YEAR if is_short else messages.NO_DATE, value=data)
        try:
            day = date.fromisoformat(match["day"] or match["compact"])
        except ValueError:
            raise ValueRefused(messages.NO_DAY, value=data) from None
        if match["time"] or match["compact_time"]:
            return day, "date_with_time"
        return day, "compact_date" if match["compact"] else ""
