"""The rows of a page as JSON that PostgreSQL writes, with no model instance in between."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from config.exports.expressions import json_row

# A page goes along the index of its ordering and ends with its last row. The planner thinks that a rare value is found
# sooner by reading the whole table and sorting it, for each page anew; where it is mistaken that is a thousand times.
# Both statements are one message, and the setting ends with it; in a transaction, where nothing is listed, with that.
ALONG_AN_INDEX = "SET LOCAL enable_seqscan = off; "


def written_rows(rows: QuerySet[Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[Any]:
    """Return rows as objects that have `json`, and the key columns under their own names."""
    model: Any = rows.model
    text = RawSQL(*_sql_of_row(model, tuple(columns.items())))  # noqa: S611 - of our own columns
    query, parameters = rows.values_list(text, *keys).query.sql_with_params()
    of_row = _row_of(tuple(keys))
    with connection.cursor() as cursor:
        cursor.execute(ALONG_AN_INDEX + query, parameters)
        cursor.nextset()
        return [of_row(*values) for values in cursor.fetchall()]


def as_array(rows: Sequence[Any]) -> msgspec.Raw:
    """Return written rows as one array, which leaves as it is."""
    return msgspec.Raw(f"[{','.join(row.json for row in rows)}]".encode())


@lru_cache(maxsize=100)
def _sql_of_row(model: Any, columns: tuple[tuple[str, Any], ...]) -> tuple[str, tuple[Any, ...]]:
    """Compile what is the same for each page: it takes longer than a page takes PostgreSQL."""
    query = model._base_manager.values_list(Cast(json_row(dict(columns)), TextField())).query
    compiler = query.get_compiler(connection=connection)
    [(_, (sql, parameters), _)], _, _ = compiler.get_select(with_col_aliases=False)
    return sql, parameters


@lru_cache
def _row_of(keys: tuple[str, ...]) -> Any:
    return namedtuple("WrittenRow", ["json", *keys])
