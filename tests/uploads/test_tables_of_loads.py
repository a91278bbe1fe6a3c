"""The tables of full loads."""

from uuid import uuid4

import pytest
from django.db import connection

from receivables.uploads.loads.commits import begin
from receivables.uploads.loads.presence import protect
from receivables.uploads.models import FullLoad, ProtectedIdentity
from tests.uploads.loads import OF_1000

TABLES = sorted(relation.related_model._meta.db_table for relation in FullLoad._meta.related_objects)


@pytest.mark.parametrize("table", TABLES)
def test_a_load_is_deleted_without_reading_all_that_loads_ever_had(db, table):
    """PostgreSQL looks in each table that refers to a load for rows of it, by the account and the load."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).values()
    assert [each["columns"] for each in found if each["unique"] and each["columns"][:2] == ["account_id", "load_id"]]


def test_what_is_read_of_many_refused_rows_is_stored_in_statements_of_ten_thousand(source, django_assert_num_queries):
    """All at once took a gigabyte for the most rows of an upload."""
    load = begin(source, OF_1000)
    refused = ((index, {"invoice_number": str(index)}) for index in range(20_001))
    with django_assert_num_queries(3):
        protect(load, uuid4(), refused)
    assert ProtectedIdentity.objects.filter(load=load).count() == 20_001
