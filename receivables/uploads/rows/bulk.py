"""What every bulk serializer does: the rules of an array, and of a row's unknown keys."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from operator import itemgetter
from typing import Any

import msgspec
from rest_framework import serializers

from config.exports.cells import is_remark
from receivables.uploads import warnings
from receivables.uploads.findings import Findings, shown_identity
from receivables.uploads.messages import GroupedNumber, RenderedMessage, RowIndex, printable
from receivables.uploads.reading import near_misses
from receivables.uploads.reading.literal_json import BrokenJSON, LiteralRow, NumberLiteral, RepeatedKeys, read_value
from receivables.uploads.reading.splitting import RawRow
from receivables.uploads.reading.texts import ValueRefused
from receivables.uploads.resources import Resource
from receivables.uploads.rows import messages
from receivables.uploads.rows.decoding import CompiledRows, compiled_rows
from receivables.uploads.rows.fields import JSONValueField
from receivables.uploads.rows.json_values import MAX_UNKNOWN_KEYS, encoded
from receivables.uploads.rows.own_names import EXTRA, names_of_list
from receivables.uploads.rows.row_checks import RowChecks
from receivables.uploads.rows.unknown_keys import OWN_FIELD, OwnFields, classified
from receivables.uploads.storing.duplicates import find_duplicates, remove_rows, staged_rows
from receivables.uploads.storing.staging import Record, Stage

BATCH_ROWS = 200  # few enough to stay in the processor's cache while they are worked on
_exact_json = msgspec.json.Encoder(decimal_format="number").encode
WHOLE_ROW = None  # the name of no field: in errors of the row itself
MAX_HINTS = 50  # of one upload: each takes as long as many rows
LONGEST_HINTED = 35  # characters; no longer name looks like one of the contract's
Failure = tuple[str | None, ValueRefused | BrokenJSON]  # the field's name, and what is wrong


class ReadingStopped(Exception):
    """More rows of a strict upload are bad than are kept, so that the rest need not be read."""

    def __init__(self, read_count: int):
        super().__init__(read_count)
        self.read_count = read_count


class BulkListSerializer(serializers.ListSerializer[Any]):
    """An array of rows, read as it arrives. `findings` in the context gets every error and warning."""

    child: "RowSerializer"
    index = 0  # of the row being read, for the fields' warnings
    hint_count = 0  # names that were searched for a near one

    @cached_property
    def findings(self) -> Findings:
        findings: Findings = self.context["findings"]
        return findings

    @cached_property  # asked for with every value
    def of_table(self) -> bool:
        """Whether the rows were cells of a table."""
        return bool(self.context.get("of_table"))

    @cached_property
    def own_fields(self) -> OwnFields:
        return OwnFields()

    @cached_property
    def checks(self) -> RowChecks | None:
        return self.child.checks()

    def records(self, batches: Iterable[list[RawRow]]) -> Iterator[list[Record]]:
        """Yield the records of the rows that are taken; those that are refused go to the findings.

        Raises ReadingStopped.
        """
        compiled = compiled_rows(type(self.child), self.context["account"], of_table=self.of_table)
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
            elif self.findings.may_stop:
                raise ReadingStopped(self.index + 1)
        if read.left:  # rows are inserted in the order that the stage has them
            read.records.sort(key=itemgetter(0))
        if self.checks:
            self.checks.check(read.records)
        return read.records

    def taken(self, raw: RawRow) -> dict[str, Any] | None:
        """Return what the serializer makes of a row, under model names; a row that it refuses goes to the findings."""
        value: Any = None
        failures: list[Failure] = []
        try:
            value = raw.value if isinstance(raw, LiteralRow) else read_value(raw.decode())
        except BrokenJSON as broken:
            failures = [(broken.field, broken)]
        except UnicodeDecodeError:
            failures = [(WHOLE_ROW, ValueRefused(messages.ROW_NOT_UTF8))]
        else:
            row, failures = self.child.read(value)
            if not failures:
                return row
        self._refuse(raw, value, failures)
        return None

    def resolve_duplicates(self, cursor: Any, stage: Stage) -> None:
        """Take staged rows that repeat an earlier one off the stage; refuse those that contradict each other."""
        found = find_duplicates(cursor, stage)
        if found.equal:
            self.findings.warn("duplicate_row", "", found.equal)
        places = sorted(found.contradicting)
        rendered = places[: self.findings.room]
        for place, row in staged_rows(cursor, stage, rendered):
            wire = self.child.as_sent(row)
            identity = {name: wire[name] for name in self.child.identity_names if wire.get(name)}
            error = (WHOLE_ROW, _contradiction(found.contradicting[place], of_table=self.of_table))
            self.findings.refuse(place, [error], identity, _exact_json(wire).decode())
        self.findings.count_refused(places[len(rendered) :])
        struck = [*found.equal, *found.contradicting]
        remove_rows(cursor, stage, struck)
        self.own_fields.warn(self.findings)
        if self.checks:
            self.checks.forget(struck)
            self.checks.warn(self.findings)

    def note(self, code: str, name: str) -> None:
        """Note a tolerance or an oddity of the row being read."""
        self._warn(code, name, [self.index])

    def _warn(self, code: str, name: str, indexes: list[int]) -> None:
        if code == OWN_FIELD:
            self.own_fields.note(name, indexes)
            return
        if self.findings.warn(code, name, indexes) and code == "unknown_field":
            self.hint_count += 1
            if self.hint_count <= MAX_HINTS and len(name) <= LONGEST_HINTED:
                self.findings.explain(code, name, self.child.nearest_name(name))

    def _refuse(self, raw: RawRow, row: Any, failures: list[Failure]) -> None:
        findings = self.findings
        if findings.sums_money:
            findings.refuse_money(self.child.money_of(row))
        if not findings.room:
            findings.count_refused([self.index], len(failures))
            return
        meant = self.child.as_meant(row, failures)
        errors = [(name, refused.rendered_for_cells if self.of_table else refused.rendered) for name, refused in meant]
        text = _text(raw) if findings.stores_texts else ""
        findings.refuse(self.index, errors, shown_identity(row, self.child.identity_names), text)


def _contradiction(rival: int, *, of_table: bool) -> RenderedMessage:
    rendered = messages.CONTRADICTS.rendered_for_cells if of_table else messages.CONTRADICTS.rendered
    return rendered(row=RowIndex(rival))


def _refuse_faulty_cell(value: dict[str, Any]) -> None:
    for key, message in messages.CELL_FAULTS.items():
        if key in value:
            raise ValueRefused(message, value=value[key])


def _spelt_otherwise(name: str, sent: str) -> ValueRefused:
    return ValueRefused(messages.SPELT_OTHERWISE, sent=sent, name=name)


def _text(raw: RawRow) -> str:
    """Return a row as it was sent, as far as that is text that can be stored."""
    return printable(raw.text if isinstance(raw, LiteralRow) else raw.decode(errors="backslashreplace"))


class RowSerializer(serializers.Serializer[Any]):
    """One row. A key that is left out is left out of the result too; null becomes the column's empty value."""

    class Meta:
        list_serializer_class = BulkListSerializer
        model: Any
        resource: Resource

    def checks(self) -> RowChecks | None:
        """Return what looks across the fields of the rows of one upload, if anything does."""
        return None

    @cached_property
    def wire_names(self) -> frozenset[str]:
        return frozenset(self.fields)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Names of lists that the service alone writes."""
        return names_of_list(self.Meta.model) - self.wire_names - {EXTRA}

    @cached_property
    def required_names(self) -> list[str]:
        return [name for name, field in self.fields.items() if field.required]

    @cached_property
    def identity_names(self) -> list[str]:
        """The contract's names of what identifies a row."""
        by_source = {field.source: name for name, field in self.fields.items()}
        return [by_source[column.removesuffix("_key")] for column in self.Meta.model.IDENTITY]

    @cached_property
    def bulk(self) -> BulkListSerializer:
        assert isinstance(self.parent, BulkListSerializer)
        return self.parent

    @cached_property
    def fields_by_name(self) -> list[tuple[str, Any]]:
        return list(self.fields.items())

    def read(self, data: Any) -> tuple[dict[str, Any], list[Failure]]:
        """Return a row under model names, and what is wrong with it.

        It does as DRF's own validation would, in a twentieth of the time: a body of bad rows must not cost many times
        what good ones do.
        """
        if not isinstance(data, dict):
            return {}, [(WHOLE_ROW, self._no_object(data))]
        if isinstance(data, RepeatedKeys):
            return {}, [(data.repeated, ValueRefused(messages.NAMED_TWICE))]
        row: dict[str, Any] = {}
        failures: list[Failure] = []
        known_count = 0
        for name, field in self.fields_by_name:
            if name in data:
                known_count += 1
                try:
                    self._read_field(name, field, data[name], row)
                except ValueRefused as refused:
                    failures.append((name, refused.with_traceback(None)))
            elif field.required:
                failures.append((name, ValueRefused(messages.REQUIRED)))
        if known_count < len(data):
            self._take_unknown(data, row, failures)
        return row, failures

    def _no_object(self, data: Any) -> ValueRefused:
        """Return what is wrong with a row that is no object: of a table the cells of an uneven row, and the header's
        number of them.
        """
        if self.bulk.of_table and isinstance(data, list) and data and isinstance(data[-1], NumberLiteral):
            return ValueRefused(messages.UNEVEN_ROW, count=len(data) - 1, header_count=data[-1])
        return ValueRefused(messages.NOT_AN_OBJECT, value=data)

    def as_meant(self, row: Any, failures: list[Failure]) -> list[Failure]:
        """Return what is wrong with a row. Where required fields are missing, it names what was sent in their place:
        all rows within an object, or a field under another spelling of its name.
        """
        missing = {name for name, refused in failures if refused.code == messages.REQUIRED.code}
        if not (missing and row) or len(row) > MAX_UNKNOWN_KEYS:
            return failures
        unknown = self._unknown(row)
        if len(missing) == len(self.required_names) and (wrapped := near_misses.wrapped_array(unknown)):
            key, count = wrapped
            return [(WHOLE_ROW, ValueRefused(messages.WRAPPED_ROWS, count=GroupedNumber(count), key=key))]
        spelt = {name: near_misses.other_spelling(str(name), unknown) for name in missing}
        return [
            (name, _spelt_otherwise(str(name), sent) if (sent := spelt.get(name)) else refused)
            for name, refused in failures
        ]

    def _unknown(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self.wire_names}

    def _read_field(self, name: str, field: Any, value: Any, row: dict[str, Any]) -> None:
        if value is not None:
            if type(value) is dict and self.bulk.of_table:
                _refuse_faulty_cell(value)
            if self.bulk.of_table and is_remark(value) and isinstance(field, JSONValueField):
                self.bulk.note("beyond_a_cell", name)
                return
            row[field.source], tolerance = field.read(value)
            if tolerance:
                self.bulk.note(tolerance, name)
        elif field.required:
            raise ValueRefused(messages.NULL)
        else:
            row[field.source] = field.cleared
        if field.derived_column:
            row[field.derived_column] = field.derived(row[field.source])

    def _take_unknown(self, data: dict[str, Any], row: dict[str, Any], failures: list[Failure]) -> None:
        found = classified(self._unknown(data), self.own_names, of_table=self.bulk.of_table)
        if len(found.extra) > MAX_UNKNOWN_KEYS:
            counts = {"count": GroupedNumber(len(found.extra)), "most": GroupedNumber(MAX_UNKNOWN_KEYS)}
            failures.append((WHOLE_ROW, ValueRefused(messages.TOO_MANY_KEYS, **counts)))
            return
        for code, name in found.notes:
            self.bulk.note(code, name)
        if found.refused:
            failures.append(found.refused)
        elif found.extra:
            self._keep(found.extra, row, failures)

    def _keep(self, unknown: dict[str, Any], row: dict[str, Any], failures: list[Failure]) -> None:
        try:
            row[EXTRA] = encoded(unknown)
        except ValueRefused as refused:
            failures.append((self._first_refused(unknown), refused.with_traceback(None)))

    def _first_refused(self, unknown: dict[str, Any]) -> str:
        """Return the unknown field to blame: the first that cannot be kept even alone, else the first."""
        for name, value in unknown.items():
            try:
                encoded({name: value})
            except ValueRefused:
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
        except ValueRefused:
            return None

    def nearest_name(self, name: str) -> RenderedMessage | None:
        """Return advice on an unknown key: the contract's name that looks most like it, if one does."""
        folded = {known.lower(): known for known in sorted(self.wire_names)}
        near = get_close_matches(name.lower(), folded, n=1, cutoff=0.75)
        return warnings.NEAREST_NAME.rendered(name=folded[near[0]]) if near else None
