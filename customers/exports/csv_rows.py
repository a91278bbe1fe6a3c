"""Comma-separated rows under a heading; PostgreSQL writes and quotes them."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import Case, CharField, Expression, F, JSONField, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from customers.exports.copying import copied, in_chunks
from customers.exports.expressions import json_value, matches

# A cell that a spreadsheet would take for a formula gets an apostrophe before it, unless it is a mere number (OWASP,
# CSV injection). Python reads both as PostgreSQL does.
FORMULA, NUMBER = r"\A[=+@\t\r-]", r"\A[+-]?[0-9]+([.,][0-9]+)*\Z"
_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def csv_file(rows: QuerySet[Any], columns: dict[str, Any]) -> Iterator[bytes]:
    cells = rows.values_list(*(_cell(field) for field in columns.values()))
    header = ",".join(columns).encode() + b"\n"
    for chunk in in_chunks(copied(cells, "FORMAT csv")):
        yield header + chunk
        header = b""


def _cell(field: Any) -> Expression:
    match field:
        case CharField() | TextField():
            return _defused(F(field.attname))
        case JSONField():
            return _defused(Cast(field.attname, TextField()))
        case _:
            return json_value(field)


def defused(text: str) -> str:
    """Return a text as a cell of a file that is not written by PostgreSQL."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _defused(text: Any) -> Case:
    is_formula = Q(matches(text, FORMULA)) & ~Q(matches(text, NUMBER))
    return Case(When(is_formula, then=Concat(Value("'"), text)), default=text, output_field=TextField())
