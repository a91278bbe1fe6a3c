"""Texts from senders: what the database can hold, and what a message may quote."""

import json
import re
from typing import Any

from receivables.uploads.literal_json import NotANumber, NumberLiteral

# What UTF-8 text cannot be in PostgreSQL: a NUL, and a surrogate without its other half.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
SHOWN_CHARACTERS = 40


def storable(text: str) -> bool:
    return not _UNSTORABLE.search(text)


def shown(value: Any) -> str:
    """Return a value as a message quotes it: as JSON, shortened, with nothing in it that cannot be stored."""
    match value:
        case NumberLiteral():
            text = str(value)
        case NotANumber():
            text = value.text
        case str():
            text = json.dumps(value[: SHOWN_CHARACTERS + 1], ensure_ascii=False)
        case list() | dict():
            text = "An array" if isinstance(value, list) else "An object"
        case _:
            text = json.dumps(value)
    return printable(text if len(text) <= SHOWN_CHARACTERS + 2 else text[:SHOWN_CHARACTERS] + "…")


def printable(text: str) -> str:
    """Return text with its unstorable characters written as escapes, so that it can stand in a receipt."""
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
