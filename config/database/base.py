"""Django's PostgreSQL backend, without what needs a session of its own between two transactions; and locks that all
processes of the service share, each by a name, held until the transaction ends.

Whatever ends the transaction frees them, a killed process too, and they work behind a pooler that lends a session for
one transaction.
"""

from contextlib import nullcontext
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.backends.postgresql import base
from django.db.backends.postgresql.features import DatabaseFeatures

# PostgreSQL locks a number. Releases that run side by side exclude each other as long as they make the same of a name.
LOCK = "pg_advisory_xact_lock(hashtextextended(%(lock)s, 0))"
LOCK_SHARED = "pg_advisory_xact_lock_shared(hashtextextended(%(lock)s, 0))"
TRY_LOCK = "pg_try_advisory_xact_lock(hashtextextended(%(lock)s, 0))"
# Tried number by number, and no further than to the first that is free.
TRY_ANY = """
SELECT true FROM generate_series(1, %(most)s) number
WHERE pg_try_advisory_xact_lock(hashtextextended(%(lock)s || number, 0)) LIMIT 1
"""


class Features(DatabaseFeatures):
    allows_group_by_selected_pks = False  # an id is part of the key: in the database the account stands behind it


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = Features

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; one of the server's own (named) within a transaction alone, whoever asks for it.

        Outside one, Django would declare it WITH HOLD: it then stays in the session under a name that other processes
        use as well. Behind a pooler that lends a session for one transaction, the next rows come from another's
        session: from none, or from the cursor of another's query. Without a name the client reads all rows at once.
        """
        return super().create_cursor(None if self.get_autocommit() else name)


@cache
def is_distributed() -> bool:
    """Whether the rows of accounts lie on the machines of a Citus cluster; as it was when the process first looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT EXISTS (SELECT FROM pg_dist_partition WHERE partmethod = 'h')")
        return bool(cursor.fetchone()[0])


def execute_under(cursor: Any, setting: str, query: str, parameters: Any = None) -> None:
    """Execute a query under a setting of its transaction, as "enable_seqscan = off"; within one, it stays to its end.

    Both are one message. Not on a cluster: Citus sends the message of a setting to all machines, with all that follows.
    """
    if not is_distributed():
        cursor.execute(f"SET LOCAL {setting}; {query}", parameters)
        cursor.nextset()
        return
    with nullcontext() if cursor.db.in_atomic_block else transaction.atomic(cursor.db.alias):
        cursor.execute(f"SET LOCAL {setting}")
        cursor.execute(query, parameters)


def lock(name: str) -> None:
    """Wait for the lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LOCK}", {"lock": name})


def lock_shared(name: str) -> None:
    """Wait for the lock, which others may hold as well by this function."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LOCK_SHARED}", {"lock": name})


def try_lock(name: str, using: Any = connection) -> bool:
    """Return whether the lock was free; it is held then."""
    with using.cursor() as cursor:
        cursor.execute(f"SELECT {TRY_LOCK}", {"lock": name})
        return bool(cursor.fetchone()[0])


def try_any_lock(name: str, most: int) -> bool:
    """Return whether one of the locks that this name and a number from 1 to `most` name was free; it is held then."""
    with connection.cursor() as cursor:
        cursor.execute(TRY_ANY, {"lock": name, "most": most})
        return cursor.fetchone() is not None
