"""The parameters in the OpenAPI document: the bounds of every text, and an example of each."""

import re
from typing import Any

EXAMPLES: dict[str, Any] = {  # of what many lists take; filters and reports have examples of their own
    "If-None-Match": '"5d41402abc4b2a76b9719d911017c592"',
    "cursor": "WyJpZCIsZmFsc2UsWyIxIl1d",
    "fields": "id,updatedAt",
    "pageSize": 100,
}
EXAMPLES_OF_TYPES = {
    "boolean": True,
    "integer": 1,
    "uuid": "0195b7a4-7c1e-7d2a-9f63-1c2b3a4d5e6f",
    "date-time": "2026-01-31T06:00:00Z",
}
A_TEXT = r"^[^\x00]*[^\s\x00][^\x00]*$"  # not blank, without NUL
PAGING = ("pageSize", "count")
IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer: 304 and no body where it would be the same again.",
}


def complete(parameter: dict[str, Any], path: str, examples: dict[str, Any]) -> None:
    """Add a parameter's bounds, and an example: the one of its name, or one of its type.

    The example is part of the schema: beside it Swagger UI would fill it in, and no row would be found.
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
    if "examples" not in schema:
        schema["examples"] = [_example(parameter["name"], schema, EXAMPLES | examples)]


def _constant(name: str) -> str:
    """Return what generators of clients call an ordering: UPDATED_AT, UPDATED_AT_DESCENDING."""
    words = re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix("-")).upper()
    return f"{words}_DESCENDING" if name.startswith("-") else words


def _example(name: str, schema: dict[str, Any], examples: dict[str, Any]) -> Any:
    stem, _, lookup = name.partition("__")
    if stem in examples:
        example = examples[stem]
        if isinstance(example, tuple):  # of a filter that takes one text, or several
            return ",".join(example) if lookup == "in" else example[0]
        return example
    if "enum" in schema:
        return schema["enum"][-1]
    kind = schema.get("format", schema["type"])
    if kind not in EXAMPLES_OF_TYPES:
        raise KeyError(f"{name} has no example: give it one in parameter_examples, where it is declared")
    return EXAMPLES_OF_TYPES[kind]
