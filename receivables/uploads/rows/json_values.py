"""JSON inside rows (addresses, unknown fields): bounded, checked, and encoded once for its column."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading.literal_json import NotANumber, NumberLiteral, RepeatedKeys
from receivables.uploads.reading.texts import ValueRefused, storable
from receivables.uploads.rows import messages

MAX_DEPTH = 32
MAX_BYTES = 64 * 1024
# Numbers that every JSON reader can take in (RFC 8259, section 6: the range of an IEEE 754 double).
MAX_EXPONENT = 307
MAX_NUMBER_LENGTH = 400
MAX_UNKNOWN_KEYS = 2000  # of one row


def encoded(value: Any) -> str:
    """Return a value as JSON text whose numbers are written as they came; raises ValueRefused."""
    text = msgspec.json.encode(_checked(value, MAX_DEPTH))
    if len(text) > MAX_BYTES:
        raise ValueRefused(messages.TOO_LARGE, size=GroupedNumber(len(text)), most=GroupedNumber(MAX_BYTES))
    return text.decode()


def _checked(value: Any, levels: int) -> Any:
    match value:
        case msgspec.Raw():  # it was checked
            return value
        case NumberLiteral():
            if not _in_range(value):
                raise ValueRefused(messages.NUMBER_OUT_OF_RANGE, value=value)
            return msgspec.Raw(value.encode())
        case str():
            return _text(value)
        case dict():
            return _object(value, levels)
        case list():
            deeper = _one_deeper(levels)
            return [_checked(item, deeper) for item in value]
        case NotANumber():
            raise ValueRefused(messages.NOT_JSON, value=value)
        case _:  # true, false, null
            return value


def _one_deeper(levels: int) -> int:
    if levels == 0:
        raise ValueRefused(messages.NESTED_TOO_DEEP, levels=MAX_DEPTH)
    return levels - 1


def _object(value: dict[str, Any], levels: int) -> dict[str, Any]:
    if isinstance(value, RepeatedKeys):
        raise ValueRefused(messages.NAMES_A_KEY_TWICE, key=value.repeated)
    deeper = _one_deeper(levels)
    return {_text(key): _checked(item, deeper) for key, item in value.items()}


def _text(text: str) -> str:
    if not storable(text):
        raise ValueRefused(messages.HOLDS_NO_TEXT, value=text)
    return text


def _in_range(literal: NumberLiteral) -> bool:
    if len(literal) < MAX_EXPONENT and "e" not in literal and "E" not in literal:
        return True
    try:
        return len(literal) <= MAX_NUMBER_LENGTH and abs(Decimal(literal).adjusted()) <= MAX_EXPONENT
    except InvalidOperation:  # an exponent that not even Decimal holds
        return False
