"""JSON inside rows: addresses, and the keys that the contract lacks. It is bounded, checked, and encoded once.

Unknown keys are stored in `extra`, or left out where only the service writes them. Lists give them back under `extra`,
and uploads read them from there too.
"""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema_field
from msgspec import UnsetType

from config.exports.cells import REMARK_START, is_remark
from customers.api import CustomerSerializer
from receivables.api.views import InvoiceSerializer
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.reading.literal_json import NotANumber, NumberLiteral, RepeatedKeys, read_value
from receivables.uploads.reading.refusals import ValueRefused, storable
from receivables.uploads.rows import messages
from receivables.uploads.rows.columns import Batch, Column
from receivables.uploads.rows.fields import WireField
from receivables.uploads.storing.staging import jsonb

MAX_DEPTH = 32
MAX_BYTES = 64 * 1024
# Numbers that every JSON reader can take in (RFC 8259, section 6: the range of an IEEE 754 double).
MAX_EXPONENT = 307
MAX_NUMBER_LENGTH = 400
MAX_UNKNOWN_KEYS = 2000  # of one row
_LIKE_A_REMARK = f'"{REMARK_START}'.encode()
REMEMBERED_JSON, REMEMBERED_BYTES = 20_000, 500
_PLAIN_VALUE = re.compile(rb'"[ !#-\[\]-~]*"|-?(?:0|[1-9][0-9]{0,17})|true|false|null')
# What may be a number outside the range of a double.
_UNCERTAIN_NUMBER = re.compile(rb"\d[eE]|\d{300}")
WITHOUT_NUMBERS = frozenset([str, bool, type(None)])
OWN_FIELD = "own_field"
# What lists have of a closed item alone; a row that brings it was taken from a list, and does not say that it is open.
CLOSED_AT, SENT_BACK = "closedAt", "sent_back"
EXTRA = "extra"  # under which lists have the keys that the contract lacks
_LISTS: list[Any] = [InvoiceSerializer, CustomerSerializer]
# By model: the names of a row as lists have it.
NAMES_OF_LISTS = {serializer.Meta.model: frozenset(serializer().fields) for serializer in _LISTS}


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
        case dict() | list():
            return _nested(value, levels)
        case NotANumber():
            raise ValueRefused(messages.NOT_JSON, value=value)
        case _:  # true, false, null
            return value


def _nested(value: Any, levels: int) -> Any:
    if isinstance(value, RepeatedKeys):
        raise ValueRefused(messages.NAMES_A_KEY_TWICE, key=value.repeated)
    if levels == 0:
        raise ValueRefused(messages.NESTED_TOO_DEEP, levels=MAX_DEPTH)
    if isinstance(value, list):
        return [_checked(item, levels - 1) for item in value]
    return {_text(key): _checked(item, levels - 1) for key, item in value.items()}


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


class Uncertain(Exception):
    """It is not certain that the serializer would accept this row."""


@dataclass
class Unknown:
    """The values to store, and warnings by their code and name. `refused` is what is wrong with a key, if anything."""

    extra: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    refused: tuple[str, ValueRefused] | None = None


def classified(values: Mapping[str, Any], own_names: Set[str], *, of_table: bool) -> Unknown:
    """Return how the unknown values of a row are used. In a table, a column has the members of `extra` as JSON."""
    found = Unknown()
    for name, value in values.items():
        if name in own_names:
            found.notes.append((OWN_FIELD, name))
            if name == CLOSED_AT and value not in (None, ""):
                found.notes.append((SENT_BACK, name))
        elif name == EXTRA and of_table and is_remark(value):
            found.notes.append(("beyond_a_cell", name))
        elif name != EXTRA or not isinstance(value, dict):
            found.extra[name] = value
            found.notes.append(("unknown_field", name))
    if isinstance(members := values.get(EXTRA), dict):
        _merge(found, members)
    return found


def _merge(found: Unknown, members: dict[str, Any]) -> None:
    if isinstance(members, RepeatedKeys):
        found.refused = EXTRA, ValueRefused(messages.NAMES_A_KEY_TWICE, key=members.repeated)
    elif twice := found.extra.keys() & members.keys():
        found.refused = min(twice), ValueRefused(messages.NAMED_TWICE)
    else:
        found.extra |= members


def unknown_values(raw: bytes, names: set[str], own_names: frozenset[str]) -> dict[str, Any]:
    """Return the values of keys that the contract lacks; for names that the service alone writes, None, unless it is
    that of a closed item.
    """
    values = _members(raw)
    unknown = values.keys() - names
    if len(unknown) > MAX_UNKNOWN_KEYS:
        raise Uncertain
    found = {name: value for name, value in values.items() if name in unknown}
    unused = own_names - {CLOSED_AT}
    return {name: None if name in unused else _value(name, value) for name, value in found.items()}


def _value(name: str, value: msgspec.Raw) -> Any:
    """Return a value as it came, or read; of `extra` the values of its members."""
    if name != EXTRA:
        return _plain_or_read(value)
    if bytes(value).startswith(b"{"):
        return {member: _plain_or_read(raw) for member, raw in _members(bytes(value)).items()}
    return read_value(bytes(value).decode())


def _members(raw: bytes) -> dict[str, msgspec.Raw]:
    values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    if raw.count(b":") != len(values) + sum(bytes(value).count(b":") for value in values.values()):
        raise Uncertain  # a key is repeated, or holds a colon
    return values


def _plain_or_read(value: msgspec.Raw) -> Any:
    """Return a value as it came if it may certainly be stored so, else the value read, to be checked."""
    return value if _PLAIN_VALUE.fullmatch(value) else read_value(bytes(value).decode())


def is_plain_json(raw: bytes) -> bool:
    """Whether a value in UTF-8 is surely within depth, size and range, and names no key twice."""
    if len(raw) > MAX_BYTES or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or raw[:1] not in b"{[":
        return False
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):  # a number outside the range of a double
        return False
    if type(value) is dict and WITHOUT_NUMBERS.issuperset(map(type, value.values())):
        return raw.count(b":") == len(value)
    return not _UNCERTAIN_NUMBER.search(raw) and raw.count(b":") == _keys(value)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0


@extend_schema_field({"anyOf": [{}]})
class JSONValueField(WireField):
    """Any JSON value within a depth and a size, stored exactly; validated to its JSON text."""

    def read(self, data: Any) -> tuple[Any, str]:
        return encoded(data), ""

    def to_representation(self, value: str) -> msgspec.Raw:
        return msgspec.Raw(value.encode())


class JSONColumn(Column):
    wire_type = msgspec.Raw | UnsetType

    def __init__(self, field: WireField, bit: int):
        super().__init__(field, bit)
        self.forget()

    def forget(self) -> None:
        # Addresses repeat from row to row: what one becomes, and the colons in it. A key that is left out is nothing.
        self.known: dict[bytes, tuple[Any, int]] = {b"": (None, 0)}

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        known = self.known.get
        texts = self.raw_texts(batch, values)
        pairs = [known(text) or self._learn(batch, position, text) for position, text in enumerate(texts)]
        batch.colons = [colons + pair[1] for colons, pair in zip(batch.colons, pairs, strict=True)]
        return [pair[0] for pair in pairs]

    def _learn(self, batch: Batch, position: int, raw: bytes) -> tuple[Any, int]:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            batch.uncertain.add(position)
            return None, 0
        if raw.startswith(_LIKE_A_REMARK):  # in a table such a cell is left out
            batch.uncertain.add(position)
        if not is_plain_json(raw):
            value = self.read_one(batch, position, text)
            return (None if value is None else jsonb(value)), raw.count(b":")
        pair = jsonb(text), raw.count(b":")
        if len(raw) <= REMEMBERED_BYTES and len(self.known) < REMEMBERED_JSON:
            self.known[raw] = pair
        return pair
