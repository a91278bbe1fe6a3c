"""The two databases that are compared: both empty, of servers that differ in nothing but the cluster."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

PLAIN, CLUSTER = "plain", "cluster"
VARIABLES = {PLAIN: "PLAIN_URL", CLUSTER: "CLUSTER_URL"}
ROLES = {PLAIN: "a plain PostgreSQL", CLUSTER: "the coordinator of a Citus cluster"}
# A cluster commits in two phases and moves shards by its log, which no work of one account needs: only what tells how
# fast a server is has to be equal.
SETTINGS: LiteralString = """
SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN
  ('server_version', 'shared_buffers', 'max_wal_size', 'wal_level', 'fsync', 'synchronous_commit', 'full_page_writes',
   'work_mem', 'maintenance_work_mem', 'random_page_cost', 'effective_cache_size', 'jit', 'autovacuum',
   'default_statistics_target', 'max_parallel_workers_per_gather')
"""
TABLES: LiteralString = (
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
)
IS_CITUS: LiteralString = "SELECT count(*) FROM pg_extension WHERE extname = 'citus'"
IS_COORDINATOR: LiteralString = "SELECT count(*) FROM pg_dist_local_group WHERE groupid = 0"
OF_WORKERS: LiteralString = "SELECT nodename || ':' || nodeport, success, result FROM run_command_on_workers(%s)"
# The schema itself stays, because the extension goes with it. What cascades may have dropped is no error.
DROPPED: LiteralString = """
SELECT 'DROP TABLE IF EXISTS ' || oid::regclass || ' CASCADE' FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
UNION ALL
SELECT 'DROP ROUTINE IF EXISTS ' || oid::regprocedure || ' CASCADE' FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
UNION ALL
SELECT 'DROP TYPE IF EXISTS ' || oid::regtype || ' CASCADE' FROM pg_type
WHERE typnamespace = 'public'::regnamespace
  AND (typtype = 'e' OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
"""
# How many accounts each worker has.
SPREAD: LiteralString = """
SELECT nodename || ':' || nodeport, count(*) FROM apiauth_account AS account
JOIN pg_dist_placement ON shardid = get_shard_id_for_distribution_column('receivables_invoice', account.id)
JOIN pg_dist_node USING (groupid) GROUP BY 1 ORDER BY 1
"""

Settings = dict[str, str]


@dataclass(frozen=True)
class Facts:
    """What a server is; `nodes` are the settings of each, the one that was reached as "itself"."""

    tables: int
    is_citus: bool
    is_coordinator: bool
    nodes: dict[str, Settings]


def addresses(given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the address of each side, from the options given or else from the environment; exits if one lacks."""
    found = {side: given.get(side) or os.environ.get(variable) for side, variable in VARIABLES.items()}
    for side, url in found.items():
        if not url:
            sys.exit(f"Name an empty database of {ROLES[side]} in {VARIABLES[side]}, or with --{side}.")
    return {side: str(url) for side, url in found.items()}


def check(urls: dict[str, str], is_control: bool) -> None:
    """Exit, naming the remedy, unless both databases are empty and what they should be, with the same settings."""
    facts = {side: _facts(side, url) for side, url in urls.items()}
    for side, found in facts.items():
        if found.tables:
            sys.exit(f"The database of {VARIABLES[side]} has tables. Name an empty one: it is emptied in the end.")
    _check_kinds(facts, is_control)
    _check_settings(facts)


def _facts(side: str, url: str) -> Facts:
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            return _facts_of(connection)
    except psycopg.OperationalError as error:
        sys.exit(f"The server of {VARIABLES[side]} does not answer; start it, or correct the address. {error}")


def _facts_of(connection: psycopg.Connection[Any]) -> Facts:
    is_citus = bool(_value(connection, IS_CITUS))
    nodes = {"itself": _value(connection, SETTINGS)}
    for node, is_answered, result in connection.execute(OF_WORKERS, [SETTINGS]) if is_citus else []:
        if not is_answered:
            sys.exit(f"The worker {node} does not answer; start it. {result}")
        nodes[node] = json.loads(result)
    is_coordinator = is_citus and bool(_value(connection, IS_COORDINATOR))
    return Facts(_value(connection, TABLES), is_citus, is_coordinator, nodes)


def _value(connection: psycopg.Connection[Any], query: LiteralString) -> Any:
    return connection.execute(query).fetchone()[0]


def _check_kinds(facts: dict[str, Facts], is_control: bool) -> None:
    if facts[PLAIN].is_citus:
        sys.exit("PLAIN_URL names a database with Citus. Name one of a plain PostgreSQL.")
    if is_control:
        if facts[CLUSTER].is_citus:
            sys.exit("With --control both sides are plain. Name a second plain database in CLUSTER_URL.")
        return
    if not facts[CLUSTER].is_coordinator:
        sys.exit("CLUSTER_URL names no coordinator of a Citus cluster. Name one, or compare two plain ones: --control.")
    if len(facts[CLUSTER].nodes) < 3:
        sys.exit("The cluster of CLUSTER_URL has fewer than two workers. Add some with citus_add_node.")


def _check_settings(facts: dict[str, Facts]) -> None:
    expected = facts[PLAIN].nodes["itself"]
    for node, settings in facts[CLUSTER].nodes.items():
        if differing := sorted(name for name in expected if settings[name] != expected[name]):
            differences = ", ".join(f"{name} {settings[name]}, not {expected[name]}" for name in differing)
            sys.exit(f"The cluster ({node}) has other settings than the plain PostgreSQL: {differences}.")


@contextmanager
def emptied(urls: dict[str, str]) -> Iterator[None]:
    """Drop all tables, functions and types of both databases in the end."""
    try:
        yield
    finally:
        for url in urls.values():
            with psycopg.connect(url, autocommit=True) as connection:
                for (statement,) in connection.execute(DROPPED).fetchall():
                    connection.execute(statement)


def spread(url: str) -> dict[str, int]:
    """Return how many accounts each worker of a cluster has."""
    with psycopg.connect(url, autocommit=True) as connection:
        return dict(connection.execute(SPREAD).fetchall())
