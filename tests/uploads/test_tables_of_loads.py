"""The tables of full loads."""

import pytest
from django.db import connection

from receivables.uploads.models import FullLoad

TABLES = sorted(relation.related_model._meta.db_table for relation in FullLoad._meta.related_objects)


@pytest.mark.parametrize("table", TABLES)
def test_a_load_is_deleted_without_reading_all_that_loads_ever_had(db, table):
    """PostgreSQL looks in each table that refers to a load for rows of it, by the load alone."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).values()
    assert [each["columns"] for each in found if each["index"] and each["columns"][:1] == ["load_id"]]
