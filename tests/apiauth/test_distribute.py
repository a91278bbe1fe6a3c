"""`manage.py distribute` and `undistribute` in a database of their own on the cluster that DATABASE_URL names."""

import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.cluster import ClusterCreation, Machines
from tests.faults.processes import manage
from tests.http.servers import environment, url_of_the_test_database

pytestmark = [pytest.mark.full, pytest.mark.django_db, pytest.mark.timeout(900)]

DISTRIBUTED = "25 tables of accounts, in 4 shards each"
# Everything that the schema is made of; the names of what forbids NULL are PostgreSQL's own.
SCHEMA = """
SELECT relname, conname, pg_get_constraintdef(con.oid) FROM pg_constraint con JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT table_name, column_name,
    concat_ws(' ', data_type, is_nullable, column_default, is_identity, generation_expression)
FROM information_schema.columns WHERE table_schema = 'public'
    AND table_name ~ '^(apiauth|customers|receivables|uploads)_'
UNION ALL SELECT proname, 'function', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT relname, 'options', reloptions::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


class Database:
    """An empty database on all machines of the cluster."""

    def __init__(self, machines: Machines, name: str):
        self.machines, self.name = machines, name
        given = connection.settings_dict["NAME"]
        self.url = url_of_the_test_database().replace(f"/{given}?", f"/{name}?")

    def manage(self, *command: str) -> str:
        return manage(*command, DATABASE_URL=self.url)

    def refusal(self, *command: str) -> str:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            self.manage(*command)
        return refused.value.stderr

    def query(self, query: str, *parameters: object) -> list:
        return self.machines.run(self.machines.coordinator, self.name, query, *parameters)

    def check(self) -> str:
        finished = subprocess.run(
            [sys.executable, "manage.py", "check", "--database", "default"],
            cwd=settings.BASE_DIR,
            env=environment(0, {"DATABASE_URL": self.url}),
            capture_output=True,
            text=True,
            check=True,
        )
        return finished.stderr

    def distribute_until(self, line: str) -> None:
        """Kill the command as soon as it has said this."""
        command = [sys.executable, "manage.py", "distribute", "--shards", "4"]
        variables = {"DATABASE_URL": self.url, "PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment(0, variables), stdout=subprocess.PIPE, text=True
        ) as running:
            assert any(said.startswith(line) for said in running.stdout)
            running.kill()


@pytest.fixture
def empty():
    """A database on all machines, which do not know of each other."""
    if not isinstance(connection.creation, ClusterCreation):
        pytest.skip("of a cluster alone: name one by DATABASE_URL")
    database = Database(connection.creation.machines, f"{connection.settings_dict['NAME']}_own")
    database.machines.create(database.name)
    yield database
    database.machines.drop(database.name)


@pytest.fixture
def migrated(empty):
    """A cluster whose coordinator has all rows: 20 accounts, each of which has a tag."""
    empty.machines.join(empty.name)
    empty.manage("migrate", "--verbosity", "0")
    empty.query(
        "INSERT INTO apiauth_account (name, is_active, amount_decimal_places, upload_handling)"
        " SELECT 'account ' || n, true, 0, 'strict' FROM generate_series(1, 20) n"
    )
    empty.query("INSERT INTO receivables_tag (account_id, name) SELECT id, name FROM apiauth_account")
    return empty


def schema(database):
    """Return its parts without types and brackets, which PostgreSQL puts elsewhere when it reads its own text again."""
    return [
        (table, name, re.sub(r"::(character varying|text)|[()]|\[\]", "", text or ""))
        for table, name, text in database.query(SCHEMA)
    ]


def names_of_tags(database):
    return database.query(
        "SELECT account.name, tag.name FROM receivables_tag tag JOIN apiauth_account account"
        " ON account.id = tag.account_id ORDER BY account.id"
    )


def test_a_cluster_without_workers_or_migrations_is_refused(empty):
    refusal = empty.refusal("distribute")
    assert "SELECT citus_set_coordinator_host('its address', its port)" in refusal
    assert "SELECT citus_add_node('its address', its port)" in refusal
    assert "run manage.py migrate first" in refusal


def test_a_dry_run_says_what_is_to_be_done_and_does_nothing(migrated):
    before = schema(migrated)
    said = migrated.manage("distribute", "--dry-run")
    assert "apiauth_account: copied to every machine\ncustomers_customer: distributed by account\n" in said
    assert schema(migrated) == before
    assert "all its tables on the coordinator" in migrated.check()


def test_the_way_to_the_machines_and_back_changes_nothing(migrated):
    before, tags = schema(migrated), names_of_tags(migrated)
    assert migrated.manage("distribute", "--shards", "4").endswith("The accounts are spread over the cluster.\n")
    assert DISTRIBUTED in migrated.check()
    assert "WARNINGS" not in migrated.check()
    assert names_of_tags(migrated) == tags
    assert migrated.manage("distribute") == "The accounts are spread over the cluster.\n"

    assert migrated.manage("undistribute").endswith("All tables are on the coordinator.\n")
    assert migrated.manage("undistribute") == "All tables are on the coordinator.\n"
    assert schema(migrated) == before
    assert names_of_tags(migrated) == tags
    assert migrated.query("INSERT INTO receivables_tag (account_id, name) VALUES (1, 'new') RETURNING id") == [(21,)]


@pytest.mark.parametrize(
    "line",
    [
        "uploads_upload: foreign key",
        "apiauth_account: copied",
        "receivables_tag: distributed",
        "uploads_upload: distributed",
    ],
    ids=["without foreign keys", "with accounts copied", "half-way", "with all tables distributed"],
)
def test_what_a_killed_run_left_is_done_by_the_next(migrated, line):
    tags = names_of_tags(migrated)
    migrated.distribute_until(line)
    migrated.manage("distribute", "--shards", "4")
    assert DISTRIBUTED in migrated.check()
    assert "WARNINGS" not in migrated.check()
    assert names_of_tags(migrated) == tags


def test_tables_that_citus_manages_since_accounts_were_copied_by_hand_are_let_go(migrated):
    tags = names_of_tags(migrated)
    migrated.query("SELECT create_reference_table('apiauth_account')")
    managed = "SELECT count(*) FROM pg_dist_partition WHERE partmethod = 'n' AND repmodel <> 't'"
    assert migrated.query(managed)[0][0] > 20
    migrated.manage("distribute", "--shards", "4")
    assert migrated.query(managed) == [(0,)]
    assert DISTRIBUTED in migrated.check()
    assert "WARNINGS" not in migrated.check()
    assert names_of_tags(migrated) == tags
