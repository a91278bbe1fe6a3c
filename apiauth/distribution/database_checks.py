"""System check of a database: what it is, and what is missing of it. `manage.py check --database default`."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections

from apiauth.distribution import cluster
from apiauth.distribution.state import State, obstacles
from apiauth.distribution.steps import steps_to_distribute


@checks.register(checks.Tags.database)
def database_is_spread(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Of a database without the extension there is nothing to say: it is plain PostgreSQL."""
    return [message for alias in databases or [] for message in _of_database(connections[alias])]


def _of_database(connection: Any) -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        if not cluster.is_there(cursor):
            return
    state = State(connection)
    if state.is_plain:
        message = f"Database {connection.alias} has the extension citus, and all its tables on the coordinator."
        yield checks.Info(message, hint="manage.py distribute spreads the accounts.", id="apiauth.I001")
        return
    yield checks.Info(described(connection.alias, state), id="apiauth.I002")
    for obstacle in obstacles(state):
        yield checks.Warning(obstacle, id="apiauth.W004")
    left = steps_to_distribute(state)
    if left:
        message = f"Database {connection.alias} is not spread as a whole: {'; '.join(step.text for step in left)}."
        yield checks.Warning(message, hint="Run manage.py distribute.", id="apiauth.W005")


def described(alias: str, state: State) -> str:
    """Return one sentence: how many tables of accounts, in how many shards, on how many machines."""
    spread = [state.spread[table] for table in state.distributed if state.is_spread(table)]
    shards = max((table.shards for table in spread), default=0)
    machines = sum(node.has_shards for node in state.nodes)
    return (
        f"Database {alias} is spread over a Citus cluster: {len(spread)} tables of accounts, in {shards} shards each, "
        f"on {machines} {'machine' if machines == 1 else 'machines'}."
    )
