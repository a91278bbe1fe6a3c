"""The columns of a batch of decoded rows: what msgspec made of the wire, into what the stage takes.

A column reads what most values look like in one sweep and hands the rest to its field, one by one. Where
it is not certain that the serializer would take a value, it calls the row doubtful.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType
from rest_framework.exceptions import ValidationError

from receivables.uploads.fields import AmountField, BalanceField, DayField, TextField, WireField
from receivables.uploads.json_values import MAX_BYTES, MAX_DEPTH
from receivables.uploads.literal_json import BrokenJSON, read_value
from receivables.uploads.staging import day_number, jsonb

# What may be a number beyond the range of a double.
_DOUBTFUL_NUMBER = re.compile(rb"\d[eE]|\d{300}")
_PLAIN_AMOUNTS = [re.compile(r"-?\d{1,18}", re.ASCII)]
_PLAIN_AMOUNTS += [re.compile(rf"-?\d{{1,18}}(?:\.\d{{1,{places}}})?", re.ASCII) for places in (1, 2, 3, 4)]
WHOLE_DIGITS = 18
BAD = "bad"  # the field refuses it
WITHOUT_NUMBERS = frozenset([str, bool, type(None)])
# Whole numbers sent as text that are shorter than any column.
_WholeNumber = Annotated[int, msgspec.Meta(gt=-(10**15), lt=10**15)]
REMEMBERED_DAYS, REMEMBERED_TEXTS = 10_000, 20_000
REMEMBERED_JSON, REMEMBERED_BYTES = 20_000, 500


class Batch:
    """Rows read together, known by their position in the batch."""

    def __init__(self, raws: list[bytes], every_bit: int, keys: int):
        self.raws = raws
        self.bits = [every_bit] * len(raws)  # of the columns that each row brings
        self.colons = [keys] * len(raws)  # those of each row that its keys and its JSON values account for
        self.doubtful: set[int] = set()
        self.notes: list[tuple[str, str, list[int]]] = []

    def note(self, code: str, name: str, positions: list[int]) -> None:
        self.notes.append((code, name, positions))

    def certain_notes(self, indexes: list[int]) -> Iterator[tuple[str, str, list[int]]]:
        """Yield the notes of rows that are not doubtful; the row at position n has the index indexes[n]."""
        for code, name, positions in self.notes:
            if certain := [indexes[position] for position in positions if position not in self.doubtful]:
                yield code, name, certain


class Column:
    """One field of the contract, for all rows of a batch."""

    wire_type: Any

    def __init__(self, field: WireField, bit: int):
        self.field = field
        self.name, self.source = str(field.field_name), str(field.source)
        self.bit = bit

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        """Return what the stage takes for each row; in doubtful rows, anything."""
        raise NotImplementedError

    def leave_out(self, batch: Batch, values: Sequence[Any]) -> list[int]:
        """Note which rows lack the key; return their positions."""
        absent = [position for position, value in enumerate(values) if value is UNSET]
        for position in absent:
            batch.bits[position] -= self.bit
            batch.colons[position] -= 1
        if self.field.required:
            batch.doubtful.update(absent)
        return absent

    def raw_texts(self, batch: Batch, values: Sequence[Any]) -> list[bytes]:
        """Return the JSON of each value, of a key that is left out nothing."""
        try:
            return list(map(bytes, values))
        except TypeError:
            self.leave_out(batch, values)
            return [b"" if value is UNSET else bytes(value) for value in values]

    def read_one(self, batch: Batch, position: int, text: str) -> Any:
        """Let the field itself read a value from its JSON."""
        try:
            value = read_value(text)
            if value is None:
                if self.field.required:
                    batch.doubtful.add(position)
                return self.field.cleared
            found, tolerance = self.field.read(value)
        except (ValidationError, BrokenJSON):
            batch.doubtful.add(position)
            return None
        if tolerance:
            batch.note(tolerance, self.name, [position])
        return found


class TextColumn(Column):
    field: TextField

    def __init__(self, field: TextField, bit: int):
        super().__init__(field, bit)
        text: Any = Annotated[str, msgspec.Meta(max_length=field.max_length)] | _WholeNumber | UnsetType
        self.wire_type = text if field.required else text | None
        has_oddity = type(field).oddity is not TextField.oddity
        self.oddity = lru_cache(REMEMBERED_TEXTS)(field.oddity) if has_oddity else None

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        try:
            texts = list(map(str.strip, values))
        except TypeError:
            if len(self.leave_out(batch, values)) == len(values):
                return [""] * len(values)
            texts = [self._text(batch, position, value) for position, value in enumerate(values)]
        if self.field.required and "" in texts:
            batch.doubtful.update(position for position, text in enumerate(texts) if not text)
        if self.oddity:
            self._note_oddities(batch, texts)
        return texts

    def _text(self, batch: Batch, position: int, value: Any) -> str:
        if type(value) is str:
            return value.strip()
        if value is None or value is UNSET:
            return ""
        if not value:  # 0 or -0: as it was written, only its literal knows
            batch.doubtful.add(position)
        return str(value)

    def _note_oddities(self, batch: Batch, texts: list[str]) -> None:
        codes = list(map(self.oddity, texts))  # type: ignore[arg-type]
        if any(codes):
            for code in {*codes} - {""}:
                batch.note(code, self.name, [position for position, odd in enumerate(codes) if odd == code])


class BalanceColumn(TextColumn):
    """A text that fills a second column, with the number it stands for."""

    field: BalanceField

    def derived(self, batch: Batch, texts: list[str]) -> list[Any]:
        return [
            int(text)
            if text.isascii() and text.isdigit() and len(text) <= WHOLE_DIGITS
            else self._amount(batch, position, text)
            for position, text in enumerate(texts)
        ]

    def _amount(self, batch: Batch, position: int, text: str) -> Any:
        if _PLAIN_AMOUNTS[-1].fullmatch(text):
            return Decimal(text) + 0
        if code := self.field.oddity(text):
            batch.note(code, self.name, [position])
        return self.field.derived(text)

    def _note_oddities(self, batch: Batch, texts: list[str]) -> None:
        """They are noted where the number is read."""


class DayColumn(Column):
    """A feed has few days, so the field reads each spelling once."""

    field: DayField
    wire_type = str | None | UnsetType

    def __init__(self, field: DayField, bit: int):
        super().__init__(field, bit)
        self.days: dict[Any, int | None] = {None: None, UNSET: None}
        self.unusual: dict[str, str] = {}  # the tolerance that a spelling takes, or BAD

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        distinct = set(values)
        if UNSET in distinct:
            self.leave_out(batch, values)
        if len(self.days) > REMEMBERED_DAYS:
            self.days, self.unusual = {None: None, UNSET: None}, {}
        for text in distinct - self.days.keys():
            self._learn(text)
        for text in self.unusual.keys() & distinct:
            positions = [position for position, value in enumerate(values) if value == text]
            batch.doubtful.update(positions if self.unusual[text] == BAD else ())
            batch.note(self.unusual[text], self.name, positions)
        return list(map(self.days.__getitem__, values))

    def _learn(self, text: str) -> None:
        self.days[text], unusual = _day(text)
        if unusual:
            self.unusual[text] = unusual


@lru_cache(REMEMBERED_DAYS)
def _day(text: str) -> tuple[int | None, str]:
    """Return the number of a day, and the tolerance it takes or BAD."""
    try:
        day, tolerance = DayField().read(text)
    except ValidationError:
        return None, BAD
    return None if day is None else day_number(day), tolerance


class AmountColumn(Column):
    field: AmountField
    wire_type = msgspec.Raw | UnsetType

    @cached_property
    def is_plain(self) -> Callable[[str], Any]:
        return _PLAIN_AMOUNTS[self.field.account_places].fullmatch

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
            batch.doubtful.add(position)
            return None, 0
        if not _is_plain_json(raw):
            value = self.read_one(batch, position, text)
            return (None if value is None else jsonb(value)), raw.count(b":")
        pair = jsonb(text), raw.count(b":")
        if len(raw) <= REMEMBERED_BYTES and len(self.known) < REMEMBERED_JSON:
            self.known[raw] = pair
        return pair


def column_of(field: WireField, bit: int) -> Column:
    match field:
        case BalanceField():
            return BalanceColumn(field, bit)
        case TextField():
            return TextColumn(field, bit)
        case DayField():
            return DayColumn(field, bit)
        case AmountField():
            return AmountColumn(field, bit)
        case _:
            return JSONColumn(field, bit)


def _is_plain_json(raw: bytes) -> bool:
    """Whether a value in UTF-8 is surely within depth, size and range, and names no key twice."""
    if len(raw) > MAX_BYTES or raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or raw[:1] not in b"{[":
        return False
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):  # a number beyond the range of a double
        return False
    if type(value) is dict and WITHOUT_NUMBERS.issuperset(map(type, value.values())):
        return raw.count(b":") == len(value)
    return not _DOUBTFUL_NUMBER.search(raw) and raw.count(b":") == _keys(value)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if isinstance(value, list) else 0
