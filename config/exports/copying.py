"""Rows as PostgreSQL writes them, as fast as it can send: nothing is held in memory."""

import sys
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet

CHUNK = 64 * 1024
# Without characters that the texts of one column may hold, CSV is the text itself.
RAW = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"
# A LIMIT, though it cuts nothing, has PostgreSQL write rows as it comes to them in the order of an index, or behind a
# sort of what is stored. Without one it may write all of them, sort on disk what it wrote, and only then send any.
ALL = sys.maxsize


def copied(rows: QuerySet[Any], form: str) -> Generator[bytes, None, None]:
    """Yield row by row what COPY writes; a reader that goes away ends it."""
    with transaction.atomic(), connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute("SET LOCAL datestyle = ISO")  # as it is, unless whoever runs the database likes another
        try:
            query = cursor.mogrify(*rows[:ALL].query.sql_with_params())  # COPY takes no parameters
        except EmptyResultSet:  # no row can match, so Django makes no SQL
            return
        with cursor.copy(f"COPY ({query}) TO STDOUT ({form})") as copy:
            for row in copy:
                yield bytes(row)


def in_chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces together, the last time perhaps nothing."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)
