"""Tables of accounts that a later release brings, to a database that may be spread over a cluster by then."""

import pytest
from django.apps.registry import Apps
from django.db import connection, models

from apiauth.distribution import catalog, cluster
from apiauth.models import OfAccount, SameAccount, within_account
from receivables.models import Tag

TABLE = "receivables_later"


class Later(OfAccount):
    tag_id = models.BigIntegerField()
    tag = within_account(Tag, "tag_id", "+")

    class Meta(OfAccount.Meta):
        app_label = "receivables"
        apps = Apps()
        constraints = [
            *OfAccount.Meta.constraints,
            SameAccount(column="tag_id", to="receivables.Tag", name="later_tag"),
        ]


@pytest.fixture
def later(transactional_db, monkeypatch):
    monkeypatch.setattr(Later._meta, "apps", Tag._meta.apps)  # in which the constraint finds the other model
    with connection.schema_editor() as editor:
        editor.create_model(Later)
    yield Later
    with connection.schema_editor() as editor:
        editor.delete_model(Later)


@pytest.mark.usefixtures("later")
def test_a_later_table_has_its_keys_with_the_account():
    with connection.cursor() as cursor:
        [key] = [index for index in catalog.unique_indexes(cursor, [TABLE]) if index.is_primary]
        assert set(key.columns) == {"id", "account_id"}
        found = {(each.to, *each.columns) for each in catalog.foreign_keys(cursor) if each.table == TABLE}
    assert found == {("receivables_tag", "tag_id", "account_id"), ("apiauth_account", "account_id")}


@pytest.mark.usefixtures("later")
def test_a_later_table_lies_on_a_cluster_beside_the_others():
    with connection.cursor() as cursor:
        if not cluster.is_there(cursor):
            pytest.skip("of a cluster alone: name one by DATABASE_URL")
        spread = cluster.spread_tables(cursor)
    assert spread[TABLE].column == "account_id"
    assert spread[TABLE].colocation == spread["receivables_tag"].colocation
