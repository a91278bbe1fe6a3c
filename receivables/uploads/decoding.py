"""A row serializer compiled into a msgspec decoder: the fast way to the same answer.

The serializer stays the one source of truth. What is compiled here takes a row only where it is certain
that the serializer would, and gives the same values; every other row it leaves to the serializer, whose
messages the sender sees. No rule is written twice: dates and unusual values are read by the field itself,
and the rules of a row run in the serializer's own `validate`.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, TypedDict

import msgspec
from rest_framework.exceptions import ValidationError

from receivables.uploads.fields import AmountField, DayField, TextField, WireField
from receivables.uploads.json_values import MAX_BYTES, MAX_DEPTH, JSONRefused, encoded
from receivables.uploads.literal_json import BrokenJSON, read_value

# Escapes of what no text may hold (NUL; of surrogates msgspec takes whole pairs alone), and of the colon, which is
# counted below.
_DOUBTFUL_ESCAPE = re.compile(rb"\\u(?:0000|003[aA])")
# What may be a number beyond the range of a double.
_DOUBTFUL_NUMBER = re.compile(rb"\d[eE]|\d{300}")
_PLAIN_AMOUNTS = [re.compile(rb"-?\d{1,18}"), *(re.compile(rb"-?\d{1,18}(?:\.\d{1,%d})?" % n) for n in (1, 2, 3, 4))]
# Whole numbers sent as text that are shorter than any column.
_WholeNumber = Annotated[int, msgspec.Meta(gt=-(10**15), lt=10**15)]
REMEMBERED_DAYS = 10_000
REMEMBERED_VALUES, REMEMBERED_BYTES = 20_000, 500

Convert = Callable[[Any], Any]


class Doubtful(Exception):
    """It is not certain that the serializer would take this value."""


class CompiledRows:
    """Decodes raw rows for the row serializer `child`, which must be bound to its list and context."""

    def __init__(self, child: Any):
        self.child = child
        fields: dict[str, WireField] = dict(child.fields)
        wire: Any = TypedDict("wire", {name: _wire_type(field) for name, field in fields.items()}, total=False)  # type: ignore
        self.decode: Convert = msgspec.json.Decoder(wire).decode
        self.steps = {name: (str(field.source), self._converter(field)) for name, field in fields.items()}
        self.required = {name for name, field in fields.items() if field.required}
        self.noted: list[tuple[str, str]] = []

    def row(self, raw: bytes) -> dict[str, Any] | None:
        """Return a row's values under model names, as the serializer would, or None where it must look itself."""
        self.noted.clear()
        try:
            row = self._row(raw)
        except (Doubtful, ValidationError, JSONRefused, BrokenJSON, ValueError, RecursionError):
            return None  # msgspec's errors and those of UTF-8 are ValueErrors
        for code, name in self.noted:
            self.child.bulk.note(code, name)
        validated: dict[str, Any] = self.child.validate(row)
        return validated

    def _row(self, raw: bytes) -> dict[str, Any]:
        if b"\\u" in raw and _DOUBTFUL_ESCAPE.search(raw):
            raise Doubtful
        wire = self.decode(raw)
        if not self.required <= wire.keys():
            raise Doubtful
        row: dict[str, Any] = {}
        steps = self.steps
        for name, value in wire.items():
            source, convert = steps[name]
            # What most values are is done here: a call for each would cost more than all the rest.
            row[source] = value.strip() if convert is _text and type(value) is str else convert(value)
        if not _is_whole(raw, wire):
            self._take_unknown(raw, row)
        return row

    def _take_unknown(self, raw: bytes, row: dict[str, Any]) -> None:
        """Read the row again for the keys that the contract lacks."""
        values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        if raw.count(b":") != len(values) + sum(bytes(value).count(b":") for value in values.values()):
            raise Doubtful  # a key stands twice, or holds a colon
        unknown = {name: read_value(bytes(values[name]).decode()) for name in values if name not in self.steps}
        row["extra"] = encoded(unknown)
        self.noted += [("unknown_field", name) for name in unknown]

    def _converter(self, field: WireField) -> Convert:
        match field:
            case TextField():
                return _required_text if field.required else _text
            case DayField():
                return self._day(field)
            case AmountField():
                return self._amount(field)
            case _:
                return self._json(field)

    def _read(self, field: WireField, raw: bytes) -> Any:
        """Let the field itself read a value from its raw JSON."""
        value = read_value(raw.decode())
        if value is None:
            if field.required:
                raise Doubtful
            return field.cleared
        found, tolerance = field.read(value)
        if tolerance:
            self.noted.append((tolerance, str(field.field_name)))
        return found

    def _day(self, field: WireField) -> Convert:
        """A feed has few days, so the field reads each spelling once."""
        known: dict[str | None, tuple[Any, str]] = {None: (None, "")}

        def convert(text: str | None) -> Any:
            found = known.get(text)
            if found is None:
                if len(known) > REMEMBERED_DAYS:
                    raise Doubtful
                found = known[text] = field.read(text)
            if found[1]:
                self.noted.append((found[1], str(field.field_name)))
            return found[0]

        return convert

    def _amount(self, field: AmountField) -> Convert:
        is_plain = _PLAIN_AMOUNTS[field.account_places].fullmatch

        def convert(raw: msgspec.Raw) -> Any:
            text = bytes(raw)
            return Decimal(text.decode("ascii")) + 0 if is_plain(text) else self._read(field, text)

        return convert

    def _json(self, field: WireField) -> Convert:
        plain: set[bytes] = set()  # addresses repeat from row to row

        def convert(raw: msgspec.Raw) -> Any:
            text = bytes(raw)
            if text in plain:
                return raw
            if not _is_plain_json(text):
                return self._read(field, text)
            if len(text) < REMEMBERED_BYTES and len(plain) < REMEMBERED_VALUES:
                plain.add(text)
            return raw

        return convert


def _wire_type(field: WireField) -> Any:
    """What msgspec decodes a field to: loosely, where the field has more to say."""
    if isinstance(field, TextField):
        text: Any = Annotated[str, msgspec.Meta(max_length=field.max_length)]
        return text | _WholeNumber if field.required else text | _WholeNumber | None
    if isinstance(field, DayField):
        return str | None
    return msgspec.Raw


def _is_whole(raw: bytes, wire: dict[str, Any]) -> bool:
    """Whether every key of the row was decoded: none is unknown, none stands twice.

    Outside strings a colon stands behind each key and nowhere else, so the decoded keys and the colons
    within values must account for all the colons of the row.
    """
    colons = raw.count(b":") - len(wire)
    if not colons:
        return True
    values = wire.values()
    colons -= sum(bytes(value).count(b":") for value in values if type(value) is msgspec.Raw)
    return not colons or colons == sum(value.count(":") for value in values if type(value) is str)


def _text(value: str | int | None) -> str:
    if type(value) is str:
        return value.strip()
    if value is None:
        return ""
    if not value:  # 0 or -0: as it was written, only its literal knows
        raise Doubtful
    return str(value)


def _required_text(value: str | int) -> str:
    text = _text(value)
    if not text:
        raise Doubtful
    return text


def _is_plain_json(text: bytes) -> bool:
    """Whether a value is surely within depth, size and range, names no key twice, and is UTF-8."""
    if len(text) > MAX_BYTES or text.count(b"{") + text.count(b"[") > MAX_DEPTH or _DOUBTFUL_NUMBER.search(text):
        return False
    text.decode()
    return text[:1] in b"{[" and text.count(b":") == _keys(msgspec.json.decode(text))


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0
