"""The history of a fed row, as people read it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from customers.history import Change

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as texts; an empty one was, or became, empty."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """What an upload, or a member of staff, changed at a time."""

    changed_at: datetime
    upload_id: UUID | None
    staff_username: str
    fields: list[FieldChange]


def entries(changes: Iterable[Change], names: Mapping[str, Any]) -> list[Entry]:
    """Return the entries of a row's changes, in their order, with the names that people give its columns.

    A column without a name, which the table may no longer have, is called what it is called.
    """
    return [
        Entry(change.changed_at, change.upload_id, change.staff_username, list(_fields(change.changes, names)))
        for change in changes
    ]


def _fields(changes: dict[str, list[Any]], names: Mapping[str, Any]) -> Iterator[FieldChange]:
    for column, (before, after) in changes.items():
        yield FieldChange(str(names.get(column, column)), text_of(before), text_of(after))


def text_of(value: Any) -> str:
    """Return a value of JSON as people read it: texts bare, nothing as an empty text, all else as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return _encoder.encode(value).decode() if value != {} else ""
