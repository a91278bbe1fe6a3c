"""The place in a report where its next page begins, as a cursor names it."""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Annotated, Self

import msgspec


class DamagedCursor(ValueError):
    """The text is no cursor of a report."""


@dataclass(frozen=True)
class Place:
    """The last row of a page: what the report is grouped by, and what its rows are ordered by: group and currency."""

    group_by: str
    values: tuple[str, ...]

    def cursor(self) -> str:
        parts = (self.group_by, *self.values)
        return urlsafe_b64encode(msgspec.json.encode(parts)).decode()

    @classmethod
    def from_cursor(cls, cursor: str) -> Self:
        """Raises DamagedCursor for what cursor() never returns."""
        try:
            encoded = b64decode(cursor, altchars=b"-_", validate=True)
            group_by, *values = msgspec.json.decode(encoded, type=Annotated[list[str], msgspec.Meta(min_length=3)])
        except (ValueError, msgspec.DecodeError) as error:
            raise DamagedCursor(cursor[:100]) from error
        if "\0" in "".join(values):
            raise DamagedCursor(cursor[:100])
        return cls(group_by, tuple(values))
