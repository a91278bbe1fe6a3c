"""Refused values and bodies: what a refusal quotes of what was sent, and what its sender may have meant."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from receivables.uploads.messages import AN_ARRAY, AN_OBJECT, UNSTORABLE, Message, RenderedMessage, printable
from receivables.uploads.reading.literal_json import NotANumber, NumberLiteral

SHOWN_CHARACTERS = 40
QUOTED = ("value", "key", "sent")  # the values of messages that are shown as JSON
MAX_LEVELS = 3  # {"d": {"results": [...]}} has two
MAX_KEY_CHARACTERS = 100
_WRAPPED = re.compile(rf'"([^"\\]{{1,{MAX_KEY_CHARACTERS}}})"\s*:\s*\[\s*\{{')
_MARKS = re.compile(r"[\W_]+")


def storable(text: str) -> bool:
    return not UNSTORABLE.search(text)


def shown(value: Any) -> str:
    """Return a value as a message quotes it: as JSON, shortened, with nothing in it that cannot be stored."""
    match value:
        case NumberLiteral():
            text = str(value)
        case NotANumber():
            text = value.text
        case str():
            text = json.dumps(value[: SHOWN_CHARACTERS + 1], ensure_ascii=False)
        case list():
            return AN_ARRAY
        case dict():
            return AN_OBJECT
        case _:
            text = json.dumps(value)
    return printable(text if len(text) <= SHOWN_CHARACTERS + 2 else text[:SHOWN_CHARACTERS] + "…")


class ValueRefused(ValueError):
    """A value is refused. Its message is rendered when needed: most bad rows of large uploads are only counted."""

    def __init__(self, message: Message, **values: object):
        super().__init__(message.code)
        self.message, self.values = message, values

    @property
    def code(self) -> str:
        return self.message.code

    def rendered(self, *, of_table: bool) -> RenderedMessage:
        values = {name: shown(value) if name in QUOTED else value for name, value in self.values.items()}
        return self.message.rendered_for_cells(**values) if of_table else self.message.rendered(**values)


class BodyRefused(Exception):
    """The body cannot be read as rows. `status` is the HTTP status of the answer; `index` counts rows from 0."""

    def __init__(self, status: int, rendered: RenderedMessage, index: int | None = None, field: str | None = None):
        super().__init__(rendered.message)
        self.status, self.rendered, self.index, self.field = status, rendered, index, field


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
