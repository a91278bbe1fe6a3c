"""An array of rows, read as it arrives: the rules of the array, and what goes to the findings of its upload."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

import msgspec
from rest_framework import serializers

from customers.imported.numbers import number_key
from receivables.uploads import warnings
from receivables.uploads.findings import Findings, shown_identity
from receivables.uploads.messages import RenderedMessage, RowIndex, printable
from receivables.uploads.reading.literal_json import BrokenJSON, LiteralRow, read_value
from receivables.uploads.reading.refusals import ValueRefused
from receivables.uploads.reading.splitting import RawRow
from receivables.uploads.rows import messages
from receivables.uploads.rows.decoding import CompiledRows, compiled_rows
from receivables.uploads.rows.json_values import OWN_FIELD, SENT_BACK
from receivables.uploads.rows.row_checks import RowChecks
from receivables.uploads.storing.staging import NUMBER_KEY, Record, Stage, find_duplicates, remove_rows, staged_rows

BATCH_ROWS = 200  # few enough to stay in the processor's cache while they are worked on
MAX_HINTS = 50  # of one upload: each costs as much as many rows
LONGEST_HINTED = 35  # characters; no longer name looks like one of the contract's
WHOLE_ROW = None  # the name of no field: in errors of the row itself
Failure = tuple[str | None, ValueRefused | RenderedMessage]  # the field's name, and what is wrong
_exact_json = msgspec.json.Encoder(decimal_format="number").encode


class ReadingStopped(Exception):
    """More rows of a strict upload are bad than are stored, so that the rest need not be read."""

    def __init__(self, read_count: int):
        super().__init__(read_count)
        self.read_count = read_count


@cache  # making the fields of a serializer costs as much as the statements of a small upload
def names_by_column(serializer_class: type[serializers.Serializer[Any]]) -> dict[str, str]:
    return {str(field.source): name for name, field in serializer_class().fields.items()}


class BulkListSerializer(serializers.ListSerializer[Any]):
    """`findings` in the context gets every error and warning."""

    child: Any  # a RowSerializer, which is made for this list
    index = 0  # of the row being read, for the fields' warnings
    hint_count = 0  # names that were searched for a near one

    @cached_property
    def findings(self) -> Findings:
        findings: Findings = self.context["findings"]
        return findings

    @cached_property  # read with every value
    def of_table(self) -> bool:
        """Whether the rows were cells of a table."""
        return bool(self.context.get("of_table"))

    @cached_property
    def own_fields(self) -> dict[str, set[int]]:
        """The names of fields that the service alone writes, with the rows that had them. They are one warning."""
        return defaultdict(set)

    @cached_property
    def sent_back(self) -> set[int]:
        """The rows that were taken from a list of ours, where their items are closed."""
        return set()

    @cached_property
    def identities(self) -> dict[int, dict[str, str] | None]:
        """What could be read of the identities of refused rows, by index; filled where the context asks for it."""
        return {}

    @cached_property
    def checks(self) -> RowChecks | None:
        checks_class = self.child.checks_class
        return checks_class(self.child.Meta.model, names_by_column(self.child.__class__)) if checks_class else None

    def records(self, batches: Iterable[list[RawRow]]) -> Iterator[list[Record]]:
        """Yield the records of valid rows; invalid rows go to the findings. Raises ReadingStopped."""
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
            row = self.validated(rows[self.index - start])
            if row is not None:
                read.records.append(compiled.layout.record(self.index, row))
            elif self.findings.may_stop:
                raise ReadingStopped(self.index + 1)
        if read.left:  # rows are inserted in the order that the stage has them
            read.records.sort(key=itemgetter(0))
        if self.checks:
            self.checks.check(read.records)
        return read.records

    def validated(self, raw: RawRow) -> dict[str, Any] | None:
        """Return a row under model names; one that the serializer refuses goes to the findings."""
        value: Any = None
        failures: list[Failure] = []
        try:
            value = raw.value if isinstance(raw, LiteralRow) else read_value(raw.decode())
        except BrokenJSON as broken:
            failures = [(broken.field, broken.rendered)]
        except UnicodeDecodeError:
            failures = [(WHOLE_ROW, ValueRefused(messages.ROW_NOT_UTF8))]
        else:
            row, failures = self.child.read(value)
            if not failures:
                return row
        self._refuse(raw, value, failures)
        return None

    def resolve_duplicates(self, cursor: Any, stage: Stage) -> None:
        """Remove staged rows that repeat an earlier one; refuse those that contradict each other."""
        if stage.may_have_duplicates:
            equal, contradicting = find_duplicates(cursor, stage)
            if equal:
                self.findings.warn("duplicate_row", "", equal)
            self._refuse_contradicting(cursor, stage, contradicting)
            removed = [*equal, *contradicting]
            remove_rows(cursor, stage, removed)
            if self.checks:
                self.checks.forget(removed)

    def warn(self) -> None:
        """Add to the findings what was noted of rows one by one."""
        if self.own_fields:
            names = sorted(self.own_fields)
            self.findings.warn(OWN_FIELD, "", list(set().union(*self.own_fields.values())))
            hint = warnings.LEFT_OUT.rendered(names=", ".join(names))
            self.findings.explain(OWN_FIELD, "", hint, fields=names)
        if self.checks:
            self.checks.warn(self.findings)

    def _refuse_contradicting(self, cursor: Any, stage: Stage, rivals: dict[int, int]) -> None:
        indexes = sorted(rivals)
        described = indexes[: self.findings.room]
        for index, row in staged_rows(cursor, stage, described):
            wire = self.child.as_sent(row)
            identity = {name: wire[name] for name in self.child.identity_names if wire.get(name)}
            contradiction = ValueRefused(messages.CONTRADICTS, row=RowIndex(rivals[index]))
            errors = [(WHOLE_ROW, contradiction.rendered(of_table=self.of_table))]
            self.findings.refuse(index, errors, identity, _exact_json(wire).decode())
        self.findings.count_refused(indexes[len(described) :])
        if room := self._room_for_identities:
            for index, row in staged_rows(cursor, stage, indexes[:room]):
                parts = row | {NUMBER_KEY: number_key(row["customer_number"])}
                self.identities[index] = {column: parts.get(column, "") for column in stage.layout.model.IDENTITY}

    @property
    def _room_for_identities(self) -> int:
        return max(0, self.context.get("most_identities", 0) - len(self.identities))

    def note(self, code: str, name: str) -> None:
        """Note a tolerance, or what deserves a warning, of the row being read."""
        self._warn(code, name, [self.index])

    def _warn(self, code: str, name: str, indexes: list[int]) -> None:
        if code == SENT_BACK:
            self.sent_back.update(indexes)
        elif code == OWN_FIELD:
            self.own_fields[name].update(indexes)
        elif self.findings.warn(code, name, indexes) and code == "unknown_field":
            self.hint_count += 1
            if self.hint_count <= MAX_HINTS and len(name) <= LONGEST_HINTED:
                self.findings.explain(code, name, self.child.nearest_name(name))

    def _refuse(self, raw: RawRow, row: Any, failures: list[Failure]) -> None:
        findings = self.findings
        if findings.sums_money:
            findings.refuse_money(self.child.money_of(row))
        if self._room_for_identities:
            self.identities[self.index] = self.child.readable_identity(row)
        if not findings.room:
            findings.count_refused([self.index], len(failures))
            return
        errors = [
            (name, refused if isinstance(refused, RenderedMessage) else refused.rendered(of_table=self.of_table))
            for name, refused in self.child.as_meant(row, failures)
        ]
        text = ""
        if not findings.is_strict:
            text = printable(raw.text if isinstance(raw, LiteralRow) else raw.decode(errors="backslashreplace"))
        findings.refuse(self.index, errors, shown_identity(row, self.child.identity_names), text)
