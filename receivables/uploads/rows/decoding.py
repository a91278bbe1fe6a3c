"""A row serializer compiled into a msgspec decoder: the fast way to the same answer.

The serializer stays the one source of truth. The compiled reader accepts a row only if the serializer certainly would,
and gives the same values. It leaves every other row to the serializer, whose messages the sender sees. No rule is
written twice: the field itself reads days and unusual values.

It is long because it is fast: rows are decoded one by one and then read column by column, which costs a fraction of a
walk over the fields of each row.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from threading import local
from typing import Any

import msgspec
from msgspec import UNSET

from apiauth.models import Account
from customers.imported.numbers import number_key
from receivables.uploads.reading.literal_json import BrokenJSON
from receivables.uploads.reading.refusals import ValueRefused
from receivables.uploads.reading.splitting import RawRow
from receivables.uploads.rows import json_values
from receivables.uploads.rows.amount_columns import AmountColumn, BalanceColumn
from receivables.uploads.rows.columns import Batch, Column, DayColumn, TextColumn
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField, TextField, WireField
from receivables.uploads.rows.identifying_fields import IdentifyingColumn, IdentifyingField
from receivables.uploads.storing.staging import Record, jsonb, layout_of

# Escapes of characters that no text may hold (NUL; msgspec itself refuses half a surrogate pair), and of the colon,
# which is counted below.
_UNCERTAIN_ESCAPE = re.compile(rb"\\u(?:0000|003[aA])")
REMEMBERED_NUMBERS = 20_000
Noted = Mapping[tuple[str, str], list[int]]  # the rows of a warning, by its code and name
_number_key = lru_cache(REMEMBERED_NUMBERS)(number_key)


@dataclass(frozen=True)
class ReadRows:
    """Records of the rows that are certainly valid, and the indexes of those that are left to the serializer. `notes`
    are the tolerances used in the former: code, field, indexes.
    """

    records: list[Record]
    left: list[int]
    notes: list[tuple[str, str, list[int]]]


# The first class that a field is one of decides.
COLUMNS: dict[type[WireField], type[Column]] = {
    BalanceField: BalanceColumn,
    IdentifyingField: IdentifyingColumn,
    TextField: TextColumn,
    DayField: DayColumn,
    AmountField: AmountColumn,
    json_values.JSONValueField: json_values.JSONColumn,
}


def column_of(field: WireField, bit: int) -> Column:
    return next(column for kind, column in COLUMNS.items() if isinstance(field, kind))(field, bit)


@cache
def wire_decoder(serializer_class: Any) -> msgspec.json.Decoder[Any]:
    """Return what decodes a row into an object with the model's names; a key that is left out is UNSET."""
    columns = [column_of(field, 0) for field in serializer_class().fields.values()]
    struct = msgspec.defstruct(
        "WireRow",
        [(column.source, column.wire_type, UNSET) for column in columns],
        rename={column.source: column.name for column in columns},
        gc=False,
    )
    return msgspec.json.Decoder(struct)


class CompiledRows:
    """Reads raw rows into records as a row serializer would, for accounts with this number of decimal places.

    Only one thread may use it at a time, because its columns remember values.
    """

    def __init__(self, serializer_class: Any, decimal_places: int, *, of_table: bool = False):
        context = {"account": Account(amount_decimal_places=decimal_places), "of_table": of_table}
        serializer = serializer_class(many=True, context=context)
        self.layout = layout_of(serializer_class.Meta.model)
        fields: Iterable[WireField] = serializer.child.fields.values()
        self.columns: list[Column] = [column_of(field, self.layout.bits[str(field.source)]) for field in fields]
        self.names = {column.name for column in self.columns}
        self.own_names: frozenset[str] = serializer.child.own_names
        self.of_table = of_table
        self.every_bit = sum(column.bit for column in self.columns)
        self.decode = wire_decoder(serializer_class).decode
        self.values_of = attrgetter(*(column.source for column in self.columns))

    def forget(self) -> None:
        for column in self.columns:
            column.forget()

    def read(self, start: int, raws: list[RawRow]) -> "ReadRows":
        """Read raw rows, the first of which has the index `start`."""
        indexes, wires = self._decoded(start, raws)
        decoded: list[Any] = [raws[index - start] for index in indexes]
        batch = Batch(decoded, self.every_bit, len(self.columns))
        records = self._records(batch, indexes, wires) if wires else []
        if batch.uncertain:
            records = [record for position, record in enumerate(records) if position not in batch.uncertain]
        left: list[int] = []
        if len(records) < len(raws):
            left = sorted({*range(start, start + len(raws))} - {record[0] for record in records})
        return ReadRows(records, left, list(batch.certain_notes(indexes)))

    def _decoded(self, start: int, raws: list[RawRow]) -> tuple[list[int], list[Any]]:
        indexes, wires = [], []
        decode = self.decode
        for index, raw in enumerate(raws, start):
            try:
                wire = decode(raw)  # type: ignore[arg-type]  # a LiteralRow is a TypeError
            except (ValueError, TypeError, RecursionError):  # msgspec's errors and those of UTF-8 are ValueErrors
                continue
            indexes.append(index)
            wires.append(wire)
        return indexes, wires

    def _records(self, batch: Batch, indexes: list[int], wires: list[Any]) -> list[Record]:
        wire_columns = list(zip(*map(self.values_of, wires), strict=True))
        values = {column: [blank] * len(wires) for column, blank in self.layout.blanks.items()}
        self._read_columns(batch, wire_columns, values)
        self._find_unknown_keys(batch, wire_columns, values[json_values.EXTRA])
        keys = map(_number_key, values["customer_number"])
        return list(zip(indexes, batch.bits, *values.values(), keys, strict=True))

    def _read_columns(self, batch: Batch, wire_columns: list[Any], values: dict[str, list[Any]]) -> None:
        """Fill in the values of each column, and the bits of those that are derived from another."""
        bits = self.layout.bits
        for column, wire_values in zip(self.columns, wire_columns, strict=True):
            values[column.source] = column.read(batch, wire_values)
            if isinstance(column, BalanceColumn):
                derived = column.field.derived_column
                values[derived] = column.derived(batch, values[column.source])
                batch.bits = [own | bits[derived] if own & column.bit else own for own in batch.bits]

    def _find_unknown_keys(self, batch: Batch, wire_columns: list[Any], unknown: list[Any]) -> None:
        """Outside strings, each key and nothing else has a colon. So if a row has more colons than its decoded keys and
        its values, a key of it is unknown or repeated.
        """
        colons = [raw.count(b":") for raw in batch.raws]
        batch.uncertain.update(
            position for position, raw in enumerate(batch.raws) if b"\\" in raw and _UNCERTAIN_ESCAPE.search(raw)
        )
        if colons == batch.colons:
            return
        noted: dict[tuple[str, str], list[int]] = defaultdict(list)
        for position, (found, known) in enumerate(zip(colons, batch.colons, strict=True)):
            if found != known and found != known + _colons_in_texts(wire_columns, position):
                self._take_unknown(batch, position, unknown, noted)
        for (code, name), positions in noted.items():
            batch.note(code, name, positions)

    def _take_unknown(self, batch: Batch, position: int, unknown: list[Any], noted: Noted) -> None:
        """Read a row again for the keys that the contract lacks."""
        try:
            values = json_values.unknown_values(batch.raws[position], self.names, self.own_names)
            found = json_values.classified(values, self.own_names, of_table=self.of_table)
            if found.refused or len(found.extra) > json_values.MAX_UNKNOWN_KEYS:
                batch.uncertain.add(position)
                return
            if found.extra:
                unknown[position] = jsonb(json_values.encoded(found.extra))
                batch.bits[position] |= self.layout.bits[json_values.EXTRA]
        except (json_values.Uncertain, ValueRefused, BrokenJSON, ValueError, RecursionError):
            batch.uncertain.add(position)
            return
        for note in found.notes:
            noted[note].append(position)


_of_thread = local()


def compiled_rows(serializer_class: Any, account: Account, *, of_table: bool = False) -> CompiledRows:
    """Return what reads the rows of an upload in this thread: compiled by the first one, the same for the next."""
    if not hasattr(_of_thread, "compiled"):
        _of_thread.compiled = cache(CompiledRows)
    compiled: CompiledRows = _of_thread.compiled(serializer_class, account.amount_decimal_places, of_table=of_table)
    return compiled


def _colons_in_texts(wire_columns: list[Any], position: int) -> int:
    values = [column[position] for column in wire_columns]
    return sum(value.count(":") for value in values if type(value) is str)
