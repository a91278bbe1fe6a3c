"""What the OpenAPI document says of uploads, where one serializer cannot say it."""

from typing import Any

from config.http.problem_documents import CONTENT_TYPE
from config.openapi.problems import JSON

REFUSING = ("400", "408", "413", "415")  # the statuses of a body that is refused
TAKING = ("200", "202", "207")
RECEIPT, SUMMARY, PROBLEM, ANSWER = (
    {"$ref": f"#/components/schemas/{name}"} for name in ("Receipt", "UploadSummary", "UploadProblem", "UploadAnswer")
)
ROWS = "One row, or an array of them; compressed if `Content-Encoding: gzip` or `zstd` says so."


def describe_uploads(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say that one row may come for an array, that `return=minimal` shortens a receipt, and that a refusal has one too;
    a postprocessing hook of drf-spectacular.
    """
    schemas = result["components"]["schemas"]
    schemas["UploadProblem"] = {
        "type": "object",
        "description": "A problem document (RFC 9457); of a body that was refused, its stored receipt, too.",
        "required": schemas["Problem"]["required"],
        "properties": schemas["Problem"]["properties"] | schemas["Receipt"]["properties"],
    }
    schemas["UploadAnswer"] = {
        "anyOf": [RECEIPT, SUMMARY],
        "description": "The receipt, or with `Prefer: return=minimal` its counts alone.",
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            if "requestBody" in operation:
                _describe(operation, schemas)
    return result


def _describe(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    operation["requestBody"] |= {"required": True, "description": ROWS}
    body = operation["requestBody"]["content"][JSON]
    row = body["schema"]["items"]
    name = f"{row['$ref'].rpartition('/')[2]}s"  # InvoiceRows
    schemas[name] = {"oneOf": [body["schema"], row]}
    body["schema"] = {"$ref": f"#/components/schemas/{name}"}
    for status in TAKING:
        operation["responses"][status]["content"] = {JSON: {"schema": ANSWER}}
    for status in REFUSING:
        operation["responses"][status]["content"] = {CONTENT_TYPE: {"schema": PROBLEM}}
