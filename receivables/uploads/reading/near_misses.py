"""What the sender meant with a body that is no array of the contract's rows, for the refusal to name the remedy."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

MAX_LEVELS = 3  # {"d": {"results": [...]}} has two
MAX_KEY_CHARACTERS = 100
_WRAPPED = re.compile(rf'"([^"\\]{{1,{MAX_KEY_CHARACTERS}}})"\s*:\s*\[\s*\{{')
_MARKS = re.compile(r"[\W_]+")


def wrapped_array(value: Any, levels: int = MAX_LEVELS) -> tuple[str, int] | None:
    """Return the keys, joined by dots, under which an object has an array of objects, and the length of the array."""
    if not isinstance(value, dict) or not levels:
        return None
    for name, inner in value.items():
        if isinstance(inner, list) and all(isinstance(row, dict) for row in inner):
            return name[:MAX_KEY_CHARACTERS], len(inner)
        if found := wrapped_array(inner, levels - 1):
            return f"{name[:MAX_KEY_CHARACTERS]}.{found[0]}", found[1]
    return None


def wrapping_key(text: str) -> str | None:
    """Return the key of the first array of objects in JSON that is too long to be read whole."""
    found = _WRAPPED.search(text)
    return found[1] if found else None


def other_spelling(name: str, sent: Iterable[str]) -> str | None:
    """Return the key that is a field's name in other capitals, or with marks between its words."""
    return next((key for key in sent if len(key) <= MAX_KEY_CHARACTERS and _folded(key) == _folded(name)), None)


@lru_cache(1000)
def _folded(name: str) -> str:
    return _MARKS.sub("", name).casefold()
