"""What PostgreSQL's planner knows of a table, where what it does not know would cost most.

Of an account that its statistics do not have it believes that it has no rows, and of a table whose rows were all
deleted, that it has none. Any index then leads to a row of them as fast as the right one, and comparing all with all is
as cheap as looking each up: a large upload takes the square of its time.
"""

from functools import cache
from typing import Any

from psycopg import sql

from config.database.base import is_distributed

_IS_THOUGHT_EMPTY = "SELECT reltuples = 0 AND relpages > 0 FROM pg_class WHERE oid = quote_ident(%s)::regclass"

# On a cluster the statistics are with the rows: each machine has this function, and the one that has the account's
# rows runs it. `expected` is what its planner makes of the account.
COUNT_ACCOUNT = "count_account(regclass, bigint, bigint)"
COUNT_ACCOUNT_BODY = """
DECLARE
    plan json;
    expected bigint;
    is_thought_empty boolean;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM %s WHERE account_id = %s', shard, account) INTO plan;
    expected := plan->0->'Plan'->>'Plan Rows';
    SELECT reltuples = 0 AND relpages > 0 INTO is_thought_empty FROM pg_class WHERE oid = shard;
    IF is_thought_empty OR expected * 10 < row_count THEN
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s (account_id)', shard);
    END IF;
END
"""
CREATE_COUNT_ACCOUNT = (
    "CREATE OR REPLACE FUNCTION count_account(shard regclass, account bigint, row_count bigint) RETURNS void"
    f" LANGUAGE plpgsql AS $body${COUNT_ACCOUNT_BODY}$body$"
)


@cache
def account_of_ids() -> sql.SQL:
    """Return SQL for the account where rows are found by a list of ids, or compared one by one.

    Hidden from the planner, it is taken for one of the usual size. On a cluster it has to be seen, for it says where
    the rows are.
    """
    return sql.SQL("%(account)s" if is_distributed() else "(SELECT %(account)s::bigint)")


def count_rows(cursor: Any, table: str, account: int, row_count: int = 0) -> None:
    """Before rows of an account are looked up, or changed, by the thousand: have the table's rows counted where the
    planner is wrong about them. At least `row_count` of them are of the account, those of this transaction as well.
    """
    name = sql.Identifier(table)
    if is_distributed():
        count = (
            "SELECT count_account(t.tableoid::regclass, t.account_id, %s) FROM {} AS t WHERE t.account_id = %s LIMIT 1"
        )
        cursor.execute(sql.SQL(count).format(name), [row_count, account])
        return
    cursor.execute(_IS_THOUGHT_EMPTY, [table])
    if cursor.fetchone()[0]:
        cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {} (id)").format(name))
