"""Texts from senders: what the database can hold, and what a message may quote."""

import json
import re
from typing import Any

from receivables.uploads.messages import Message, RenderedMessage
from receivables.uploads.reading.literal_json import NotANumber, NumberLiteral

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


class ValueRefused(ValueError):
    """A value is not taken. Why is put into words when it is asked for: the bad rows of a large upload are most often
    counted alone. `value`, `key` and `sent` are quoted as `shown` has it.
    """

    def __init__(self, message: Message, **values: object):
        super().__init__(message.code)
        self.message, self.values = message, values

    @property
    def rendered(self) -> RenderedMessage:
        return self.message.rendered(**self._quoted())

    @property
    def rendered_for_cells(self) -> RenderedMessage:
        return self.message.rendered_for_cells(**self._quoted())

    def _quoted(self) -> dict[str, object]:
        return {name: _quoted(name, value) for name, value in self.values.items()}


def _quoted(name: str, value: object) -> object:
    return shown(value) if name in ("value", "key", "sent") else value


def printable(text: str) -> str:
    """Return text with its unstorable characters written as escapes, so that it can stand in a receipt."""
    if text.isascii() and "\0" not in text:
        return text
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
