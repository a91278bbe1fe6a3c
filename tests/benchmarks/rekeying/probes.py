"""A reader and a sender who go on while the database is migrated: each tries every tenth of a second.

They are SQL, because no release serves every schema on the way. The sender stores a copy of a row in each table that an
upload writes to, updates an invoice and a customer, checks all constraints, and rolls back.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import perf_counter
from typing import Any, LiteralString, NamedTuple
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.benchmarks.rekeying.filling import is_there

PAUSE_SECONDS = 0.1
UPLOADED = [
    *("uploads_upload", "customers_customer", "customers_customerchange", "receivables_invoice"),
    *("receivables_invoicechange", "uploads_rejectedrow", "uploads_seenitems"),
]
UPDATED: list[LiteralString] = [
    "UPDATE receivables_invoice SET balance_text = balance_text || '0' WHERE account_id = 1 AND id = 1",
    "UPDATE customers_customer SET first_name = 'Jo' WHERE account_id = 1 AND id = 1",
]
NEW_EACH = ["invoice_number", "customer_number"]  # beside ids
READ: list[LiteralString] = [
    "SELECT * FROM receivables_invoice WHERE account_id = 1 ORDER BY id LIMIT 100",
    "SELECT * FROM receivables_invoicechange WHERE invoice_id = 1 ORDER BY id DESC LIMIT 100",
    "SELECT * FROM customers_customer WHERE account_id = 1 ORDER BY id LIMIT 100",
    "SELECT * FROM uploads_upload WHERE account_id = 1 ORDER BY created_at DESC, id LIMIT 100",
    "SELECT * FROM uploads_rejectedrow WHERE upload_id = md5('upload 0')::uuid ORDER BY index LIMIT 100",
]
COLUMNS: LiteralString = """
SELECT attname FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
"""


class Try(NamedTuple):
    since: float
    until: float

    @property
    def seconds(self) -> float:
        return self.until - self.since


class Probe(ABC):
    """What is tried again and again, on a connection of its own."""

    def __init__(self, connection: psycopg.Connection[Any]):
        self.connection = connection
        self.tries: list[Try] = []
        self.failure: Exception | None = None

    def go_on(self, is_over: Event) -> None:
        while not is_over.wait(PAUSE_SECONDS):
            since = perf_counter()
            try:
                self.once()
            except psycopg.Error as error:
                self.failure = error
                return
            self.tries.append(Try(since, perf_counter()))

    @abstractmethod
    def once(self) -> None:
        """Do what is timed."""

    def longest(self, started: float, ended: float) -> float:
        """Return the seconds of the longest try that this time has a part of."""
        return max((each.seconds for each in self.tries if each.since < ended and each.until > started), default=0.0)


class Reader(Probe):
    def once(self) -> None:
        for statement in READ:
            self.connection.execute(statement, prepare=False).fetchall()


class Sender(Probe):
    """Sends as the release before does, which does not name the new columns, for as long as it is let; then as the new
    one does, which names the account in every table.
    """

    def __init__(self, connection: psycopg.Connection[Any]):
        super().__init__(connection)
        self.samples = {table: self._sample(table) for table in UPLOADED if is_there(connection, table)}
        self.columns = {table: self._columns(table) for table in self.samples}
        self.refused_at: float | None = None  # since when the release before cannot store rows
        self.refusal = ""

    def _sample(self, table: str) -> dict[str, Any]:
        query = sql.SQL("SELECT to_jsonb(t) FROM {} AS t LIMIT 1").format(sql.Identifier(table))
        [(row,)] = self.connection.execute(query).fetchall()
        return {"account_id": 1} | row

    def _columns(self, table: str) -> list[str]:
        columns = [name for (name,) in self.connection.execute(COLUMNS, [table])]
        return [name for name in columns if name in self.samples[table]]

    def once(self) -> None:
        try:
            self._send(self.columns)
        except psycopg.errors.IntegrityError as error:
            if self.refused_at is not None:
                raise
            self.refused_at, self.refusal = perf_counter(), str(error).partition("\n")[0]
            self.columns = {table: self._columns(table) for table in self.samples}  # account_id among them

    def _send(self, columns: dict[str, list[str]]) -> None:
        with self.connection.transaction(force_rollback=True):
            for table, names in columns.items():
                self._store(table, names)
            for statement in UPDATED:
                self.connection.execute(statement, prepare=False)
            self.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def _store(self, table: str, names: list[str]) -> None:
        new = {name: str(uuid4()) for name in NEW_EACH} | ({"id": str(uuid4())} if "id" in names else {})
        new |= {"number": int(perf_counter() * 1000) % 10**9, "index": int(perf_counter() * 1000) % 10**9}
        row = self.samples[table] | {name: value for name, value in new.items() if name in self.samples[table]}
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s)"
        )
        listed = sql.SQL(", ").join(map(sql.Identifier, names))
        self.connection.execute(
            statement.format(table=sql.Identifier(table), names=listed), [Jsonb(row)], prepare=False
        )


@contextmanager
def probing(url: str) -> Iterator[tuple[Reader, Sender]]:
    """Have a reader and a sender go on until the block ends; raises what stopped one of them."""
    is_over = Event()
    with psycopg.connect(url, autocommit=True) as reading, psycopg.connect(url, autocommit=True) as sending:
        probes = Reader(reading), Sender(sending)
        threads = [Thread(target=probe.go_on, args=[is_over], daemon=True) for probe in probes]
        for thread in threads:
            thread.start()
        try:
            yield probes
        finally:
            is_over.set()
            for thread in threads:
                thread.join()
    for probe in probes:
        if probe.failure:
            raise probe.failure
