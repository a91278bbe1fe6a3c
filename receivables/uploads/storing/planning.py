"""Where PostgreSQL would plan a statement for a table that it is wrong about."""

from functools import cache
from typing import Any

from psycopg import sql

from config.database.base import is_distributed
from receivables.uploads.storing.staging import Stage

_IS_THOUGHT_EMPTY = "SELECT reltuples = 0 AND relpages > 0 FROM pg_class WHERE oid = %s::regclass"


@cache
def account_of_ids() -> sql.SQL:
    """Return SQL for the account where rows are found by a list of ids, or compared one by one.

    Of one that it sees the planner may believe that it is young and has no rows: an index of the account's would find
    them as fast, and each would be compared with all. On a cluster it has to be seen, for it says where the rows are.
    """
    return sql.SQL("%(account)s" if is_distributed() else "(SELECT %(account)s::bigint)")


def count_emptied(cursor: Any, stage: Stage) -> None:
    """Have PostgreSQL count the rows of a table that it believes to be empty, for all were deleted before.

    Any index that has the account would find a row of such a table as fast as that of identities, and for each row of
    a large upload all of it would be read.
    """
    if not stage.is_large:
        return
    table = stage.layout.model._meta.db_table
    cursor.execute(_IS_THOUGHT_EMPTY, [table])
    if cursor.fetchone()[0]:
        cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {} (id)").format(sql.Identifier(table)))
