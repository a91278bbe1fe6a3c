"""How a sender states the terms of an upload: query parameters, `Prefer` (RFC 7240), `Idempotency-Key`."""

import re
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from apiauth.models import Account
from receivables.money import NotAnAmount, amount_from_text
from receivables.uploads.reading.refusals import storable
from receivables.uploads.resources import Resource
from receivables.uploads.session import CurrencyTotals, Terms

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_PREFERENCE = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^,"])+')  # what commas separate; those in quotes do not
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")

PREFERENCES = {
    ("handling", "strict"),
    ("handling", "lenient"),
    ("return", "minimal"),
    ("respond-async", ""),
    ("source", "table"),
}


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


class TermsSerializer(serializers.Serializer[Any]):
    """The query parameters of an upload."""

    parameter_examples = {"expectedRows": 2, "expectedTotal": "USD:24224,EUR:100.50"}

    dryRun = serializers.BooleanField(
        default=False, help_text="Gives the exact receipt of the upload and stores none of its rows."
    )
    expectedRows = serializers.IntegerField(
        required=False, min_value=0, help_text="Refuses the upload unless it has exactly so many rows."
    )


class InvoiceTermsSerializer(TermsSerializer):
    expectedTotal = CurrencyTotalsField(
        required=False,
        help_text="Refuses the upload unless its rows' invoice amounts, summed per currency as they were sent, are "
        "exactly these: `USD:24224,EUR:100.50`. Every currency of the upload must be named.",
    )


TERMS_SERIALIZERS: dict[str, type[TermsSerializer]] = {
    Resource.INVOICES: InvoiceTermsSerializer,
    Resource.CUSTOMERS: TermsSerializer,
}


def terms_of(request: Request, account: Account, resource: str) -> Terms:
    """Read the terms of an upload; raises ValidationError, by parameter. Unknown preferences are ignored, as the RFC
    asks; where the sender states no handling, the account's own holds.
    """
    query = TERMS_SERIALIZERS[resource](data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    preferences = _preferences(request.headers.get("Prefer", ""))
    applied = {name: value for name, value in preferences.items() if (name, value) in PREFERENCES}
    return Terms(
        handling=applied.get("handling", account.upload_handling),
        is_dry_run=query.validated_data["dryRun"],
        expected_rows=query.validated_data.get("expectedRows"),
        expected_totals=query.validated_data.get("expectedTotal"),
        idempotency_key=_idempotency_key(request.headers.get("Idempotency-Key")),
        is_minimal="return" in applied,
        is_async="respond-async" in applied,
        of_table="source" in applied,
        applied=tuple(f"{name}={value}" if value else name for name, value in applied.items()),
    )


def _preferences(header: str) -> dict[str, str]:
    """Return preferences by name; the first of a name counts, and parameters after a semicolon are ignored."""
    preferences: dict[str, str] = {}
    for part in _PREFERENCE.findall(header):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip():
            preferences.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    return preferences


def _idempotency_key(header: str | None) -> str:
    """Return the key, sent as a quoted string (as the draft of the header has it) or bare; both name the same key."""
    if header is None:
        return ""
    quoted = _QUOTED.fullmatch(header.strip())
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header.strip()
    if not _KEY.fullmatch(key):
        message = "The key must have 1 to 255 printable ASCII characters, no blank first or last. A UUID is a good one."
        raise ValidationError({"Idempotency-Key": [message]}, code="invalid")
    return key
