"""Last touches: types that generators of clients need, and no descriptions that repeat a name."""

import re
from collections.abc import Iterator
from typing import Any

# Without a format some generators take a number for 32 bits, in which 123456789 becomes 123456790.
FORMATS = {"number": "double", "integer": "int64"}
NULL = {"$ref": "#/components/schemas/NullEnum"}
_IDLE_CHOICE = re.compile(r"^\* `([^`]*)` - \1$\n?", re.MULTILINE)


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
