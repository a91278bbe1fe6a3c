"""How a sender states the terms of an upload: query parameters, `Prefer` (RFC 7240), `Idempotency-Key`."""

import re
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from apiauth.models import ApiKey
from receivables.uploads.api.term_fields import (
    SNAPSHOT,
    CompanyCodesField,
    CurrencyTotalsField,
    ExtractedAtField,
    OpenSumsField,
    SnapshotField,
)
from receivables.uploads.loads.terms import LoadTerms
from receivables.uploads.resources import Resource
from receivables.uploads.terms import Terms

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_PREFERENCE = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^,"])+')  # what commas separate; those in quotes do not
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
        help_text='The company codes that the full load is of; the blank one is `""`. Where none is named: '
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
