"""Texts from senders: what the database can hold, and what a message may quote."""

import json
from typing import Any

from receivables.uploads.messages import AN_ARRAY, AN_OBJECT, UNSTORABLE, Message, RenderedMessage, printable
from receivables.uploads.reading.literal_json import NotANumber, NumberLiteral

SHOWN_CHARACTERS = 40
QUOTED = ("value", "key", "sent")  # the values of messages that are shown as JSON


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
