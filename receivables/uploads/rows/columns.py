"""The columns of a batch of decoded rows: from the values of msgspec to the values of the stage.

A column reads usual values in one sweep and gives the others to its field, one by one. If it is not certain that the
serializer would accept a value, it marks the row as uncertain.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, UnsetType

from receivables.uploads.reading.literal_json import BrokenJSON, read_value
from receivables.uploads.reading.refusals import ValueRefused
from receivables.uploads.rows.fields import DayField, TextField, WireField
from receivables.uploads.storing.staging import day_number

# Whole numbers sent as text that are shorter than any column.
_WholeNumber = Annotated[int, msgspec.Meta(gt=-(10**15), lt=10**15)]
REMEMBERED_TEXTS = 20_000
BAD = "bad"  # the field refuses the day
REMEMBERED_DAYS = 10_000
LONGEST_DAY = 40  # characters, a time with all its digits among them; longer texts must not be remembered


class Batch:
    """Rows read together, known by their position in the batch."""

    def __init__(self, raws: list[bytes], every_bit: int, keys: int):
        self.raws = raws
        self.bits = [every_bit] * len(raws)  # of the columns that each row brings
        self.colons = [keys] * len(raws)  # those of each row that its keys and its JSON values account for
        self.uncertain: set[int] = set()
        self.notes: list[tuple[str, str, list[int]]] = []

    def note(self, code: str, name: str, positions: list[int]) -> None:
        self.notes.append((code, name, positions))

    def certain_notes(self, indexes: list[int]) -> Iterator[tuple[str, str, list[int]]]:
        """Yield the notes of rows that are not doubtful; the row at position n has the index indexes[n]."""
        for code, name, positions in self.notes:
            if certain := [indexes[position] for position in positions if position not in self.uncertain]:
                yield code, name, certain


class Column:
    """One field of the contract, for all rows of a batch."""

    wire_type: Any

    def __init__(self, field: WireField, bit: int):
        self.field = field
        self.name, self.source = str(field.field_name), str(field.source)
        self.bit = bit

    @abstractmethod
    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        """Return the value of each row for the stage; in uncertain rows, anything."""

    def forget(self) -> None:
        """Forget the values of an upload that is over."""

    def leave_out(self, batch: Batch, values: Sequence[Any]) -> list[int]:
        """Note which rows lack the key; return their positions."""
        absent = [position for position, value in enumerate(values) if value is UNSET]
        for position in absent:
            batch.bits[position] -= self.bit
            batch.colons[position] -= 1
        if self.field.required:
            batch.uncertain.update(absent)
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
        except BrokenJSON:
            batch.uncertain.add(position)
            return None
        return self.read_value(batch, position, value)

    def read_value(self, batch: Batch, position: int, value: Any) -> Any:
        if value is None:
            if self.field.required:
                batch.uncertain.add(position)
            return self.field.cleared
        try:
            found, tolerance = self.field.read(value)
        except ValueRefused:
            batch.uncertain.add(position)
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
        has_warnings = type(field).warning_code is not TextField.warning_code
        self.warning_code = lru_cache(REMEMBERED_TEXTS)(field.warning_code) if has_warnings else None

    def read(self, batch: Batch, values: Sequence[Any]) -> list[Any]:
        try:
            texts = list(map(str.strip, values))
        except TypeError:
            if len(self.leave_out(batch, values)) == len(values):
                return [""] * len(values)
            texts = [self._text(batch, position, value) for position, value in enumerate(values)]
        if self.field.required and "" in texts:
            batch.uncertain.update(position for position, text in enumerate(texts) if not text)
        if self.warning_code:
            self._note_warnings(batch, texts)
        return texts

    def _text(self, batch: Batch, position: int, value: Any) -> str:
        if type(value) is str:
            return value.strip()
        if value is None or value is UNSET:
            return ""
        if not value:  # 0 or -0: as it was written, only its literal knows
            batch.uncertain.add(position)
        return str(value)

    def forget(self) -> None:
        if self.warning_code:
            self.warning_code.cache_clear()

    def _note_warnings(self, batch: Batch, texts: list[str]) -> None:
        codes = list(map(self.warning_code, texts))  # type: ignore[arg-type]
        if any(codes):
            for code in {*codes} - {""}:
                batch.note(code, self.name, [position for position, own in enumerate(codes) if own == code])


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
