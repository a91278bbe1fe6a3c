"""Fill a database of an earlier schema, migrate it, and say what each migration took and whom it kept waiting."""

import argparse
import sys
from contextlib import closing
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.table import Table

from tests.benchmarks.database import beside, own_database
from tests.benchmarks.rekeying.filling import fill
from tests.benchmarks.rekeying.locks import STOPS_READERS, STOPS_SENDERS, Held, Locks, watched_locks
from tests.benchmarks.rekeying.probes import Reader, Sender, probing
from tests.benchmarks.report import TABLE_WIDTH

# The last migrations before the account was part of every key.
BEFORE = {
    "apiauth": "0008_closing_limits",
    "customers": "0008_customers_by_spelling",
    "receivables": "0017_closed_invoices",
    "uploads": "0020_cutoff_of_every_load",
}
HEADINGS = [
    *("migration", "took", "longest read", "longest upload", "lock against reads", "lock against uploads"),
    "release before",
]
SIZE = "SELECT pg_database_size(current_database())"


@dataclass
class Steps:
    """When each migration began and ended."""

    spans: dict[str, tuple[float, float]] = field(default_factory=dict)

    def record(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """Take what Django's executor says of its progress."""
        if action == "apply_start":
            self.spans[str(migration)] = (perf_counter(), perf_counter())
        elif action == "apply_success":
            started = self.spans[str(migration)][0]
            self.spans[str(migration)] = (started, perf_counter())


def rekey(server: str, options: argparse.Namespace, machine: dict[str, Any]) -> None:
    url = beside(server)
    with own_database(server), closing(psycopg.connect(url, autocommit=True)) as own:
        try:
            _migrate(BEFORE | dict(before.split("=") for before in options.before))
            _check_there_is_more()
            fill(own, options.invoices)
            sizes = [_size(own)]
            with watched_locks(url) as locks, probing(url) as (reader, sender):
                steps = _migrate({})
            sizes.append(_size(own))
        finally:
            connections.close_all()
    _show(steps, locks, reader, sender, machine | {"size before, after": " ".join(sizes)})


def _migrate(targets: dict[str, str]) -> Steps:
    """Migrate each app to its target, or to its last migration."""
    steps = Steps()
    executor = MigrationExecutor(connection, steps.record)
    graph = executor.loader.graph
    before = [executor.loader.get_migration_by_prefix(*target) for target in targets.items()]
    others = [node for node in graph.leaf_nodes() if node[0] not in targets]
    executor.migrate([(migration.app_label, migration.name) for migration in before] + others)
    return steps


def _check_there_is_more() -> None:
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        sys.exit("There is nothing to migrate: name an earlier schema with --before.")


def _size(own: psycopg.Connection[Any]) -> str:
    [(size,)] = own.execute(SIZE).fetchall()
    return f"{size / 1e9:.1f} GB"


def _show(steps: Steps, locks: Locks, reader: Reader, sender: Sender, facts: dict[str, Any]) -> None:
    usual = {
        "usual read": median(each.seconds for each in reader.tries),
        "usual upload": median(each.seconds for each in sender.tries),
    }
    caption = facts | {name: f"{seconds * 1e3:.0f} ms" for name, seconds in usual.items()}
    if sender.refused_at:
        caption["of the release before is refused"] = sender.refusal
    table = Table(title="Migrations of a large database", caption=", ".join(f"{k} {v}" for k, v in caption.items()))
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "migration" else "right", overflow="fold")
    whole = (min(began for began, _ in steps.spans.values()), max(ended for _, ended in steps.spans.values()))
    for name, span in (steps.spans | {"all": whole}).items():
        table.add_row(name, _seconds(span[1] - span[0]), *_waits(span, locks, reader, sender))
    Console(width=max(Console().width, TABLE_WIDTH)).print(table)


def _waits(span: tuple[float, float], locks: Locks, reader: Reader, sender: Sender) -> list[str]:
    is_served = sender.refused_at is None or sender.refused_at > span[1]
    held = (locks.longest(modes, *span) for modes in (STOPS_READERS, STOPS_SENDERS))
    return [
        *(_seconds(probe.longest(*span)) for probe in (reader, sender)),
        *map(_held, held),
        "uploads" if is_served else "is refused",
    ]


def _held(held: Held | None) -> str:
    return f"{_seconds(held.seconds)}, {held.table}" if held else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s"
