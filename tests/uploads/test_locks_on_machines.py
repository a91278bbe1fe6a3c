"""On a cluster, an upload holds its lock on the machine that has the account's rows as well."""

import pytest
from django.db import connection, transaction

from config.database.base import is_distributed
from receivables.uploads.resources import Resource
from receivables.uploads.storing.merge import lock

HELD = """
SELECT sum(result::int) FROM run_command_on_workers($$SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())$$)
"""


@pytest.mark.django_db(transaction=True)
def test_one_machine_holds_the_lock_of_an_upload_until_it_is_committed(account):
    if not is_distributed():
        pytest.skip("plain PostgreSQL is one machine")
    with transaction.atomic(), connection.cursor() as cursor:
        before = _held(cursor)
        lock(cursor, account, Resource.INVOICES)
        assert _held(cursor) == before + 1
    with connection.cursor() as cursor:
        assert _held(cursor) == before


def _held(cursor) -> int:
    cursor.execute(HELD)
    return cursor.fetchone()[0]
