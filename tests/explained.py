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
