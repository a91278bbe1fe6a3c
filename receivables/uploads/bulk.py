"""What every bulk serializer does: the rules of an array, and of a row's unknown keys."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from operator import itemgetter
from typing import Any

import msgspec
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from receivables.uploads import messages, near_misses
from receivables.uploads.decoding import CompiledRows, compiled_rows
from receivables.uploads.findings import Findings, shown_identity
from receivables.uploads.json_values import JSONRefused, encoded
from receivables.uploads.literal_json import BrokenJSON, LiteralRow, RepeatedKeys, read_value
from receivables.uploads.messages import Told
from receivables.uploads.models import Resource
from receivables.uploads.repetitions import find_repetitions, staged_rows, strike
from receivables.uploads.splitting import RawRow
from receivables.uploads.staging import Record, Stage
from receivables.uploads.texts import printable, shown

BATCH_ROWS = 200  # few enough to stay in the processor's cache while they are worked on
_exact_json = msgspec.json.Encoder(decimal_format="number").encode
WHOLE_ROW = None  # the name of no field: in errors of the row itself


class BulkListSerializer(serializers.ListSerializer[Any]):
    """An array of rows, read as it arrives. `findings` in the context gets every error and warning."""

    child: "RowSerializer"
    index = 0  # of the row being read, for the fields' warnings

    @property
    def findings(self) -> Findings:
        findings: Findings = self.context["findings"]
        return findings

    def records(self, batches: Iterable[list[RawRow]]) -> Iterator[list[Record]]:
        """Yield the records of the rows that are taken; those that are refused go to the findings."""
        compiled = compiled_rows(type(self.child), self.context["account"])
        start = 0
        try:
            for rows in batches:
                for first in range(0, len(rows), BATCH_ROWS):
                    part = rows[first : first + BATCH_ROWS]
                    yield self._read(compiled, start, part)
                    start += len(part)
        finally:
            compiled.forget()

    def _read(self, compiled: CompiledRows, start: int, rows: list[RawRow]) -> list[Record]:
        read = compiled.read(start, rows)
        for code, name, indexes in read.notes:
            self._warn(code, name, indexes)
        for self.index in read.left:
            row = self.taken(rows[self.index - start])
            if row is not None:
                read.records.append(compiled.layout.record(self.index, row))
        if read.left:  # rows are inserted in the order that the stage has them
            read.records.sort(key=itemgetter(0))
        return read.records

    def taken(self, raw: RawRow) -> dict[str, Any] | None:
        """Return what the serializer makes of a row, under model names; a row that it refuses goes to the findings."""
        row: Any = None
        try:
            row = raw.value if isinstance(raw, LiteralRow) else read_value(raw.decode())
            validated: dict[str, Any] = self.child.run_validation(row)
        except BrokenJSON as broken:
            self._refuse(raw, row, {broken.field: [_detail(broken.told)]})
        except UnicodeDecodeError:
            self._refuse(raw, row, {WHOLE_ROW: [_detail(messages.ROW_NOT_UTF8.told())]})
        except ValidationError as error:
            self._refuse(raw, row, error.detail)  # type: ignore[arg-type]
            self.findings.refuse_money(self.child.money_of(row))
        else:
            return validated
        return None

    def settle_repetitions(self, cursor: Any, stage: Stage) -> None:
        """Take staged rows that repeat an earlier one off the stage; refuse those that contradict each other."""
        found = find_repetitions(cursor, stage)
        if found.equal:
            self.findings.warn("duplicate_row", "", found.equal)
        places = sorted(found.contradicting)
        told = places[: self.findings.room]
        for place, row in staged_rows(cursor, stage, told):
            wire = self.child.as_sent(row)
            identity = {name: wire[name] for name in self.child.identity_names if wire.get(name)}
            error = (WHOLE_ROW, *_contradiction(found.contradicting[place]))
            self.findings.refuse(place, [error], identity, _exact_json(wire).decode())
        self.findings.refuse_untold(places[len(told) :])
        strike(cursor, stage, [*found.equal, *found.contradicting])

    def note(self, code: str, name: str) -> None:
        """Note a tolerance or an oddity of the row being read."""
        self._warn(code, name, [self.index])

    def _warn(self, code: str, name: str, indexes: list[int]) -> None:
        hint = self.child.nearest_name if code == "unknown_field" else None
        self.findings.warn(code, name, indexes, hint)

    def _refuse(self, raw: RawRow, row: Any, failures: dict[str | None, list[ErrorDetail]]) -> None:
        identity = shown_identity(row, self.child.identity_names)
        errors = [
            (name, detail.code or "invalid", str(detail)) for name, details in failures.items() for detail in details
        ]
        self.findings.refuse(self.index, errors, identity, _text(raw))


def _contradiction(rival: int) -> Told:
    return messages.CONTRADICTS.told(row=messages.ROW_OF_ARRAY % {"number": rival + 1, "index": rival})


def _detail(told: Told) -> ErrorDetail:
    return ErrorDetail(told.message, code=told.code)


def _text(raw: RawRow) -> str:
    """Return a row as it was sent, as far as that is text that can be stored."""
    return printable(raw.text if isinstance(raw, LiteralRow) else raw.decode(errors="backslashreplace"))


class RowSerializer(serializers.Serializer[Any]):
    """One row. A key that is left out is left out of the result too; null becomes the column's empty value."""

    class Meta:
        list_serializer_class = BulkListSerializer
        model: Any
        resource: Resource

    @cached_property
    def wire_names(self) -> frozenset[str]:
        return frozenset(self.fields)

    @cached_property
    def required_names(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.required]

    @cached_property
    def identity_names(self) -> list[str]:
        """The contract's names of what identifies a row."""
        by_source = {field.source: name for name, field in self.fields.items()}
        return [by_source[column.removesuffix("_key")] for column in self.Meta.model.IDENTITY]

    @cached_property
    def deriving(self) -> list[Any]:
        """The fields that fill a second column."""
        fields: Any = self.fields
        return [field for field in fields.values() if field.derived_column]

    @property
    def bulk(self) -> BulkListSerializer:
        assert isinstance(self.parent, BulkListSerializer)
        return self.parent

    def run_validation(self, data: Any = None) -> dict[str, Any]:
        if not isinstance(data, dict):
            told = messages.NOT_AN_OBJECT.told(value=shown(data))
            raise ValidationError({WHOLE_ROW: [_detail(told)]})  # type: ignore[dict-item]
        if isinstance(data, RepeatedKeys):
            raise ValidationError({data.repeated: [_detail(messages.NAMED_TWICE.told())]})
        return super().run_validation(data)

    def to_internal_value(self, data: dict[str, Any]) -> dict[str, Any]:
        failures: dict[str, Any] = {}
        row: dict[str, Any] = {}
        try:
            row = super().to_internal_value(data)
        except ValidationError as error:
            failures = dict(error.detail)  # type: ignore[arg-type]
        unknown = {name: data[name] for name in data if name not in self.wire_names}
        if unknown:
            self._take_unknown(unknown, row, failures)
        if failures:
            raise ValidationError(self._as_meant(unknown, failures))
        for field in self.deriving:
            if field.source in row:
                row[field.derived_column] = field.derived(row[field.source])
        return row

    def _as_meant(self, unknown: dict[str, Any], failures: dict[str, Any]) -> dict[Any, Any]:
        """Return the errors of a row. Where required fields are missing, they name what was sent in their place: all
        rows within an object, or a field under another spelling of its name.
        """
        missing = [name for name, details in failures.items() if details[0].code == messages.REQUIRED.code]
        if len(missing) == len(self.required_names) and (wrapped := near_misses.wrapped_array(unknown)):
            key, count = wrapped
            return {WHOLE_ROW: [_detail(messages.WRAPPED_ROWS.told(count=f"{count:,}", key=shown(key)))]}
        for name in missing:
            if sent := near_misses.other_spelling(name, unknown):
                failures[name] = [_detail(messages.SPELT_OTHERWISE.told(sent=shown(sent), name=name))]
        return failures

    def _take_unknown(self, unknown: dict[str, Any], row: dict[str, Any], failures: dict[str, Any]) -> None:
        for name in unknown:
            self.bulk.note("unknown_field", name)
        try:
            row["extra"] = encoded(unknown)
        except JSONRefused as refused:
            name = self._first_refused(unknown)
            failures[name] = [_detail(refused.told)]

    def _first_refused(self, unknown: dict[str, Any]) -> str:
        """Return the unknown field to blame: the first that cannot be kept even alone, else the first."""
        for name, value in unknown.items():
            try:
                encoded({name: value})
            except JSONRefused:
                return name
        return next(iter(unknown))

    def as_sent(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a staged row under the names and in the types of the wire, as its sender could have written it."""
        wire = {
            name: None if row[field.source] is None else field.to_representation(row[field.source])
            for name, field in self.fields.items()
            if field.source in row
        }
        return wire | msgspec.json.decode(row.get("extra", "{}"), type=dict[str, msgspec.Raw])

    def money_of(self, row: Any) -> tuple[str, Decimal] | None:
        """Return currency and invoice amount of a row that is refused, if they can be read."""
        fields: dict[str | None, Any] = {field.source: field for field in self.fields.values()}
        if not isinstance(row, dict) or "invoice_amount" not in fields:
            return None
        currency, amount = fields["currency"], fields["invoice_amount"]
        code = row.get(currency.field_name)
        try:
            return currency.read("" if code is None else code)[0], amount.read(row.get(amount.field_name))[0]
        except ValidationError:
            return None

    def nearest_name(self, name: str) -> str:
        """Return advice on an unknown key: the contract's name that looks most like it, if one does."""
        folded = {known.lower(): known for known in sorted(self.wire_names)}
        near = get_close_matches(name[:100].lower(), folded, n=1, cutoff=0.75)
        return messages.NEAREST_NAME % {"name": folded[near[0]]} if near else ""
