"""Orders of a list, and cursors: positions in them, as texts that only this service reads."""

from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.timezone import is_naive

from config.api.moments import in_utc

Position = TypeVar("Position")


class DamagedCursor(ValueError):
    """The text is no cursor of ours, or that of another list."""


def encoded_cursor(position: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(position)).decode()


def decoded_cursor(cursor: str, kind: type[Position]) -> Position:
    """Raises DamagedCursor."""
    try:
        return msgspec.json.decode(b64decode(cursor, b"-_", validate=True), type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise DamagedCursor from error


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """A position in a list: after the row whose keys are `values`, or before it, in this ordering."""

    ordering: str
    is_before: bool
    values: list[str | None]


@dataclass(frozen=True)
class Ordering:
    """Columns of a model that no two rows share the values of, all read in one direction.

    The first may be empty in some rows. These come last, as in an index of PostgreSQL; backwards they come first.
    """

    name: str
    columns: Sequence[str]

    @property
    def is_descending(self) -> bool:
        return self.name.startswith("-")

    def cursor(self, row: Any, *, is_before: bool) -> str:
        values = [getattr(row, column) for column in self.columns]
        texts = [None if value is None else str(value) for value in values]
        return encoded_cursor(Cursor(self.name, is_before, texts))

    def applied(self, rows: QuerySet[Any], *, descending: bool) -> QuerySet[Any]:
        return rows.order_by(*(f"-{column}" if descending else column for column in self.columns))

    def parts(self, rows: QuerySet[Any], cursor: Cursor | None) -> list[QuerySet[Any]]:
        """Return the rows after a position, or those before it backwards, in parts that an index each holds in order.

        No comparison finds what is empty, so that rows without a value and those with one are two parts.
        Raises DamagedCursor.
        """
        if cursor is None:
            return [self.applied(rows, descending=self.is_descending)]
        descending = self.is_descending != cursor.is_before
        return [self.applied(part, descending=descending) for part in self._after(rows, cursor, descending=descending)]

    def _after(self, rows: QuerySet[Any], cursor: Cursor, *, descending: bool) -> list[QuerySet[Any]]:
        first, *others = values = self._values(rows.model, cursor)
        if first is None:
            without = rows.filter(**{f"{self.columns[0]}__isnull": True})
            rest = without.filter(_compared(self.columns[1:], others, descending=descending))
            return [rest, rows.filter(**{f"{self.columns[0]}__isnull": False})] if descending else [rest]
        rest = rows.filter(_compared(self.columns, values, descending=descending))
        can_be_empty = _column(rows.model, self.columns[0]).null
        has_more = can_be_empty and not descending
        return [rest, rows.filter(**{f"{self.columns[0]}__isnull": True})] if has_more else [rest]

    def _values(self, model: Any, cursor: Cursor) -> list[Value | None]:
        if cursor.ordering != self.name or len(cursor.values) != len(self.columns):
            raise DamagedCursor
        fields = [_column(model, name) for name in self.columns]
        return [_value(field, text) for field, text in zip(fields, cursor.values, strict=True)]


def _column(model: Any, name: str) -> Any:
    column = model._meta.get_field(name)
    return getattr(column, "output_field", column)  # that of a generated column


def _value(field: Any, text: str | None) -> Value | None:
    if text is None and field.null:
        return None
    try:
        value = field.to_python(text)
        field.run_validators(value)
    except (ValidationError, ValueError) as error:
        raise DamagedCursor from error
    if value is None or "\0" in str(text) or (isinstance(value, datetime) and is_naive(value)):
        raise DamagedCursor
    return Value(in_utc(value) if isinstance(value, datetime) else value, output_field=field)


def _compared(columns: Sequence[str], values: Sequence[Any], *, descending: bool) -> Func:
    """Compare as rows of values, which an index over the columns answers at one stroke."""
    left, right = (Func(*side, function="ROW", output_field=BooleanField()) for side in (map(F, columns), values))
    operator = " < " if descending else " > "
    return Func(left, right, template="%(expressions)s", arg_joiner=operator, output_field=BooleanField())
