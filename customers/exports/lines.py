"""Newline-delimited JSON; PostgreSQL writes it."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Func, QuerySet, TextField, Value

from customers.exports.copying import RAW, copied, in_chunks
from customers.exports.expressions import json_value


def lines_file(rows: QuerySet[Any], columns: dict[str, Any]) -> Iterator[bytes]:
    pairs = [part for name, field in columns.items() for part in (Value(name), json_value(field))]
    row = Func(*pairs, function="json_build_object", output_field=TextField())
    yield from in_chunks(copied(rows.values_list(row), RAW))
