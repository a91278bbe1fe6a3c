"""Newline-delimited JSON; PostgreSQL writes it."""

from collections.abc import Generator
from typing import Any

from django.db.models import QuerySet

from config.exports.copying import RAW, copied, in_chunks
from config.exports.expressions import json_row


def lines_file(rows: QuerySet[Any], columns: dict[str, Any]) -> Generator[bytes, None, None]:
    yield from in_chunks(copied(rows.values_list(json_row(columns)), RAW))
