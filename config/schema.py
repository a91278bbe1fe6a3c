"""What the OpenAPI document says of errors and rate limits: one form, on every operation."""

from typing import Any

from config.problem_documents import CONTENT_TYPE

JSON, SPREADSHEET = "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
    },
}
PROBLEM_ERROR = {
    "type": "object",
    "required": ["code", "message"],
    "properties": {
        "index": {"type": "integer", "description": "The row, counted from 0."},
        "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body."},
        "field": {"type": "string"},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "identity": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
EVERYWHERE = {
    "400": "The request is refused; `errors` says where and why.",
    "401": "The key pair is missing, wrong, revoked or expired.",
    "403": "The key lacks the scope, or its account is disabled.",
    "429": "The key has used up its quota: send the request again after `Retry-After` seconds.",
    "503": "The database did not answer: send the request again after `Retry-After` seconds.",
}
WITH_AN_ID = {"404": "Nothing is stored under this address for this account."}
WITH_A_BODY = {
    "409": "An upload with this Idempotency-Key is still running: send the request again in a moment.",
    "413": "The body or its rows pass the limit.",
    "415": "The body is neither JSON nor NDJSON, or its Content-Encoding is not known.",
    "422": "This Idempotency-Key stands for another request.",
}

NOT_LOGGED_IN = "401"  # it counts for no key
TO_COME_AGAIN = ("429", "503")
HEADERS = {
    "RateLimit": {
        "description": "How many requests of a policy the key has left, and the seconds within which it gets no more "
        "(draft-ietf-httpapi-ratelimit-headers-11). Absent where the policy has no limit.",
        "schema": {"type": "string"},
        "example": '"read";r=5999;t=1',
    },
    "RateLimit-Policy": {
        "description": "The policy the request counted for: its quota, and the seconds in which as much becomes "
        "available again.",
        "schema": {"type": "string"},
        "example": '"read";q=6000;w=60',
    },
    "Retry-After": {
        "description": "Seconds after which the same request is to be sent again.",
        "schema": {"type": "integer"},
    },
}


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problem responses to every operation; a postprocessing hook of drf-spectacular."""
    result.setdefault("components", {}).setdefault("schemas", {}).update(Problem=PROBLEM, ProblemError=PROBLEM_ERROR)
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _add_problems(operation, WITH_AN_ID if "{" in path else {})
    return result


def _add_problems(operation: dict[str, Any], more: dict[str, str]) -> None:
    problems = EVERYWHERE | more | (WITH_A_BODY if "requestBody" in operation else {})
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, description in problems.items():
        operation["responses"].setdefault(status, {"description": description, "content": content})
    operation["responses"] = dict(sorted(operation["responses"].items()))


def describe_headers(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say which answers carry the rate limits, and which the time to come again; a postprocessing hook."""
    result["components"]["headers"] = HEADERS
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if status != NOT_LOGGED_IN:
                    names = [name for name in HEADERS if name != "Retry-After" or status in TO_COME_AGAIN]
                    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    return result


def describe_files(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say that a list as a file is no page of rows but text, or bytes; a postprocessing hook of drf-spectacular."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for media_type, content in operation["responses"].get("200", {}).get("content", {}).items():
                if media_type != JSON and content["schema"].get("type") != "string":
                    form = {"format": "binary"} if media_type == SPREADSHEET else {}
                    content["schema"] = {"type": "string", **form, "description": "Every row of the list."}
    return result
