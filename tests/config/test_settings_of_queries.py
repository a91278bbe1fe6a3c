"""Settings of one query, such as which plans are to be avoided."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.database.base import execute_under

SETTING, QUERY = "work_mem = '7MB'", "SELECT current_setting('work_mem'), %s"


def under_setting():
    with connection.cursor() as cursor:
        execute_under(cursor, SETTING, QUERY, ["one"])
        return cursor.fetchall()


def memory():
    with connection.cursor() as cursor:
        cursor.execute("SHOW work_mem")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_setting_holds_for_its_query_alone():
    before = memory()
    assert under_setting() == [("7MB", "one")]
    assert memory() == before != "7MB"


@pytest.mark.django_db
def test_a_setting_within_a_transaction_holds_to_its_end():
    before = memory()
    with transaction.atomic():
        assert under_setting() == [("7MB", "one")]
        transaction.set_rollback(True)
    assert memory() == before


@pytest.mark.plain_postgresql(reason="Citus sends whole messages of settings to all machines")
@pytest.mark.django_db
def test_a_query_and_its_setting_are_one_message():
    with CaptureQueriesContext(connection) as queries:
        under_setting()
    assert [query["sql"] for query in queries] == [f"SET LOCAL {SETTING}; SELECT current_setting('work_mem'), 'one'"]
