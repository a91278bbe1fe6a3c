"""The columns whose values are no texts: days, amounts, and JSON within a row."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from config.exports.cells import REMARK_START
from receivables.uploads.reading.texts import ValueRefused
from receivables.uploads.rows.columns import (
    PLAIN_AMOUNTS,
    WHOLE_DIGITS,
    BalanceColumn,
    Batch,
    Column,
    IdentifyingColumn,
    TextColumn,
)
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField, JSONValueField, TextField, WireField
from receivables.uploads.rows.identifying_fields import IdentifyingField
from receivables.uploads.rows.json_values import MAX_BYTES, MAX_DEPTH
from receivables.uploads.storing.staging import day_number, jsonb

# What may be a number outside the range of a double.
_UNCERTAIN_NUMBER = re.compile(rb"\d[eE]|\d{300}")
_LIKE_A_REMARK = f'"{REMARK_START}'.encode()
WITHOUT_NUMBERS = frozenset([str, bool, type(None)])
BAD = "bad"  # the field refuses the day
REMEMBERED_DAYS = 10_000
LONGEST_DAY = 40  # characters, a time with all its digits among them; longer texts must not be remembered
REMEMBERED_JSON, REMEMBERED_BYTES = 20_000, 500


class DayColumn(Column):
    """A feed has few days, so the field reads each spelling once."""

    field: DayField
    wire_type = Annotated[str, msgspec.Meta(max_length=LONGEST_DAY)] | None | UnsetType

    def __init__(self, field: DayField, bit: int):
        super().__init__(field, bit)
        self.forget()

    def forget(self) -> None:
        # The day of each text, and for unusual texts the tolerance used, or BAD. They are one attribute, because both
        # must be forgotten at once, even while a column is being read.
        self.known: tuple[dict[Any, int | None], dict[str, str]] = {None: None, UNSET: None}, {}

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        distinct = set(values)
        if UNSET in distinct:
            self.leave_out(batch, values)
        if len(self.known[0]) > REMEMBERED_DAYS:
            self.forget()
        days, unusual = self.known
        for text in distinct - days.keys():
            days[text], tolerance = _day(text)
            if tolerance:
                unusual[text] = tolerance
        for text in unusual.keys() & distinct:
            positions = [position for position, value in enumerate(values) if value == text]
            batch.uncertain.update(positions if unusual[text] == BAD else ())
            batch.note(unusual[text], self.name, positions)
        return list(map(days.__getitem__, values))


@lru_cache(REMEMBERED_DAYS)
def _day(text: str) -> tuple[int | None, str]:
    """Return the number of a day, and the tolerance used or BAD."""
    try:
        day, tolerance = DayField().read(text)
    except ValueRefused:
        return None, BAD
    return None if day is None else day_number(day), tolerance


class AmountColumn(Column):
    field: AmountField
    wire_type = msgspec.Raw | UnsetType

    @cached_property
    def is_plain(self) -> Callable[[str], Any]:
        return PLAIN_AMOUNTS[self.field.account_decimal_places].fullmatch

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        return [
            int(text) if text.isdigit() and len(text) <= WHOLE_DIGITS else self._amount(batch, position, text)
            for position, text in enumerate(self.raw_texts(batch, values))
        ]

    def _amount(self, batch: Batch, position: int, raw: bytes) -> Any:
        if not raw:
            return None
        text = raw.decode(errors="surrogateescape")
        return Decimal(text) + 0 if self.is_plain(text) else self.read_one(batch, position, text)


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
        if not _is_plain_json(raw):
            value = self.read_one(batch, position, text)
            return (None if value is None else jsonb(value)), raw.count(b":")
        pair = jsonb(text), raw.count(b":")
        if len(raw) <= REMEMBERED_BYTES and len(self.known) < REMEMBERED_JSON:
            self.known[raw] = pair
        return pair


# The first class that a field is one of decides.
COLUMNS: dict[type[WireField], type[Column]] = {
    BalanceField: BalanceColumn,
    IdentifyingField: IdentifyingColumn,
    TextField: TextColumn,
    DayField: DayColumn,
    AmountField: AmountColumn,
    JSONValueField: JSONColumn,
}


def column_of(field: WireField, bit: int) -> Column:
    return next(column for kind, column in COLUMNS.items() if isinstance(field, kind))(field, bit)


def _is_plain_json(raw: bytes) -> bool:
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
