"""What Citus's catalog says of a cluster. Its tables exist where its extension is; `is_there` is for everywhere."""

from typing import Any, NamedTuple

from apiauth.distribution.tables import Kind

_IS_THERE = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"
_NODES = """
SELECT nodename, nodeport, groupid = 0, isactive, shouldhaveshards FROM pg_dist_node
WHERE noderole = 'primary' ORDER BY groupid
"""
# A table that a foreign key to the accounts made Citus manage is local to no purpose: neither kind.
_SPREAD = """
SELECT relname, CASE WHEN partmethod = 'h' THEN 'distributed' WHEN repmodel = 't' THEN 'reference' ELSE 'local' END,
    column_to_column_name(logicalrelid, partkey), colocationid,
    (SELECT count(*) FROM pg_dist_shard shard WHERE shard.logicalrelid = part.logicalrelid),
    pg_relation_size(logicalrelid)
FROM pg_dist_partition part JOIN pg_class ON pg_class.oid = logicalrelid
WHERE pg_table_is_visible(logicalrelid) ORDER BY relname
"""
_SETTINGS = """
SELECT split_part(setting, '=', 1), substr(setting, strpos(setting, '=') + 1)
FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) setting
WHERE datname = current_database() AND setrole = 0
"""

# Of the database, so that they hold for every session of it, behind a pooler too, and cost none a query.
SETTINGS = {
    # Limits of a transaction (SET LOCAL), as that of its locks, hold on all machines.
    "citus.propagate_set_commands": "local",
    # One connection to each machine: else an account could not be written after a read of several in one transaction.
    "citus.multi_shard_modify_mode": "sequential",
}


class Node(NamedTuple):
    """A machine of the cluster."""

    host: str
    port: int
    is_coordinator: bool
    is_active: bool
    has_shards: bool  # or would get some


class SpreadTable(NamedTuple):
    """A table that Citus knows. A local one is what a foreign key to the accounts makes of others."""

    name: str
    kind: Kind
    column: str | None
    colocation: int
    shards: int
    rest_bytes: int  # of rows that were copied to the machines and lie on the coordinator yet


def is_there(cursor: Any) -> bool:
    """Return whether the database has the extension."""
    cursor.execute(_IS_THERE)
    return bool(cursor.fetchone()[0])


def nodes(cursor: Any) -> list[Node]:
    cursor.execute(_NODES)
    return [Node(*row) for row in cursor.fetchall()]


def spread_tables(cursor: Any) -> dict[str, SpreadTable]:
    cursor.execute(_SPREAD)
    found = [SpreadTable(name, Kind(kind), *rest) for name, kind, *rest in cursor.fetchall()]
    return {table.name: table for table in found}


def settings_of_database(cursor: Any) -> dict[str, str]:
    """Return those that every session of the database begins with."""
    cursor.execute(_SETTINGS)
    return dict(cursor.fetchall())
