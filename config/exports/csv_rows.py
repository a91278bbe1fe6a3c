"""Comma-separated rows under a heading; PostgreSQL writes and quotes them."""

from collections.abc import Generator
from typing import Any

from django.db.models import CharField, Expression, F, JSONField, QuerySet, TextField
from django.db.models.functions import Cast

from config.exports.copying import copied, in_chunks
from config.exports.defusing import defused_column
from config.exports.expressions import json_value


def csv_file(rows: QuerySet[Any], columns: dict[str, Any]) -> Generator[bytes, None, None]:
    cells = rows.values_list(*(_cell(field) for field in columns.values()))
    header = ",".join(columns).encode() + b"\n"
    for chunk in in_chunks(copied(cells, "FORMAT csv")):
        yield header + chunk
        header = b""


def _cell(field: Any) -> Expression:
    match field:
        case CharField() | TextField():
            return defused_column(F(field.attname))
        case JSONField():
            return Cast(field.attname, TextField())  # what begins JSON begins no formula, a minus but a number
        case _:
            return json_value(field)
