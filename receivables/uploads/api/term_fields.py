"""The terms of an upload as query parameters have them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.api.problems import Unprocessable
from customers.imported.numbers import without_invisible
from receivables.money import NotAnAmount, amount_from_text
from receivables.uploads.reading.refusals import storable
from receivables.uploads.terms import CurrencyTotals

MAX_CODE, MAX_CODES = 32, 1000  # characters of a company code; codes of one full load
MOST_AHEAD = timedelta(minutes=10)  # a clock may be ahead of ours
BLANK = '""'  # the blank company code, where nothing else is named
BLANK_CODE_NAMED = f"The blank company code is named {BLANK}."
SNAPSHOT = re.compile(r"true|false|[0-9a-f-]{32,36}", re.IGNORECASE)


@extend_schema_field({"type": "string", "pattern": r"^[^:,]*:-?\d+(\.\d+)?(,[^:,]*:-?\d+(\.\d+)?)*$"})
class CurrencyTotalsField(serializers.Field[CurrencyTotals, str, Any, Any]):
    """`USD:24224,EUR:100.50`: an amount for each currency; rows without a currency are summed under an empty code."""

    default_error_messages = {
        "invalid": "{given} is no list of totals. Send one amount for each currency, as in USD:24224,EUR:100.50.",
        "twice": "{currency} is named twice. Send one amount for each currency.",
    }

    def to_internal_value(self, data: str) -> CurrencyTotals:
        totals: CurrencyTotals = {}
        if not storable(data):
            self.fail("invalid", given=repr(data[:40]))
        for part in data.split(","):
            currency, _, amount = (text.strip() for text in part.partition(":"))
            if currency in totals:
                self.fail("twice", currency=currency)
            try:
                totals[currency] = amount_from_text(amount)
            except NotAnAmount:
                self.fail("invalid", given=repr(part[:40]))
        return totals


class SnapshotField(serializers.CharField):
    """`true`, `false`, or the id of a full load in parts."""

    default_error_messages = {"invalid": "{given} is neither true nor false, nor the id of a full load."}

    def to_internal_value(self, data: Any) -> Any:
        if data.lower() in ("true", "false"):
            return data.lower() == "true"
        try:
            return UUID(data)
        except ValueError:
            self.fail("invalid", given=repr(data[:40]))


@extend_schema_field({"type": "string"})
class CompanyCodesField(serializers.Field[Any, str, Any, Any]):
    """Company codes, separated by commas; an empty one is one, too, and alone it is `""`. In one, a comma is `%2C`,
    encoded once more.
    """

    default_error_messages = {
        "invalid": "{given} is no company code of at most 32 characters that can be stored.",
        "too_many_items": "{count} company codes are more than 1,000. Send a full load in parts: its codes are named "
        "in a body.",
    }

    def to_internal_value(self, data: str) -> tuple[str, ...]:
        parts = data.split(",")
        if len(parts) > MAX_CODES:
            self.fail("too_many_items", count=len(parts))
        return tuple(dict.fromkeys(self._code(part) for part in parts))

    def _code(self, part: str) -> str:
        """Return a code as rows have it once they are read."""
        code = "" if part.strip() == BLANK else _unquoted(part)
        if code is None or len(code) > MAX_CODE:
            self.fail("invalid", given=repr(part[:40]))
        return code


def _unquoted(part: str) -> str | None:
    """Return a text that was encoded once more, without invisible characters, or None if it cannot be stored."""
    try:
        text = without_invisible(unquote(part, errors="strict").strip())
    except UnicodeDecodeError:
        return None
    return text if storable(text) else None


@extend_schema_field({"type": "string", "pattern": r"^[^/,]*/[^:,]*:-?\d+(\.\d+)?(,[^/,]*/[^:,]*:-?\d+(\.\d+)?)*$"})
class OpenSumsField(serializers.Field[Any, str, Any, Any]):
    """`1000/USD:123.45,1000/EUR:-7`: an amount for each company code and currency."""

    default_error_messages = {
        "invalid": "{given} is no list of sums. Send one for each company code and currency, as in 1000/USD:123.45.",
        "twice": "{given} is named twice. Send one sum for each company code and currency.",
    }

    def to_internal_value(self, data: str) -> dict[tuple[str, str], Decimal]:
        sums: dict[tuple[str, str], Decimal] = {}
        for part in data.split(","):
            group, _, amount = part.rpartition(":")
            code, currency = (_unquoted(text) for text in group.partition("/")[::2])
            if "/" not in group or code is None or currency is None:
                self.fail("invalid", given=repr(part[:40]))
            try:
                added = amount_from_text(amount.strip())
            except NotAnAmount:
                self.fail("invalid", given=repr(part[:40]))
            if (code, currency) in sums:
                self.fail("twice", given=repr(group[:40]))
            sums[code, currency] = added
        return sums


class ExtractedAtField(serializers.DateTimeField):
    """A moment with its offset, at most ten minutes ahead."""

    def to_internal_value(self, value: Any) -> Any:
        shown = repr(value)[:42]
        try:  # Python reads such a text up to a NUL alone
            moment = datetime.fromisoformat(value) if isinstance(value, str) and storable(value) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not _is_storable_moment(moment):
            raise Unprocessable(
                "extractedAt",
                f"{shown} is no moment with an offset. Send one such as 2026-01-31T18:00:00+01:00; "
                "in an address, a plus is written %2B.",
            )
        if moment > timezone.now() + MOST_AHEAD:
            raise Unprocessable(
                "extractedAt",
                f"{shown} is more than 10 minutes ahead of this server's clock. Send when the rows left the ledger.",
            )
        return moment


def _is_storable_moment(moment: datetime) -> bool:
    """Whether it can be counted back from, in any offset."""
    return datetime(1900, 1, 2, tzinfo=UTC) < moment < datetime(9998, 12, 31, tzinfo=UTC)
