"""What the OpenAPI document says of parameters: what every text is bound to, and an example of each."""

import re
from typing import Any

EXAMPLES: dict[str, Any] = {
    "Idempotency-Key": "7f9c2ba4-e88f-4f27-9d7a-2b1c3d5e6f70",
    "If-None-Match": '"5d41402abc4b2a76b9719d911017c592"',
    "Prefer": "handling=lenient, return=minimal",
    "accountingDocNumber": "1800000001",
    "asOf": "2026-03-31",
    "balanceAmount": 1200.5,
    "buckets": "30,60,90",
    "cocode": "XY22",
    "companyCode": "XY22",
    "createdSince": "2026-01-31T06:00:00Z",
    "currency": "USD",
    "cursor": "WyJpZCIsZmFsc2UsWyIxIl1d",
    "customerNumber": "23123123",
    "customerno": "231231201",
    "documentType": "RV",
    "dueDate": "2026-03-02",
    "emailaddress1": "john.doe@example.com",
    "expectedRows": 2,
    "expectedTotal": "USD:24224,EUR:100.50",
    "fields": "id,updatedAt",
    "fiscalYear": "2026",
    "from": "2026-03-01",
    "invoiceAmount": 12112,
    "invoiceDate": "2026-01-30",
    "invoiceNumber": "21321",
    "issueDate": "2026-01-29",
    "lineItem": "001",
    "localAmount": 12112,
    "openAmount": 1200.5,
    "overdueDaysMax": 60,
    "overdueDaysMin": 30,
    "pageSize": 100,
    "postDate": "2026-01-31",
    "search": "Rowan Glass",
    "status": "open",
    "updatedSince": "2026-01-31T06:00:00Z",
    "uploadId": "0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f",
}
A_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"  # not blank, without NUL
PAGING = ("pageSize", "count")
SECOND = {"customerNumber": "23123124", "customerno": "231231202"}
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: 304 and no body where it would be the same again.",
}


def complete(parameter: dict[str, Any], path: str) -> None:
    """Say what a parameter is bound to, and give an example.

    Examples stand in the schema: beside it Swagger UI would fill them in, and ask for no row that there is.
    """
    schema = parameter["schema"]
    if parameter["in"] == "path":
        parameter["description"] = f"The `id` of one of the {path.split('/')[2]}."
    if schema.get("type") == "array":
        # One text with commas: generators of clients repeat a parameter for each item, and repeated ones are refused.
        del parameter["explode"], parameter["style"]
        parameter["schema"] = schema = {"type": "string"}
    if parameter["in"] == "query" and schema["type"] == "string" and not schema.keys() & {"enum", "format"}:
        schema.update(minLength=1, pattern=schema.get("pattern", A_TEXT))
    if parameter["name"] == "ordering":
        schema["x-enum-varnames"] = [_constant(name) for name in schema["enum"]]
    schema["examples"] = [_example(parameter["name"], schema)]


def _constant(name: str) -> str:
    """Return what generators of clients call an ordering: UPDATED_AT, UPDATED_AT_DESCENDING."""
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix("-")).upper()
    return f"{words}_DESCENDING" if name.startswith("-") else words


def _example(name: str, schema: dict[str, Any]) -> Any:
    stem, _, lookup = name.partition("__")
    if lookup == "in":
        return f"{EXAMPLES[stem]},{_another(stem)}"
    if stem in EXAMPLES:
        return EXAMPLES[stem]
    match schema:
        case {"enum": [*_, last]}:
            return last
        case {"type": "boolean"}:
            return True
        case {"format": "uuid"}:
            return EXAMPLES["uploadId"]
        case {"type": "integer"}:
            return 1
    raise KeyError(name)


def _another(stem: str) -> str:
    text = str(EXAMPLES[stem])
    return SECOND.get(stem) or re.sub(r"(.)$", lambda last: "2" if last[0] != "2" else "3", text)
