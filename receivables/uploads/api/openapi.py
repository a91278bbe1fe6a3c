"""What the API's documents say of uploads."""

import json
from pathlib import Path
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, PolymorphicProxySerializer

from config.openapi.operations import JSON, OperationSchema
from config.openapi.problems import PROBLEMS, ProblemSerializer
from receivables.uploads.api.receipts import ReceiptSerializer, UploadSummarySerializer
from receivables.uploads.api.terms import TERMS_SERIALIZERS
from receivables.uploads.reading.bodies import LINES_PARSERS

# The rows shown: of each resource the least that is required, and one with every key of the published contract.
ROWS: dict[str, dict[str, dict[str, Any]]] = json.loads(Path(__file__).with_name("rows.json").read_text())
BODY = "One row, or an array of them; compressed if `Content-Encoding: gzip` or `zstd` says so."
KEY_PATTERN = r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$"
KEY_EXAMPLE = "7f9c2ba4-e88f-4f27-9d7a-2b1c3d5e6f70"
LINES = [parser.media_type for parser in LINES_PARSERS]


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text is bound to its column's length, and not blank where it is required."""

    target_class = "receivables.uploads.rows.fields.TextField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        required = {"minLength": 1, "pattern": r"\S"} if self.target.required else {}
        return {"type": "string", "maxLength": self.target.max_length, **required}


class UploadProblemSerializer(ReceiptSerializer, ProblemSerializer):  # type: ignore[misc]
    """A problem document (RFC 9457); of a body that was refused, its stored receipt, too."""


def _header(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, description=description, **options)


def _answered(name: str, description: str, example: str, statuses: list[int]) -> OpenApiParameter:
    return _header(name, description, type={"type": "string", "examples": [example]}, response=statuses)


HEADERS = [
    _header(
        "Prefer",
        "`handling=lenient` takes the good rows where others are bad (207), `handling=strict` takes none then (400); "
        "`respond-async` answers at once (202) and leaves the rows to a worker; `return=minimal` answers with the "
        "counts alone; `source=table` says that the rows were cells of a table: errors speak of cells, and what a "
        "spreadsheet made of a value (`nan`, `#N/A`, `1.93E+09`) is refused where it would identify a row. "
        "Several are separated by commas (RFC 7240); `Preference-Applied` names those it honoured.",
        type={"type": "string", "examples": ["handling=lenient, return=minimal"]},
    ),
    _header(
        "Idempotency-Key",
        "Within 24 hours the same request under the same key is answered with the receipt of the first; another "
        "request under it is a 422, and one that comes while the first still runs a 409.",
        type={
            "type": "string",
            "maxLength": 255,
            "pattern": KEY_PATTERN,
            "examples": [KEY_EXAMPLE],
        },
    ),
    _answered(
        "Preference-Applied",
        "The preferences that were honoured (RFC 7240).",
        "handling=lenient, return=minimal",
        [200, 202, 207, 400],
    ),
    _answered(
        "Location", "Where the receipt is to be had.", "/jsonApi/uploads/0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f", [202]
    ),
]
ANSWER = PolymorphicProxySerializer("UploadAnswer", [ReceiptSerializer, UploadSummarySerializer], None, many=False)
RESPONSES = {
    200: OpenApiResponse(
        ANSWER, "The receipt: all rows were taken, as in an upload that was only tried they would have been."
    ),
    202: OpenApiResponse(
        ANSWER,
        "The receipt as far as it is known: a worker takes the rows, and the upload's address shows how far it is.",
    ),
    207: OpenApiResponse(
        ANSWER,
        "The receipt: good rows were taken, bad ones were not (`Prefer: handling=lenient`); or the rows of a full load "
        "were taken, and what it lacks is not closed (`snapshot.outcome` is `withheld`).",
    ),
    400: OpenApiResponse(UploadProblemSerializer, PROBLEMS["400"]),
    408: OpenApiResponse(UploadProblemSerializer, "The body came too slowly: send it again."),
    409: OpenApiResponse(
        UploadProblemSerializer,
        "An upload with this Idempotency-Key is still running: send the request again in a moment. Or no row of a full "
        "load was taken, and `errors` says why (`stale_snapshot`, `snapshot_open`, `snapshot_ended`, `upload_waiting`, "
        "`renumbered`): the answer has the members of its receipt.",
    ),
    413: OpenApiResponse(UploadProblemSerializer, "The body or its rows pass the limit."),
    415: OpenApiResponse(
        UploadProblemSerializer, "The body is neither JSON nor NDJSON, or its Content-Encoding is not known."
    ),
    422: OpenApiResponse(
        UploadProblemSerializer,
        "This Idempotency-Key stands for another request, `extractedAt` is no moment that can be, or a full load has "
        "no rows (`empty_snapshot`, with the members of its receipt).",
    ),
}
SNAPSHOT_REFUSED = "What the full load is does not allow it; `errors` says why, and what to do."
SNAPSHOT_UNFIT = (
    "`extractedAt` is no moment with an offset or too far ahead, or the Idempotency-Key stands for another request."
)
SNAPSHOT_EMPTY = "No row of its company codes was taken, and the commit does not say `allowEmpty`."
SNAPSHOT_KEY = _header(
    "Idempotency-Key",
    "Within 24 hours the same request under the same key is answered with the full load that the first began; another "
    "request under it is a 422.",
    type={"type": "string", "maxLength": 255, "pattern": KEY_PATTERN, "examples": [KEY_EXAMPLE]},
)
SNAPSHOT_LOCATION = _answered(
    "Location", "The full load's address.", "/jsonApi/snapshots/0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f", [201]
)
SNAPSHOT_BODIES: dict[str, dict[str, dict[str, Any]]] = {  # by the last part of the path
    "snapshots": {
        "as read just now": {"resource": "invoices", "companyCodes": ["1000", "2000"]},
        "as read earlier": {
            "resource": "invoices",
            "companyCodes": ["1000"],
            "extractedAt": "2026-01-31T18:00:00+01:00",
        },
    },
    "commit": {
        "as it is": {},
        "counted": {"parts": 3, "expectedRows": 1200000, "expectedOpen": "1000/USD:123.45,1000/EUR:-7"},
        "All that can be said": {
            "parts": 4,
            "expectedRows": 1_730_000,
            "expectedOpen": "1000/USD:2412345.67,1000/EUR:-7",
            "dryRun": False,
        },
        "empty: nothing is open": {"allowEmpty": True},
    },
}
UNDO_REFUSED = (
    "It cannot be taken back, or not by this key alone, or something else would happen than the preview said; `errors` "
    "says why, and what to do."
)
NO_REJECTED_ROWS = (
    "The upload is not finished (ask again after `Retry-After` seconds), it was refused as a whole, so that its whole "
    "array is to be sent again, or it was only tried, so that no rows of it are kept."
)


class UploadOperation(OperationSchema):
    def get_override_parameters(self) -> list[Any]:
        return [TERMS_SERIALIZERS[self.view.serializer_class.Meta.resource], *HEADERS]

    def get_request_serializer(self) -> Any:
        row = self.view.serializer_class
        name = self._get_serializer_name(row(), "request")
        rows = PolymorphicProxySerializer(f"{name}s", [row(many=True), row], None, many=False)
        return {JSON: rows, **dict.fromkeys(LINES, OpenApiTypes.STR)}

    def get_examples(self) -> list[OpenApiExample]:
        rows = ROWS[self.view.serializer_class.Meta.resource]
        lines = "\n".join(json.dumps(row) for row in rows.values())
        arrays = [OpenApiExample(name, [row], request_only=True) for name, row in rows.items()]
        return arrays + [
            OpenApiExample("One row on each line", lines, request_only=True, media_type=media_type)
            for media_type in LINES
        ]

    def get_response_serializers(self) -> Any:
        return RESPONSES

    def _get_request_body(self, direction: Any = "request") -> dict[str, Any]:
        body: dict[str, Any] = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        return body | {"required": True, "description": BODY}

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        schema = super()._map_serializer(serializer, direction, bypass_extensions)
        if serializer is ANSWER:  # whole receipts are summaries, too
            return {
                "anyOf": schema["oneOf"],
                "description": "The receipt, or with `Prefer: return=minimal` its counts alone.",
            }
        if isinstance(serializer, UploadProblemSerializer):
            schema["required"] = ["title", "status", "detail"]
        return schema


class SnapshotOperation(OperationSchema):
    """Of full loads: what is refused for what the load is, or what is said of it."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        if self.method != "GET":
            for status, text in self._refusals().items():
                responses[status] = self._get_response_for_code(OpenApiResponse(ProblemSerializer, text), status)
        return dict(sorted(responses.items()))

    def get_examples(self) -> list[OpenApiExample]:
        body = SNAPSHOT_BODIES.get(self.path.rpartition("/")[2]) if self.method == "POST" else None
        return [OpenApiExample(title, said, request_only=True) for title, said in (body or {}).items()]

    def _refusals(self) -> dict[str, str]:
        of_body = {"415": "The body is no JSON."} if self.path.endswith(("/snapshots", "/commit")) else {}
        unfit = {"snapshots": {"422": SNAPSHOT_UNFIT}, "commit": {"422": SNAPSHOT_EMPTY}}
        return {"409": SNAPSHOT_REFUSED, **of_body, **unfit.get(self.path.rpartition("/")[2], {})}

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        headers = super()._get_response_headers_for_code(status_code, direction)
        return {name: header for name, header in headers.items() if (status_code, name) != ("409", "Retry-After")}


class UndoOperation(OperationSchema):
    """Of what is taken back: whatever does not allow it is a 409, and `errors` says why."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        responses["409"] = self._get_response_for_code(OpenApiResponse(ProblemSerializer, UNDO_REFUSED), "409")
        return dict(sorted(responses.items()))

    def _get_response_headers_for_code(self, status_code: str, direction: Any = "response") -> dict[str, Any]:
        headers = super()._get_response_headers_for_code(status_code, direction)
        return {name: header for name, header in headers.items() if (status_code, name) != ("409", "Retry-After")}
