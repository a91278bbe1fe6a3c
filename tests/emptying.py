"""Emptying the tables after a test that commits its rows, of which there are hundreds.

Django's `flush` truncates every table, for which PostgreSQL makes new files for it and each of its indexes, and then
makes all content types and permissions again. Few tests leave more than some rows: to delete those takes a thirtieth.
"""

from graphlib import TopologicalSorter

from django.db import connection, transaction

# What `migrate` fills. No test that commits changes it, and servers know its rows by their ids.
OF_MIGRATE = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
REFERENCES = """
SELECT from_table.relname, to_table.relname FROM pg_constraint
JOIN pg_class from_table ON from_table.oid = conrelid JOIN pg_class to_table ON to_table.oid = confrelid
WHERE contype = 'f' AND conrelid <> confrelid
"""


def empty_tables() -> None:
    """Delete all rows, once those who still write have ended."""
    tables = [connection.ops.quote_name(table) for table in _referring_first()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of the catalogue's


def _referring_first() -> list[str]:
    """Return the tables to be emptied; each comes before those that its rows refer to."""
    tables = {*connection.introspection.django_table_names(only_existing=True, include_views=False)} - OF_MIGRATE
    referred_to: dict[str, set[str]] = {table: set() for table in tables}
    with connection.cursor() as cursor:
        cursor.execute(REFERENCES)
        for table, referred in cursor.fetchall():
            if {table, referred} <= tables:
                referred_to[table].add(referred)
    return [*TopologicalSorter(referred_to).static_order()][::-1]
