"""Whether a table that is written anew has room beside itself."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError
from psycopg.errors import DiskFull

# A copy of the table and of the indexes that stay, and what its log of changes may grow to.
_NEEDED = """
SELECT whole + least(whole, 2 * pg_size_bytes(current_setting('max_wal_size'))) FROM (
    SELECT pg_total_relation_size(%s::regclass) - coalesce(sum(pg_relation_size(to_regclass(name))), 0)
    FROM unnest(%s::text[]) AS name
) AS sized (whole)
"""
_DATA_FOLDER = "SELECT setting FROM pg_settings WHERE name = 'data_directory'"  # none for who may not know it


@contextmanager
def room_for_copy(cursor: Any, table: str, without: Iterable[str] = ()) -> Iterator[None]:
    """Refuse with a sentence to write a table anew where its disk is too full, before or after it was tried.

    `without` names indexes that will be gone by then. How much is free can be seen of a server on this machine that is
    reached by its socket; any other says so itself. Raises CommandError.
    """
    cursor.execute(_NEEDED, [table, list(without)])
    needed = cursor.fetchone()[0]
    free = _free_bytes(cursor)
    if free is not None and free < needed:
        raise _too_full(table, needed, f"{_shown(free)} are free")
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, DiskFull):
            raise
        raise _too_full(table, needed, "it became full") from error


def _free_bytes(cursor: Any) -> int | None:
    cursor.execute(_DATA_FOLDER)
    found = cursor.fetchone()
    is_by_socket = str(cursor.connection.info.host).startswith("/")
    if not (found and is_by_socket and Path(found[0]).parent.exists()):
        return None
    return shutil.disk_usage(Path(found[0]).parent).free


def _too_full(table: str, needed: int, state: str) -> CommandError:
    return CommandError(
        f"{table} is written anew, which takes up to {_shown(needed)} of the database's disk, and {state}. "
        "Make room and run migrate again; nothing has changed."
    )


def _shown(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"
