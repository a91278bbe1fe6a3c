"""What every bulk serializer does: the rules of an array, and of a row's unknown keys."""

from collections import defaultdict
from difflib import get_close_matches
from typing import Any

import msgspec
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from customers.numbers import number_key
from receivables.uploads.decoding import CompiledRows
from receivables.uploads.findings import Findings, shown_identity
from receivables.uploads.json_values import JSONRefused, comparable, encoded
from receivables.uploads.literal_json import BrokenJSON, RepeatedKeys, read_value
from receivables.uploads.merge import NUMBER_KEY
from receivables.uploads.models import Resource
from receivables.uploads.texts import shown

WHOLE_ROW = None  # the name of no field: in errors of the row itself


class BulkListSerializer(serializers.ListSerializer[Any]):
    """An array of rows. `validated_data` holds each taken row once, under model names, with only the keys
    it came with; `findings` in the context gets every error and warning.
    """

    child: "RowSerializer"
    index = 0  # of the row being read, for the fields' warnings

    @property
    def findings(self) -> Findings:
        findings: Findings = self.context["findings"]
        return findings

    def to_internal_value(self, rows: list[Any]) -> list[dict[str, Any]]:
        taken: dict[int, dict[str, Any]] = {}
        compiled = CompiledRows(self.child)
        for self.index, row in enumerate(rows):
            fast = compiled.row(bytes(row)) if isinstance(row, msgspec.Raw) else None
            taken_row = self._taken(row) if fast is None else fast
            if taken_row is not None:
                taken[self.index] = taken_row
        for index in self._repetitions(taken, rows):
            del taken[index]
        if self.findings.invalid:
            raise ValidationError("refused; the findings say why")
        return list(taken.values())

    def _taken(self, row: Any) -> dict[str, Any] | None:
        """Validate a row; one that is refused goes to the findings."""
        try:
            row = _literal(row)
            validated: dict[str, Any] = self.child.run_validation(row)
        except BrokenJSON as broken:
            self.findings.refuse(self.index, broken.field, broken.code, broken.message, {})
        except ValidationError as error:
            self._refuse(self.index, row, error.detail)  # type: ignore[arg-type]
        else:
            return validated
        return None

    def note(self, code: str, name: str) -> None:
        """Note a tolerance or an oddity of the row being read."""
        hint = self.child.nearest_name if code == "unknown_field" else None
        self.findings.warn(code, name, self.index, hint)

    def _refuse(self, index: int, row: Any, failures: dict[str | None, Any]) -> None:
        identity = shown_identity(_literal(row), self.child.identity_names)
        for name, details in failures.items():
            for detail in details:
                self.findings.refuse(index, name, detail.code, str(detail), identity)

    def _repetitions(self, taken: dict[int, dict[str, Any]], rows: list[Any]) -> list[int]:
        """Return the rows that repeat an earlier one; refuse those that contradict another of their identity."""
        groups = defaultdict(list)
        for index, row in taken.items():
            groups[self.child.identity_of(row)].append(index)
        repeated = []
        for indexes in groups.values():
            if len(indexes) > 1:
                self._compare([(index, taken[index]) for index in indexes], rows)
                repeated += indexes[1:]
        return repeated

    def _compare(self, group: list[tuple[int, dict[str, Any]]], rows: list[Any]) -> None:
        first = self.child.said_by(group[0][1])
        other = next((index for index, row in group if self.child.said_by(row) != first), None)
        for position, (index, row) in enumerate(group):
            if other is not None:
                rival = group[0][0] if self.child.said_by(row) != first else other
                self._refuse(index, rows[index], {WHOLE_ROW: [_contradiction(rival)]})
            elif position:
                self.findings.warn("duplicate_row", "", index)


def _literal(row: Any) -> Any:
    """Return a row as it was written, numbers and all; one that is still raw is read now."""
    return read_value(bytes(row).decode()) if isinstance(row, msgspec.Raw) else row


def _contradiction(rival: int) -> ErrorDetail:
    message = f"has the identity of row {rival + 1} (index {rival}) but other values. Send the item once."
    return ErrorDetail(message, code="conflicting_duplicate")


class RowSerializer(serializers.Serializer[Any]):
    """One row. A key that is left out is left out of the result too; null becomes the column's empty value."""

    class Meta:
        list_serializer_class = BulkListSerializer
        model: Any
        resource: Resource

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.wire_names = frozenset(self.fields)
        by_source = {field.source: name for name, field in self.fields.items()}
        self.identity_names = [by_source[column.removesuffix("_key")] for column in self.Meta.model.IDENTITY]
        self.customer_number_name = by_source["customer_number"]

    @property
    def bulk(self) -> BulkListSerializer:
        assert isinstance(self.parent, BulkListSerializer)
        return self.parent

    def identity_of(self, row: dict[str, Any]) -> tuple[str, ...]:
        keyed = row | {NUMBER_KEY: number_key(row["customer_number"])}
        return tuple(keyed.get(column, "") for column in self.Meta.model.IDENTITY)

    def said_by(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what a row says, however it says it: absent parts of its identity are empty, a number may be padded,
        JSON has no order.
        """
        plain = {key: comparable(value) if isinstance(value, msgspec.Raw) else value for key, value in row.items()}
        del plain["customer_number"]  # its key stands for it
        return plain | dict(zip(self.Meta.model.IDENTITY, self.identity_of(row), strict=True))

    def run_validation(self, data: Any = None) -> dict[str, Any]:
        if not isinstance(data, dict):
            message = f"{shown(data)} is not a row. Send an object with the contract's keys."
            raise ValidationError({WHOLE_ROW: [ErrorDetail(message, code="not_an_object")]})  # type: ignore[dict-item]
        if isinstance(data, RepeatedKeys):
            message = "is named twice in this row; only one value could be kept. Send it once."
            raise ValidationError({data.repeated: [ErrorDetail(message, code="repeated_key")]})
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
            raise ValidationError(failures)
        return row

    def _take_unknown(self, unknown: dict[str, Any], row: dict[str, Any], failures: dict[str, Any]) -> None:
        for name in unknown:
            self.bulk.note("unknown_field", name)
        try:
            row["extra"] = encoded(unknown)
        except JSONRefused as refused:
            name = self._first_refused(unknown)
            failures[name] = [ErrorDetail(refused.message, code=refused.code)]

    def _first_refused(self, unknown: dict[str, Any]) -> str:
        """Return the unknown field to blame: the first that cannot be kept even alone, else the first."""
        for name, value in unknown.items():
            try:
                encoded({name: value})
            except JSONRefused:
                return name
        return next(iter(unknown))

    def nearest_name(self, name: str) -> str:
        """Return advice on an unknown key: the contract's name that looks most like it, if one does."""
        folded = {known.lower(): known for known in sorted(self.wire_names)}
        near = get_close_matches(name[:100].lower(), folded, n=1, cutoff=0.75)
        return f"Did you mean {folded[near[0]]}?" if near else ""

    def warn_of_padding(self, number: str) -> None:
        if number_key(number) != number:
            self.bulk.note("padded_number", self.customer_number_name)
