"""What is kept of a key's requests, and what keeping it takes."""

import pytest
from django.db import connection

from apiauth.models import ApiKey, QuotaUse

WHOAMI = "/jsonApi/whoami"


@pytest.fixture(autouse=True)
def _small_quotas(settings):
    settings.RATE_LIMITS = {"read": 3, "upload": 2, "report": 1}


def test_counting_takes_one_statement_and_a_request_of_whoami_two(client, django_assert_num_queries):
    client.get(WHOAMI)
    with django_assert_num_queries(2) as queries:
        client.get(WHOAMI)
    assert "INSERT INTO apiauth_quotause" in queries.captured_queries[1]["sql"]


def test_a_key_keeps_one_row_for_each_policy_however_many_requests_it_sends(client):
    for _ in range(9):
        client.get(WHOAMI)
    assert list(QuotaUse.objects.values_list("policy", "used", "is_admitted")) == [
        ("read", pytest.approx(3, abs=0.2), False)
    ]


def test_deleting_a_key_deletes_what_it_used(client):
    client.get(WHOAMI)
    ApiKey.objects.get().delete()
    assert not QuotaUse.objects.exists()


def test_the_table_is_not_written_to_the_log_of_the_database(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'apiauth_quotause'")
        assert cursor.fetchone() == ("u",)
