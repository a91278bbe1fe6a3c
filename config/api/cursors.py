"""Cursors: where a page of a list or a report begins, as a text that only this service reads."""

from base64 import b64decode, urlsafe_b64encode
from typing import Any, TypeVar

import msgspec

Position = TypeVar("Position")


class DamagedCursor(ValueError):
    """The text is no cursor of ours, or that of another list."""


def encoded_cursor(position: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(position)).decode()


def decoded_cursor(cursor: str, kind: type[Position]) -> Position:
    """Raises DamagedCursor."""
    try:
        return msgspec.json.decode(b64decode(cursor, b"-_", validate=True), type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise DamagedCursor from error
