"""JSON inside rows (addresses, unknown fields): bounded, checked, and encoded once for its column."""

from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from receivables.uploads.literal_json import NotANumber, NumberLiteral, RepeatedKeys
from receivables.uploads.texts import shown, storable

MAX_DEPTH = 32
MAX_BYTES = 64 * 1024
# Numbers that every JSON reader can take in (RFC 8259, section 6: the range of an IEEE 754 double).
MAX_EXPONENT = 307
MAX_NUMBER_LENGTH = 400


class JSONRefused(ValueError):
    """The value cannot be kept; `code` and `message` say why."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def encoded(value: Any) -> str:
    """Return a value as JSON text whose numbers are written as they came; raises JSONRefused."""
    text = msgspec.json.encode(_checked(value, MAX_DEPTH))
    if len(text) > MAX_BYTES:
        raise JSONRefused("too_large", f"has {len(text):,} bytes of JSON; at most {MAX_BYTES:,} fit. Shorten it.")
    return text.decode()


def _checked(value: Any, levels: int) -> Any:
    match value:
        case NumberLiteral():
            return _number(value)
        case str():
            return _text(value)
        case dict():
            return _object(value, levels)
        case list():
            deeper = _one_deeper(levels)
            return [_checked(item, deeper) for item in value]
        case NotANumber():
            raise JSONRefused("not_json", f"holds {value.text}, which is no JSON value. Send null or a number.")
        case _:  # true, false, null
            return value


def _one_deeper(levels: int) -> int:
    if levels == 0:
        raise JSONRefused("too_deep", f"is nested deeper than {MAX_DEPTH} levels. Flatten it.")
    return levels - 1


def _object(value: dict[str, Any], levels: int) -> dict[str, Any]:
    if isinstance(value, RepeatedKeys):
        message = f"names the key {shown(value.repeated)} twice; only one could be kept. Send it once."
        raise JSONRefused("repeated_key", message)
    deeper = _one_deeper(levels)
    return {_text(key): _checked(item, deeper) for key, item in value.items()}


def _text(text: str) -> str:
    if not storable(text):
        message = f"holds {shown(text)}, with a NUL or half a surrogate pair, which is no text. Remove it."
        raise JSONRefused("invalid_text", message)
    return text


def _number(literal: NumberLiteral) -> msgspec.Raw:
    if not _in_range(literal):
        raise JSONRefused("number_out_of_range", f"holds the number {shown(literal)}, beyond what JSON readers take.")
    return msgspec.Raw(literal.encode())


def _in_range(literal: NumberLiteral) -> bool:
    try:
        return len(literal) <= MAX_NUMBER_LENGTH and abs(Decimal(literal).adjusted()) <= MAX_EXPONENT
    except InvalidOperation:  # an exponent that not even Decimal holds
        return False
