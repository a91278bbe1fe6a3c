"""Which locks of the tables are held for how long, as PostgreSQL shows them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter
from typing import Any, LiteralString

import psycopg

POLL_SECONDS = 0.02
STOPS_READERS = {"AccessExclusiveLock"}
STOPS_SENDERS = STOPS_READERS | {"ExclusiveLock", "ShareRowExclusiveLock", "ShareLock"}
# Of tables that were there before: nobody waits for a new one.
HELD: LiteralString = """
SELECT pid, relation, mode FROM pg_locks
WHERE granted AND relation = ANY(%s) AND mode = ANY(%s)
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
TABLES: LiteralString = """
SELECT oid::bigint, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""


@dataclass(frozen=True)
class Held:
    """A lock of a table; from the first poll that saw it to the first that did not."""

    table: str
    mode: str
    since: float
    until: float

    @property
    def seconds(self) -> float:
        return self.until - self.since


@dataclass
class Locks:
    """All locks that were seen, and those that are held still."""

    connection: psycopg.Connection[Any]
    ended: list[Held] = field(default_factory=list)
    since: dict[tuple[int, int, str], float] = field(default_factory=dict)
    is_over: Event = field(default_factory=Event)

    def watch(self) -> None:
        tables = dict(self.connection.execute(TABLES).fetchall())
        while not self.is_over.wait(POLL_SECONDS):
            held = set(self.connection.execute(HELD, [list(tables), sorted(STOPS_SENDERS)]).fetchall())
            now = perf_counter()
            for lock in self.since.keys() - held:
                self.ended.append(Held(tables[lock[1]], lock[2], self.since.pop(lock), now))
            self.since |= dict.fromkeys(held - self.since.keys(), now)

    def longest(self, modes: set[str], started: float, ended: float) -> Held | None:
        """Return the lock of these modes that was held longest of those that were taken within this time."""
        within = [held for held in self.ended if held.mode in modes and started <= held.since <= ended]
        return max(within, key=lambda held: held.seconds, default=None)


@contextmanager
def watched_locks(url: str) -> Iterator[Locks]:
    with psycopg.connect(url, autocommit=True) as connection:
        locks = Locks(connection)
        thread = Thread(target=locks.watch, daemon=True)
        thread.start()
        try:
            yield locks
        finally:
            locks.is_over.set()
            thread.join()
