"""What is left to do until a database is spread over its cluster, or is plain PostgreSQL again; step by step.

Each step is a transaction of its own. They are found out from the catalogs: after an interruption those are found that
are left, and a dry run knows them as well.

Foreign keys go first and come last, because none may lead from a local to a distributed table in between. Those from
local tables to the accounts do not come back: for each, Citus would manage the table and all that are related to it,
and refuse SQL there, such as that of quotas.
"""

from collections.abc import Iterator
from typing import NamedTuple

from apiauth.distribution import moving
from apiauth.distribution.catalog import ForeignKey
from apiauth.distribution.cluster import SETTINGS
from apiauth.distribution.foreign_keys import Declared
from apiauth.distribution.moving import Run
from apiauth.distribution.state import State
from apiauth.distribution.tables import Kind
from config.database.planning import COUNT_ACCOUNT, COUNT_ACCOUNT_BODY, CREATE_COUNT_ACCOUNT

SHARDS = 32  # as Citus has it: enough for as many machines, and few enough for one


class Step(NamedTuple):
    """`text` says what it does; `run` does it with a cursor."""

    text: str
    run: Run


def steps_to_distribute(state: State, shards: int = SHARDS) -> list[Step]:
    ours = [*state.reference, *state.distributed]
    new = {table for table in ours if not state.is_spread(table)}
    local, dropped = _dropped(state, new)
    return [
        *_set_settings(state),
        *_let_go(state, local),
        *_drop_triggers(state),
        *(_drop(key) for key in dropped),
        *_spread(state, new, shards),
        *_remove_rests(state),
        *_make_function(state),
        *_add_missing(state, [*local, *dropped], on_cluster=True),
    ]


def steps_to_undistribute(state: State) -> list[Step]:
    spread = [table for table in state.spread if state.is_spread(table)]
    local, dropped = _dropped(state, set(spread)) if state.spread else ([], [])
    return [
        *_let_go(state, local),
        *(_drop(key) for key in dropped),
        *(Step(f"{table}: back to the coordinator", moving.to_coordinator(table)) for table in spread),
        *_add_missing(state, [*local, *dropped], on_cluster=False),
        *_drop_function(state),
        *(_alter(state, "RESET", name) for name in SETTINGS if name in state.settings),
    ]


def _dropped(state: State, moved: set[str]) -> tuple[list[ForeignKey], list[ForeignKey]]:
    """Return the foreign keys that have to go: those from tables that are local, or are yet, to the accounts; and the
    others of tables that are moved.
    """
    to_accounts = [key for key in state.foreign_keys if key.to in state.reference]
    local = [key for key in to_accounts if _is_of_local(state, key) or key.table in state.managed]
    return local, [key for key in state.foreign_keys if key not in local and moved & {key.table, key.to}]


def _is_of_local(state: State, key: ForeignKey | Declared) -> bool:
    return key.to in state.reference and state.known.kind(key.table) is Kind.LOCAL


def _let_go(state: State, local: list[ForeignKey]) -> Iterator[Step]:
    """Citus manages local tables where accounts were copied to the machines before these foreign keys went."""
    if state.managed:
        yield Step(f"{', '.join(state.managed)}: plain again", moving.let_go(state.managed, local))
    else:
        yield from (_drop(key) for key in local)


def _set_settings(state: State) -> Iterator[Step]:
    for name, value in SETTINGS.items():
        if state.settings.get(name) != value:
            yield _alter(state, "SET", f"{name} = '{value}'")


def _alter(state: State, verb: str, setting: str) -> Step:
    name = state.connection.ops.quote_name(state.name)
    return Step(f"the database: {verb} {setting}", moving.sql(f"ALTER DATABASE {name} {verb} {setting}"))


def _drop_triggers(state: State) -> Iterator[Step]:
    for trigger in state.triggers:
        if trigger.is_of_version_before:
            drop = f'DROP TRIGGER "{trigger.name}" ON "{trigger.table}"'
            yield Step(f"{trigger.table}: trigger {trigger.name} dropped", moving.sql(drop))


def _drop(key: ForeignKey) -> Step:
    drop = f'ALTER TABLE "{key.table}" DROP CONSTRAINT "{key.name}"'
    return Step(f"{key.table}: foreign key {key.name} dropped", moving.sql(drop))


def _spread(state: State, new: set[str], shards: int) -> Iterator[Step]:
    for table in state.reference:
        if table in new:
            yield Step(f"{table}: copied to every machine", moving.to_all_machines(table))
    beside = next((table for table in state.distributed if table not in new), None)
    for table in state.distributed:
        if table in new:
            yield Step(f"{table}: distributed by account", moving.by_account(table, beside, shards))
            beside = beside or table


def _remove_rests(state: State) -> Iterator[Step]:
    """Of a run that was interrupted between the two."""
    for table in state.spread.values():
        if state.is_spread(table.name) and table.rest_bytes:
            yield Step(
                f"{table.name}: rows removed that were copied from the coordinator", moving.remove_rest(table.name)
            )


def _make_function(state: State) -> Iterator[Step]:
    """Citus sends it to all machines, and to each that is added later."""
    if state.count_account_body != COUNT_ACCOUNT_BODY:
        yield Step(f"{COUNT_ACCOUNT}: made on every machine", moving.sql(CREATE_COUNT_ACCOUNT))


def _drop_function(state: State) -> Iterator[Step]:
    if state.count_account_body is not None:
        yield Step(f"{COUNT_ACCOUNT}: dropped", moving.sql(f"DROP FUNCTION {COUNT_ACCOUNT}"))


def _add_missing(state: State, dropped: list[ForeignKey], *, on_cluster: bool) -> Iterator[Step]:
    there = [key for key in state.foreign_keys if key not in dropped]
    for key in state.declared:
        if not key.is_in(there) and not (on_cluster and _is_of_local(state, key)):
            yield Step(f"{key.table}: foreign key to {key.to} added", moving.sql(key.sql))
