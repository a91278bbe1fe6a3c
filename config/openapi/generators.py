"""What generators of clients need to be told that people would know."""

from typing import Any

# Without a format some generators take a number for 32 bits, in which 123456789 becomes 123456790.
FORMATS = {"number": "double", "integer": "int64"}
NULL = {"$ref": "#/components/schemas/NullEnum"}


def suit_generators(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Say how wide numbers are, and call null by its type; a postprocessing hook of drf-spectacular."""
    _suit(result["paths"])
    _suit(result["components"])
    result["components"]["schemas"].pop("NullEnum", None)
    return result


def _suit(part: Any) -> None:
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, (dict, list)):
            _suit(inner)
    if not isinstance(part, dict):
        return
    if isinstance(kind := part.get("type"), (str, list)) and (name := _number(kind)):
        part.setdefault("format", FORMATS[name])
    if part.get("oneOf", [])[-1:] == [NULL]:
        part["oneOf"][-1] = {"type": "null"}


def _number(kind: str | list[str]) -> str | None:
    kinds = [kind] if isinstance(kind, str) else kind
    return next((name for name in FORMATS if name in kinds), None)
