"""What the API's document says of the service and of its answers' headers, and how drf-spectacular makes it."""

import re
from collections.abc import Iterator
from typing import Any

# Without a format some generators take a number for 32 bits, in which 123456789 becomes 123456790.
FORMATS = {"number": "double", "integer": "int64"}
NULL = {"$ref": "#/components/schemas/NullEnum"}
_IDLE_CHOICE = re.compile(r"^\* `([^`]*)` - \1$\n?", re.MULTILINE)


def _header(description: str, example: Any) -> dict[str, Any]:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": description, "schema": {"type": kind, "examples": [example]}}


ETAG = _header("Names this very answer, for `If-None-Match`.", '"5d41402abc4b2a76b9719d911017c592"')
CHALLENGE = _header("How to log in.", 'Basic realm="receivables", charset="UTF-8"')
DISPOSITION = _header("Of a file: its name.", 'attachment; filename="invoices.csv"')
LINK = _header(
    "The neighbouring pages, if there are any (RFC 8288).",
    '<https://receivables.example.com/jsonApi/invoices?cursor=WyJpZCIsZmFsc2UsWyIxIl1d>; rel="next"',
)
RETRY = _header("Seconds to wait before the request is sent again.", 30)
RATES = {
    "RateLimit": _header(
        "How many requests of a policy the key has left, and the seconds within which it gets no more "
        "(draft-ietf-httpapi-ratelimit-headers-11). Absent where the policy has no limit, or nobody was logged in.",
        '"read";r=5999;t=1',
    ),
    "RateLimit-Policy": _header(
        "The policy the request counted for: its quota, and the seconds in which as much becomes available again.",
        '"read";q=6000;w=60',
    ),
}
REQUEST = {
    "X-Request-Id": _header(
        "The name of this request, in the service's log as well: the one that was sent in this header (up to 128 "
        "letters, digits and `._:/+=@~-`), else one that was made.",
        "0195b7a4-7c1e-4d2a-9f63-1c2b3a4d5e6f",
    )
}
SHARED = RATES | REQUEST
NOT_LOGGED_IN = "401"  # it counts for no key
ANSWERED_WITH: dict[str, dict[str, Any]] = {
    "304": {"ETag": ETAG},
    NOT_LOGGED_IN: {"WWW-Authenticate": CHALLENGE},
    **{status: {"Retry-After": RETRY} for status in ("202", "409", "429", "503")},
}
DESCRIPTION = """\
Upload invoices and customers in bulk, and read them back.

**Log in** with a key pair, in one of two ways:

- the headers `api_key` and `api_secret` (or `Api-Key` and `Api-Secret`, where a proxy drops underscores),
- HTTP Basic: the key as user, the secret as password.

On this page: **Authorize**, then **Execute** under `GET /jsonApi/whoami`, which lists what the pair may do.

**Errors** are problem documents (RFC 9457), `application/problem+json`: `detail` says what to do, `errors` names each
row or parameter. **Lists** go page by page along `next`. Every address that answers `GET` answers 304 where
`If-None-Match` names the answer it would give, and `HEAD` with its headers (but `ETag`) alone. Every path answers
with a slash at its end, too. Every answer has an `X-Request-Id`, yours if you send one: name it when you ask about a
request.
"""
TAGS = [
    {"name": "account", "description": "Who is calling: the first call of every integrator."},
    {"name": "uploads", "description": "Send rows in bulk; every upload keeps its receipt."},
    {"name": "snapshots", "description": "Full loads: all that is open in some company codes, and what they lacked."},
    {"name": "invoices", "description": "What is owed: items as the feed last described them."},
    {"name": "customers", "description": "Who owes."},
    {"name": "reports", "description": "What is open, summed."},
]
SPECTACULAR_SETTINGS = {
    "TITLE": "Receivables API",
    "DESCRIPTION": DESCRIPTION,
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "TAGS": TAGS,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Authorization is not stored: a secret would stay in the browser. No CSRF token is sent: the API has no session.
    "SWAGGER_UI_SETTINGS": """{
        deepLinking: true,
        defaultModelsExpandDepth: 0,
        displayRequestDuration: true,
        filter: true,
        persistAuthorization: false,
        tryItOutEnabled: true,
        requestInterceptor: (request) => request,
    }""",
    "SCHEMA_PATH_PREFIX": "/jsonApi",
    "ENUM_NAME_OVERRIDES": {
        "Handling": "apiauth.models.Handling",
        "MovementKind": "receivables.reports.movement_rows.Kind",
        "UploadKind": "receivables.uploads.models.Kind",
        "SnapshotOutcome": "receivables.uploads.api.receipt_snapshots.SNAPSHOT_OUTCOMES",
        "SnapshotState": "receivables.uploads.models.LoadState",
        "SnapshotForm": "receivables.uploads.models.Form",
        "MissingFate": "receivables.uploads.models.Fate",
        "KeptReason": "receivables.uploads.models.SkipReason",
        "WithheldCode": "receivables.uploads.loads.messages.REASON_CODES",
        "Outcome": "receivables.uploads.models.Outcome",
        "Scope": "apiauth.models.Scope",
        "Resource": "receivables.uploads.resources.Resource",
        "UploadState": "receivables.uploads.models.State",
        "AgingGroup": "receivables.reports.parameters.Grouping",
        "RateLimitPolicy": "apiauth.models.Policy",
        "StatementItemKind": "receivables.reports.statement_serializers.KINDS",
        "RefusalCode": "config.openapi.problems.REFUSAL_CODES",
        "ErrorCode": "receivables.uploads.api.receipts.ALL_ERROR_CODES",
        "WarningCode": "receivables.uploads.warnings.WARNING_CODES",
        "AgingDateBasis": "receivables.reports.parameters.DateBasis",
    },
    "APPEND_COMPONENTS": {"headers": SHARED},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.openapi.document.refine"],
}


def refine(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say how wide numbers are, call null by its type, and leave out choices that are described by their own name;
    a postprocessing hook of drf-spectacular.
    """
    for part in _objects(result):
        kinds = part.get("type")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str) and kind in FORMATS:
                part.setdefault("format", FORMATS[kind])
        if part.get("oneOf", [])[-1:] == [NULL]:
            part["oneOf"][-1] = {"type": "null"}
        if isinstance(text := part.get("description"), str):
            part["description"] = _IDLE_CHOICE.sub("", text).strip()
            if not part["description"]:
                del part["description"]
    result["components"]["schemas"].pop("NullEnum", None)
    return result


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of the document; examples are data and none of it."""
    if isinstance(part, dict):
        yield part
        part = [inner for name, inner in part.items() if name not in ("example", "examples")]
    if isinstance(part, list):
        for inner in part:
            yield from _objects(inner)
