"""A database as it is, and what has to be settled by hand before its tables can be moved."""

from collections.abc import Iterator
from typing import Any

from django.db.migrations.executor import MigrationExecutor

from apiauth.distribution import catalog, cluster
from apiauth.distribution.foreign_keys import declared_foreign_keys
from apiauth.distribution.misfits import Tables, misfits
from apiauth.distribution.tables import COLUMN, Kind
from config.database.planning import COUNT_ACCOUNT

NO_CITUS = (
    "This database is plain PostgreSQL: it has no extension citus. To spread it over machines, install Citus on all of "
    "them, have shared_preload_libraries name citus, and run CREATE EXTENSION citus in this database on each."
)


class State:
    """A database that has the extension. Tables that are not migrated yet are not in it."""

    def __init__(self, connection: Any):
        self.connection = connection
        self.name = connection.settings_dict["NAME"]
        self.known = Tables.of_models()
        with connection.cursor() as cursor:
            there = set(connection.introspection.table_names(cursor))
            self.nodes = cluster.nodes(cursor)
            self.spread = cluster.spread_tables(cursor)
            self.settings = cluster.settings_of_database(cursor)
            self.foreign_keys = catalog.foreign_keys(cursor)
            self.count_account_body = catalog.body_of_function(cursor, COUNT_ACCOUNT)
            self.triggers = catalog.triggers(cursor, self.known.distributed)
        self.distributed = sorted(self.known.distributed & there)
        self.reference = sorted(self.known.reference & there)
        self.declared = [key for key in declared_foreign_keys(connection) if {key.table, key.to} <= there]

    def is_spread(self, table: str) -> bool:
        return table in self.spread and self.spread[table].kind is not Kind.LOCAL

    @property
    def managed(self) -> list[str]:
        """Tables on the coordinator that Citus manages, for a foreign key relates them to accounts that it copied."""
        return [name for name, table in self.spread.items() if table.kind is Kind.LOCAL]

    @property
    def is_plain(self) -> bool:
        """Whether all its tables lie on the coordinator, as if there was no cluster."""
        return not any(self.is_spread(table) for table in self.spread)

    @property
    def misplaced(self) -> list[str]:
        """Tables of accounts that are spread in another way than `distribute` does, or not beside each other."""
        spread = [self.spread[table] for table in self.distributed if self.is_spread(table)]
        groups = {table.colocation for table in spread}
        odd = [table.name for table in spread if table.column != COLUMN or len(groups) > 1]
        return odd + [table for table in self.reference if self.is_spread(table) and self.spread[table].column]


def obstacles(state: State) -> Iterator[str]:
    """Yield a sentence for each, which names the remedy; none if the tables can be moved."""
    yield from _of_nodes(state)
    with state.connection.cursor() as cursor:
        yield from misfits(cursor, state.known)
    yield from undeclared(state)
    if state.misplaced:
        names = ", ".join(state.misplaced)
        yield f"Spread in another way than by distribute: {names}. Run manage.py undistribute first."


def due_migrations(state: State) -> Iterator[str]:
    """Yield the remedy, if there are any."""
    executor = MigrationExecutor(state.connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield "Migrations are due: run manage.py migrate first."


def undeclared(state: State) -> Iterator[str]:
    """Yield what would be lost: a foreign key that has to go for a while, and that no model would bring back."""
    ours = state.known.distributed | state.known.reference
    for key in state.foreign_keys:
        if {key.table, key.to} & ours and not any(each.is_in([key]) for each in state.declared):
            yield f"{key.table}: no model declares the foreign key {key.name}. Drop it; add it by hand afterwards."


def _of_nodes(state: State) -> Iterator[str]:
    if not any(node.is_coordinator for node in state.nodes):
        yield "The cluster does not know its coordinator: SELECT citus_set_coordinator_host('its address', its port)."
    for node in state.nodes:
        if not node.is_active:
            yield f"{node.host}:{node.port} is not active: SELECT citus_activate_node('{node.host}', {node.port})."
    if not any(node.has_shards for node in state.nodes):
        yield (
            "No machine may hold rows: add each worker by SELECT citus_add_node('its address', its port), or for a "
            "cluster of one machine, SELECT citus_set_node_property('its address', its port, 'shouldhaveshards', true)."
        )
