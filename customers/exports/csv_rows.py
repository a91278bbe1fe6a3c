"""Comma-separated rows under a heading; PostgreSQL writes and quotes them."""

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    JSONField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, Ord
from django.db.models.lookups import In

from customers.exports.copying import copied, in_chunks
from customers.exports.expressions import json_value, matches

# A cell that a spreadsheet would take for a formula gets an apostrophe before it, unless it is a mere number (OWASP,
# CSV injection).
BEGINNINGS = "=+-@\t\r"
NUMBER = r"\A[+-]?[0-9]+([.,][0-9]+)*\Z"  # read alike by PostgreSQL and Python
_NUMBER = re.compile(NUMBER)


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
            return Cast(field.attname, TextField())  # what begins JSON begins no formula, a minus but a number
        case _:
            return json_value(field)


def defused(text: str) -> str:
    """Return a text as a cell of a file that is not written by PostgreSQL."""
    return f"'{text}" if text.startswith(tuple(BEGINNINGS)) and not _NUMBER.match(text) else text


def _defused(text: Any) -> Case:
    begins_one = In(Ord(text), [ord(beginning) for beginning in BEGINNINGS])  # looked at first: a pattern costs more
    is_formula = Q(begins_one) & ~Q(matches(text, NUMBER))
    return Case(When(is_formula, then=Concat(Value("'"), text)), default=text, output_field=TextField())
