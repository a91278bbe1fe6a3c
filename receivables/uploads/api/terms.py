"""How a sender states the terms of an upload: query parameters, `Prefer` (RFC 7240), `Idempotency-Key`."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from apiauth.models import ApiKey
from customers.imported.numbers import without_invisible
from receivables.money import NotAnAmount, amount_from_text
from receivables.uploads.loads.terms import LoadTerms
from receivables.uploads.reading.refusals import storable
from receivables.uploads.resources import Resource
from receivables.uploads.session import CurrencyTotals, Terms

MOST_AHEAD = timedelta(minutes=10)  # a clock may be ahead of ours
BLANK = '""'  # the blank company code, where nothing else is named
MAX_CODE, MAX_CODES = 32, 1000  # characters of a company code; codes of one full load
_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_PREFERENCE = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^,"])+')  # what commas separate; those in quotes do not
SNAPSHOT = re.compile(r"true|false|[0-9a-f-]{32,36}", re.IGNORECASE)
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")

# What a parameter is of that was sent with another kind of upload.
OF_WHOLE = (
    "is of a full load in one request. Send snapshot=true with it, or leave it out; of a full load in parts, company "
    "codes are named where it begins, and sums where it is committed."
)
OF_PARTS = "is of a full load in parts. Send its id as snapshot, or leave the part out."

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


class Unprocessable(APIException):
    """A parameter that can be read, and cannot be met."""

    status_code = 422

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.problem_members = {"errors": [{"field": name, "code": "invalid", "message": message}]}


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
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or not _is_storable_moment(moment):
            raise Unprocessable(
                "extractedAt",
                f"{value[:40]!r} is no moment with an offset. Send one such as 2026-01-31T18:00:00+01:00; "
                "in an address, a plus is written %2B.",
            )
        if moment > timezone.now() + MOST_AHEAD:
            raise Unprocessable(
                "extractedAt",
                f"{value[:40]!r} is more than 10 minutes ahead of this server's clock. "
                "Send when the rows left the ledger.",
            )
        return moment


def _is_storable_moment(moment: datetime) -> bool:
    """Whether it can be counted back from, in any offset."""
    return datetime(1900, 1, 2, tzinfo=UTC) < moment < datetime(9998, 12, 31, tzinfo=UTC)


class TermsSerializer(serializers.Serializer[Any]):
    """The query parameters of an upload."""

    parameter_examples: dict[str, Any] = {
        "expectedRows": 2,
        "expectedTotal": "USD:24224,EUR:100.50",
        "extractedAt": "2026-01-31T18:00:00+01:00",
    }

    dryRun = serializers.BooleanField(
        default=False, help_text="Gives the exact receipt of the upload and stores none of its rows."
    )
    expectedRows = serializers.IntegerField(
        required=False, min_value=0, help_text="Refuses the upload unless it has exactly so many rows."
    )
    extractedAt = ExtractedAtField(
        required=False, help_text="When the rows left the ledger, with an offset; at most 10 minutes ahead."
    )


class InvoiceTermsSerializer(TermsSerializer):
    parameter_examples = TermsSerializer.parameter_examples | {
        "snapshot": "true",
        "part": 1,
        "companyCodes": "1000,2000",
        "expectedOpen": "1000/USD:123.45",
    }

    snapshot = SnapshotField(
        required=False,
        help_text="`true`: the rows are all that is open in their company codes, and what is missing is closed (see "
        "`snapshot` in the receipt); or the id of a full load, of which they are a part. `false`: they are changes, "
        "whatever the key's uploads are.",
    )
    part = serializers.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="The number of this part of the full load."
    )
    companyCodes = CompanyCodesField(
        required=False,
        help_text="The company codes that the full load is of; a blank one is one, too. Where they are not named: "
        "those of the key's earlier full loads, and those of the rows.",
    )
    expectedOpen = OpenSumsField(
        required=False,
        help_text="Refuses the full load unless exactly these sums would be open once what is missing is closed: "
        "`1000/USD:123.45,1000/EUR:-7`. Every company code and currency of it must be named.",
    )
    allowEmpty = serializers.BooleanField(default=False, help_text="Allows a full load without rows: nothing is open.")
    expectedTotal = CurrencyTotalsField(
        required=False,
        help_text="Refuses the upload unless its rows' invoice amounts, summed per currency as they were sent, are "
        "exactly these: `USD:24224,EUR:100.50`. Every currency of the upload must be named.",
    )


TERMS_SERIALIZERS: dict[str, type[TermsSerializer]] = {
    Resource.INVOICES: InvoiceTermsSerializer,
    Resource.CUSTOMERS: TermsSerializer,
}


def terms_of(request: Request, api_key: ApiKey, resource: str) -> Terms:
    """Read the terms of an upload; raises ValidationError, by parameter. Unknown preferences are ignored, as the RFC
    asks; where the sender states no handling, the account's own holds, and where no full load, what the key's are.
    """
    query = TERMS_SERIALIZERS[resource](data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    preferences = _preferences(request.headers.get("Prefer", ""))
    applied = {name: value for name, value in preferences.items() if (name, value) in PREFERENCES}
    return Terms(
        handling=applied.get("handling", api_key.account.upload_handling),
        is_dry_run=query.validated_data["dryRun"],
        expected_rows=query.validated_data.get("expectedRows"),
        expected_totals=query.validated_data.get("expectedTotal"),
        extracted_at=query.validated_data.get("extractedAt"),
        of_load=_load_terms(query.validated_data) or _automatic_terms(request, api_key, resource),
        idempotency_key=idempotency_key(request.headers.get("Idempotency-Key")),
        is_minimal="return" in applied,
        is_async="respond-async" in applied,
        of_table="source" in applied,
        applied=tuple(f"{name}={value}" if value else name for name, value in applied.items()),
    )


def automatic_minutes(request: Request, api_key: ApiKey, resource: str) -> int | None:
    """Return after how many minutes a full load ends that the request is part of for its key alone; None if it is none:
    its key's uploads are changes, or it says itself what it is, or only tries.
    """
    query: dict[str, Any] = request.query_params.dict()
    says_itself = SNAPSHOT.fullmatch(query.get("snapshot", "").strip())
    is_tried = query.get("dryRun", "").strip().lower() in serializers.BooleanField.TRUE_VALUES
    return None if resource != Resource.INVOICES or says_itself or is_tried else api_key.full_load_minutes


def _automatic_terms(request: Request, api_key: ApiKey, resource: str) -> LoadTerms | None:
    minutes = automatic_minutes(request, api_key, resource)
    return LoadTerms(minutes=minutes) if minutes else None


def _load_terms(data: dict[str, Any]) -> LoadTerms | None:
    """Return what was said of a full load; raises ValidationError where it was said of changes, or of a part."""
    snapshot = data.get("snapshot", False)
    of_whole = {"companyCodes", "expectedOpen"} | ({"allowEmpty"} if data.get("allowEmpty") else set())
    unfit = {} if snapshot is True else dict.fromkeys(of_whole & data.keys(), OF_WHOLE)
    if "part" in data and not isinstance(snapshot, UUID):
        unfit["part"] = OF_PARTS
    if unfit:
        raise ValidationError({name: [f"{name} {unfit[name]}"] for name in sorted(unfit)}, code="invalid")
    if snapshot is False:
        return None
    return LoadTerms(
        load_id=snapshot if isinstance(snapshot, UUID) else None,
        part=data.get("part"),
        company_codes=data.get("companyCodes"),
        expected_open=data.get("expectedOpen"),
        allow_empty=data.get("allowEmpty", False),
    )


def _preferences(header: str) -> dict[str, str]:
    """Return preferences by name; the first of a name counts, and parameters after a semicolon are ignored."""
    preferences: dict[str, str] = {}
    for part in _PREFERENCE.findall(header):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip():
            preferences.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    return preferences


def idempotency_key(header: str | None) -> str:
    """Return the key, sent as a quoted string (as the draft of the header has it) or bare; both name the same key.
    Raises ValidationError.
    """
    if header is None:
        return ""
    quoted = _QUOTED.fullmatch(header.strip())
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header.strip()
    if not _KEY.fullmatch(key):
        message = "The key must have 1 to 255 printable ASCII characters, no blank first or last. A UUID is a good one."
        raise ValidationError({"Idempotency-Key": [message]}, code="invalid")
    return key
