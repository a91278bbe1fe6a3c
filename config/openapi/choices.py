"""Lists of choices in descriptions: what a choice means, where its name does not say it."""

import re
from typing import Any

_IDLE = re.compile(r"^\* `([^`]*)` - \1$\n?", re.MULTILINE)


def drop_idle_choices(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Leave out choices that are described by their own name; a postprocessing hook of drf-spectacular."""
    _drop(result)
    return result


def _drop(part: Any) -> None:
    for inner in part.values() if isinstance(part, dict) else part:
        if isinstance(inner, (dict, list)):
            _drop(inner)
    if isinstance(part, dict) and isinstance(text := part.get("description"), str):
        part["description"] = _IDLE.sub("", text).strip()
        if not part["description"]:
            del part["description"]
