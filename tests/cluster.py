"""The tests' databases on a Citus cluster, where the database that DATABASE_URL names has its extension and workers.

Each process of the tests has a database of its own on all machines of that cluster, migrated and distributed. The
addresses by which the coordinator knows its workers have to be good for this machine as well.
"""

import io
from typing import Any

import psycopg
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.creation import DatabaseCreation

from apiauth.distribution import cluster
from apiauth.distribution.cluster import Node

# What waits for a lock: here, and on any machine, each of which is asked in a session of its own.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
WAITING_ANYWHERE = """
SELECT sum(result::int) FROM run_command_on_all_nodes(
    $$SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()$$)
"""
SHARDS = 4  # two on each of two workers: enough to tell them apart, and quickly made


class Machines:
    """The machines of a cluster; databases are made and dropped on each of them."""

    def __init__(self, nodes: list[Node], login: dict[str, Any]):
        """`login` leads to the coordinator: its host and port from here, and a user of all machines."""
        self.nodes = sorted(nodes, key=lambda node: not node.is_coordinator)
        self.coordinator, *self.workers = self.nodes
        self.login = login

    def create(self, name: str) -> None:
        """Make an empty database with the extension on each machine, dropping what is there."""
        self.drop(name)
        for node in self.nodes:
            self.run(node, "postgres", f'CREATE DATABASE "{name}"')
            self.run(node, name, "CREATE EXTENSION citus")

    def join(self, name: str) -> None:
        """Make a cluster of these databases, as the given one is."""
        own = self.coordinator
        self.run(own, name, "SELECT citus_set_coordinator_host(%s, %s)", own.host, own.port)
        for node in self.workers:
            self.run(own, name, "SELECT citus_add_node(%s, %s)", node.host, node.port)
        for node in self.nodes:
            shards = "SELECT citus_set_node_property(%s, %s, 'shouldhaveshards', %s)"
            self.run(own, name, shards, node.host, node.port, node.has_shards)

    def drop(self, name: str) -> None:
        for node in self.nodes:
            self.run(node, "postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run(self, node: Node, database: str, query: str, *parameters: Any) -> list[Any]:
        """Run a statement on one machine, in a transaction of its own; return its rows."""
        where = self.login if node.is_coordinator else self.login | {"host": node.host, "port": node.port}
        with psycopg.connect(**where, dbname=database, autocommit=True) as machine:
            found = machine.execute(query, parameters or None)  # type: ignore[call-overload]
            return [] if found.description is None else found.fetchall()


class ClusterCreation(DatabaseCreation):
    """Has Django make the test database on all machines of a cluster."""

    def __init__(self, connection: Any, machines: Machines):
        super().__init__(connection)
        self.machines = machines

    def create_test_db(self, *args: Any, **options: Any) -> Any:
        name = super().create_test_db(*args, **options)
        call_command("distribute", shards=SHARDS, stdout=io.StringIO())
        self.connection.close()  # the next one begins with the settings that the database has now
        return name

    def _create_test_db(self, verbosity: int, autoclobber: bool, keepdb: bool = False) -> Any:
        name = self._get_test_db_name()
        with self._nodb_cursor() as cursor:
            is_there = self._database_exists(cursor, name)
        if not (keepdb and is_there):
            self.machines.create(name)
            self.machines.join(name)
        return name

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        self.machines.drop(test_database_name)


def use_cluster() -> None:
    """Have the tests' databases made on the cluster of the given database, if it is one."""
    with connection.cursor() as cursor:
        nodes = cluster.nodes(cursor) if cluster.is_there(cursor) else []
    if nodes:
        given = connection.get_connection_params()
        login = {name: given[name] for name in ("host", "port", "user", "password") if given.get(name)}
        connection.creation = ClusterCreation(connection, Machines(nodes, login))
    connection.close()


def is_cluster() -> bool:
    """Return whether the test database is spread over a cluster."""
    return isinstance(connection.creation, ClusterCreation)


def is_waiting() -> bool:
    """Return whether a statement waits for a lock, on any machine."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING_ANYWHERE if is_cluster() else WAITING)
        return bool(cursor.fetchone()[0])
