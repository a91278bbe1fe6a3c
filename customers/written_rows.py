"""Rows as JSON that PostgreSQL writes: what a serializer's fields name, and no model instance in between."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import DateField, DateTimeField, DecimalField, Expression, F, Func, QuerySet, TextField, Value
from django.db.models.functions import Cast

MOMENT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
# A page goes along the index of its ordering and ends with its last row. The planner thinks that a rare value is found
# sooner by reading the whole table and sorting it, for each page anew; where it is mistaken that is a thousand times.
# Both statements are one message, and the setting ends with it.
ALONG_AN_INDEX = "SET LOCAL enable_seqscan = off; "


def columns_of(model: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the model's columns under the names of a serializer's fields."""
    return {wire: model._meta.get_field(field.source) for wire, field in fields.items()}


def written_value(column: Any) -> Expression:
    """A column as JSON has it: amounts without the zeros of their scale, days and moments in ISO 8601."""
    value = F(column.attname)
    match getattr(column, "output_field", column):  # that of a generated column
        case DecimalField():
            return Func(value, function="trim_scale", output_field=column)
        case DateTimeField():
            universal = Func(Value("UTC"), value, function="timezone", output_field=DateTimeField())
            return Func(universal, Value(MOMENT), function="to_char", output_field=TextField())
        case DateField():
            return Func(value, Value("YYYY-MM-DD"), function="to_char", output_field=TextField())
        case _:
            return value  # type: ignore[return-value]


def written_row(columns: Mapping[str, Any]) -> Expression:
    pairs = [part for name, column in columns.items() for part in (Value(name), written_value(column))]
    return Func(*pairs, function="json_build_object", output_field=TextField())


def written_rows(rows: QuerySet[Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[Any]:
    """Return rows as objects that have `json`, and the key columns under their own names."""
    query, parameters = rows.values_list(Cast(written_row(columns), TextField()), *keys).query.sql_with_params()
    of_row = _row_of(tuple(keys))
    with connection.cursor() as cursor:
        cursor.execute(ALONG_AN_INDEX + query, parameters)
        cursor.nextset()
        return [of_row(msgspec.Raw(text.encode()), *values) for text, *values in cursor.fetchall()]


@lru_cache
def _row_of(keys: tuple[str, ...]) -> Any:
    return namedtuple("WrittenRow", ["json", *keys])
