"""One row: its fields, its unknown keys, and what is wrong with it."""

from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import msgspec
from rest_framework import serializers

from config.exports.cells import is_remark
from customers.imported.numbers import number_key
from receivables.uploads import warnings
from receivables.uploads.messages import GroupedNumber, RenderedMessage
from receivables.uploads.reading.literal_json import NumberLiteral, RepeatedKeys
from receivables.uploads.reading.refusals import ValueRefused, other_spelling, wrapped_array
from receivables.uploads.resources import Resource
from receivables.uploads.rows import json_values, messages
from receivables.uploads.rows.bulk import WHOLE_ROW, BulkListSerializer, Failure, names_by_column
from receivables.uploads.rows.row_checks import RowChecks


def _refuse_faulty_cell(value: dict[str, Any]) -> None:
    for key, message in messages.CELL_FAULTS.items():
        if key in value:
            raise ValueRefused(message, value=value[key])


class RowSerializer(serializers.Serializer[Any]):
    """One row. A key that is left out is left out of the result too; null becomes the column's empty value."""

    class Meta:
        list_serializer_class = BulkListSerializer
        model: Any
        resource: Resource

    checks_class: type[RowChecks] | None = None  # checks across the fields of a row

    @cached_property
    def wire_names(self) -> frozenset[str]:
        return frozenset(self.fields)

    @cached_property
    def own_names(self) -> frozenset[str]:
        """Names of lists that the service alone writes."""
        return json_values.NAMES_OF_LISTS[self.Meta.model] - self.wire_names - {json_values.EXTRA}

    @cached_property
    def identity_names(self) -> list[str]:
        """The contract's names of what identifies a row."""
        names = names_by_column(type(self))
        return [names[column.removesuffix("_key")] for column in self.Meta.model.IDENTITY]

    @cached_property
    def bulk(self) -> BulkListSerializer:
        assert isinstance(self.parent, BulkListSerializer)
        return self.parent

    @cached_property
    def fields_by_name(self) -> list[tuple[str, Any]]:
        return list(self.fields.items())

    def read(self, data: Any) -> tuple[dict[str, Any], list[Failure]]:
        """Return a row under model names, and what is wrong with it.

        It does what DRF's own validation would, in a twentieth of the time: bad rows must not cost many times as much
        as good ones.
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
            self._read_unknown(data, row, failures)
        return row, failures

    def _no_object(self, data: Any) -> ValueRefused:
        """Return what is wrong with a row that is no object: of a table the cells of an uneven row, and the header's
        number of them.
        """
        if self.bulk.of_table and isinstance(data, list) and data and isinstance(data[-1], NumberLiteral):
            return ValueRefused(messages.UNEVEN_ROW, count=len(data) - 1, header_count=data[-1])
        return ValueRefused(messages.NOT_AN_OBJECT, value=data)

    def as_meant(self, row: Any, failures: list[Failure]) -> list[Failure]:
        """Return what is wrong with a row. If required fields are missing, it names what was sent instead of them: all
        rows within an object, or a field under another spelling of its name.
        """
        missing = {name for name, refused in failures if refused.code == messages.REQUIRED.code}
        if not (missing and row) or len(row) > json_values.MAX_UNKNOWN_KEYS:
            return failures
        unknown = self._unknown(row)
        lacks_all = all(name in missing for name, field in self.fields_by_name if field.required)
        if lacks_all and (wrapped := wrapped_array(unknown)):
            key, count = wrapped
            return [(WHOLE_ROW, ValueRefused(messages.WRAPPED_ROWS, count=GroupedNumber(count), key=key))]
        for at, (name, _) in enumerate(failures):
            if name in missing and (sent := other_spelling(str(name), unknown)):
                failures[at] = name, ValueRefused(messages.SPELT_OTHERWISE, sent=sent, name=name)
        return failures

    def _unknown(self, row: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in row.items() if name not in self.wire_names}

    def _read_field(self, name: str, field: Any, value: Any, row: dict[str, Any]) -> None:
        if value is not None:
            if type(value) is dict and self.bulk.of_table:
                _refuse_faulty_cell(value)
            if self.bulk.of_table and is_remark(value) and isinstance(field, json_values.JSONValueField):
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

    def _read_unknown(self, data: dict[str, Any], row: dict[str, Any], failures: list[Failure]) -> None:
        found = json_values.classified(self._unknown(data), self.own_names, of_table=self.bulk.of_table)
        if len(found.extra) > json_values.MAX_UNKNOWN_KEYS:
            counts = {"count": GroupedNumber(len(found.extra)), "most": GroupedNumber(json_values.MAX_UNKNOWN_KEYS)}
            failures.append((WHOLE_ROW, ValueRefused(messages.TOO_MANY_KEYS, **counts)))
            return
        for code, name in found.notes:
            self.bulk.note(code, name)
        if found.refused:
            failures.append(found.refused)
        elif found.extra:
            self._store_unknown(found.extra, row, failures)

    def _store_unknown(self, unknown: dict[str, Any], row: dict[str, Any], failures: list[Failure]) -> None:
        try:
            row[json_values.EXTRA] = json_values.encoded(unknown)
        except ValueRefused as refused:
            failures.append((self._first_refused(unknown), refused.with_traceback(None)))

    def _first_refused(self, unknown: dict[str, Any]) -> str:
        """Return the unknown field to blame: the first that could not be stored even alone, else the first."""
        for name, value in unknown.items():
            try:
                json_values.encoded({name: value})
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

    def readable_identity(self, row: Any) -> dict[str, str] | None:
        """Return the parts of a refused row's identity that can be read, by column; None if neither an invoice number
        nor a document number is among them. A part that is absent is an empty one; of a row that names a key twice
        nothing is certain.
        """
        if not isinstance(row, dict) or isinstance(row, RepeatedKeys):
            return None
        parts: dict[str, str] = {}
        for column in self.Meta.model.IDENTITY:
            source = column.removesuffix("_key")
            name, field = next((name, field) for name, field in self.fields_by_name if field.source == source)
            try:
                value = row.get(name)
                if value is None and field.required:
                    continue
                text = "" if value is None else field.read(value)[0]
                parts[column] = number_key(text) if column != source else text
            except ValueRefused:
                continue
        return parts if parts.get("invoice_number") or parts.get("accounting_doc_number") else None

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
        """Return advice on an unknown key: the name of the contract that is most like it, if there is one."""
        folded = {known.lower(): known for known in sorted(self.wire_names)}
        near = get_close_matches(name.lower(), folded, n=1, cutoff=0.75)
        return warnings.NEAREST_NAME.rendered(name=folded[near[0]]) if near else None
