"""What PostgreSQL plans to do for a query that was captured."""

import json
from typing import Any

from django.db import connection


def plan_of(captured: str) -> dict[str, Any]:
    """Return the plan of a query, under the settings that come before it in the same message."""
    settings, _, query = captured.rpartition("; ")
    with connection.cursor() as cursor:
        cursor.execute(f"{settings or 'SELECT'}; EXPLAIN (FORMAT JSON) {query}")
        cursor.nextset()
        [(explained,)] = cursor.fetchall()
    return (json.loads(explained) if isinstance(explained, str) else explained)[0]["Plan"]


def forget_statistics(*models: Any) -> None:
    """Have PostgreSQL know nothing of tables, until the transaction ends: what it knows is of other tests' rows."""
    tables = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = ANY(%s::regclass[])", [tables])
        cursor.execute("UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = ANY(%s::regclass[])", [tables])
