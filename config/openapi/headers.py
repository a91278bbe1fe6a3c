"""What the OpenAPI document says of the headers of answers, and of answers that are headers alone."""

from typing import Any

from config.api.problems import RETRY_AFTER_SECONDS
from config.openapi.parameters import EXAMPLES


def _header(description: str, example: Any) -> dict[str, Any]:
    kind = "integer" if isinstance(example, int) else "string"
    return {"description": description, "schema": {"type": kind, "examples": [example]}}


ETAG = _header("Names this very answer, for `If-None-Match`.", EXAMPLES["If-None-Match"])
CHALLENGE = _header("How to log in.", 'Basic realm="receivables", charset="UTF-8"')
DISPOSITION = _header("Of a file: its name.", 'attachment; filename="invoices.csv"')
LINK = _header(
    "The neighbouring pages, if there are any (RFC 8288).",
    '<https://receivables.example.com/jsonApi/invoices?cursor=WyJpZCIsZmFsc2UsWyIxIl1d>; rel="next"',
)
LOCATION = _header("Where the receipt is to be had.", "/jsonApi/uploads/0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f")
PREFERENCE = _header("The preferences that were honoured (RFC 7240).", "handling=lenient, return=minimal")
RETRY = _header("Seconds to wait before the request is sent again.", RETRY_AFTER_SECONDS)
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
NOT_LOGGED_IN = "401"  # it counts for no key
NOT_MODIFIED = "The answer is still the one that `If-None-Match` names; there is no body."


def describe_headers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the headers of every answer; a postprocessing hook of drf-spectacular."""
    result["components"]["headers"] = RATES | REQUEST
    for operations in result["paths"].values():
        for method, operation in operations.items():
            responses = operation["responses"]
            if method == "get":
                responses["304"] = {"description": NOT_MODIFIED}
            for status, response in responses.items():
                everywhere = REQUEST if status == NOT_LOGGED_IN else RATES | REQUEST
                references = {name: _reference(name) for name in everywhere}
                response.setdefault("headers", {}).update(references | _headers(status, operation))
            operation["responses"] = dict(sorted(responses.items()))
    return result


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _headers(status: str, operation: dict[str, Any]) -> dict[str, Any]:
    asked = {parameter["name"] for parameter in operation["parameters"]}
    match status:
        case "200" | "304" if "If-None-Match" in asked:
            linked = {"Link": LINK} if {"cursor", "count"} <= asked and status == "200" else {}
            filed = {"Content-Disposition": DISPOSITION} if "format" in asked and status == "200" else {}
            return {"ETag": ETAG} | linked | filed
        case "202":
            return {"Location": LOCATION, "Retry-After": RETRY, "Preference-Applied": PREFERENCE}
        case "200" | "207" | "400" if "Prefer" in asked:
            return {"Preference-Applied": PREFERENCE}
        case "401":
            return {"WWW-Authenticate": CHALLENGE}
        case "409" | "429" | "503":
            return {"Retry-After": RETRY}
    return {}
