"""What the OpenAPI document says of errors and rate limits: one form, on every operation."""

from typing import Any

from config.http.problem_documents import CONTENT_TYPE

JSON, SPREADSHEET = "application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"$ref": "#/components/schemas/RefusalCode"},
        "requestId": {"type": "string", "description": "Of an error on our side: its `X-Request-Id`."},
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
        "code": {"$ref": "#/components/schemas/ErrorCode"},
        "message": {"type": "string"},
        "identity": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
# Codes of parameters and of requests as a whole; those of rows and bodies are the uploads' own.
REQUEST_CODES = [
    "empty_parameter",
    "from_after_as_of",
    "https_required",
    "invalid",
    "invalid_choice",
    "invalid_cursor",
    "max_decimal_places",
    "max_digits",
    "max_length",
    "max_string_length",
    "max_value",
    "max_whole_digits",
    "min_value",
    "null_characters_not_allowed",
    "quota_exceeded",
    "repeated_parameter",
    "too_many_files",
    "too_many_items",
    "too_many_uploads",
    "too_much_waiting",
    "unknown_field",
    "unknown_format",
    "unknown_ordering",
    "unknown_parameter",
]
# Codes of a request that is refused before its parameters and its body are looked at.
REFUSAL_CODE = {
    "type": "string",
    "enum": ["half_key_pair", "https_required", "no_key_pair", "unreadable_credentials", "wrong_key_pair"],
    "description": "Why a request was refused before anything else of it was looked at; other refusals have none.",
}
EVERYWHERE = {
    "400": "The request is refused; `errors` says where and why.",
    "401": "The key pair did not arrive whole (`code` is `no_key_pair`, `half_key_pair` or `unreadable_credentials`), "
    "or is wrong, revoked or expired (`wrong_key_pair`).",
    "403": "The key lacks the scope, its account is disabled, or the request came over plain http (`https_required`).",
    "429": "The key has used up its quota, or has too much under way at the same time: send the request again after "
    "`Retry-After` seconds.",
    "503": "The database did not answer: send the request again after `Retry-After` seconds.",
}
WITH_AN_ID = {"404": "Nothing is stored under this address for this account."}
OF_AN_UPLOAD = {
    "409": "The upload is not finished (ask again after `Retry-After` seconds), it was refused as a whole, so that its "
    "whole array is to be sent again, or it was only tried, so that no rows of it are kept."
}
WITH_A_BODY = {
    "408": "The body came too slowly: send it again.",
    "409": "An upload with this Idempotency-Key is still running: send the request again in a moment.",
    "413": "The body or its rows pass the limit.",
    "415": "The body is neither JSON nor NDJSON, or its Content-Encoding is not known.",
    "422": "This Idempotency-Key stands for another request.",
}


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problem responses to every operation; a postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(Problem=PROBLEM, ProblemError=PROBLEM_ERROR, RefusalCode=REFUSAL_CODE)
    schemas["ErrorCode"]["enum"] = sorted({*schemas["ErrorCode"]["enum"], *REQUEST_CODES})
    for path, operations in result["paths"].items():
        for operation in operations.values():
            _add_problems(operation, _problems_at(path))
    return result


def _problems_at(path: str) -> dict[str, str]:
    if path.endswith(("/errors", "/rejected")):
        return WITH_AN_ID | OF_AN_UPLOAD
    return WITH_AN_ID if "{" in path else {}


def _add_problems(operation: dict[str, Any], more: dict[str, str]) -> None:
    problems = EVERYWHERE | more | (WITH_A_BODY if "requestBody" in operation else {})
    for status, description in problems.items():
        content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"].setdefault(status, {"description": description, "content": content})
    operation["responses"] = dict(sorted(operation["responses"].items()))


def describe_files(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say that a list as a file is no page of rows but text, or bytes; a postprocessing hook of drf-spectacular."""
    for operations in result["paths"].values():
        for operation in operations.values():
            for media_type, content in operation["responses"].get("200", {}).get("content", {}).items():
                if media_type != JSON and content["schema"].get("type") != "string":
                    form = {"format": "binary"} if media_type == SPREADSHEET else {}
                    content["schema"] = {"type": "string", **form, "description": "Every row of the list."}
    return result
