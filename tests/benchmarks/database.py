"""A database of the benchmark's own, and what stands in its tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config.embedded_postgres import socket_folder
from tests.benchmarks.feed import Ledger

NAME = "receivables_benchmark"
SETTINGS = ["server_version", "shared_buffers", "max_wal_size", "fsync", "synchronous_commit"]


def var_dir() -> Path:
    return Path(os.environ.get("VAR_DIR", "var")).absolute()


def given_database() -> str:
    """Return the address of the database that DATABASE_URL names, whose user must be a superuser, or else of the
    embedded PostgreSQL's. The benchmark's own stands beside it.
    """
    return os.environ.get("DATABASE_URL") or f"postgresql://postgres@/postgres?host={socket_folder(var_dir())}"


def beside(server: str) -> str:
    """Return the address of the benchmark's own database."""
    return urlsplit(server)._replace(path=f"/{NAME}").geturl()


@contextmanager
def own_database(server: str) -> Iterator[None]:
    """Make an empty database, and drop it in the end.

    Of two benchmarks at once the second is refused, for the first holds the database open.
    """
    _administer(server, "DROP DATABASE IF EXISTS {}", "CREATE DATABASE {}")
    try:
        yield
    finally:
        _administer(server, "DROP DATABASE {} WITH (FORCE)")


def _administer(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(sql.Identifier(NAME)))


class Tables:
    """The tables as the service left them; on a connection in autocommit, which VACUUM needs."""

    def __init__(self, connection: psycopg.Connection[Any], content: list[str]):
        self.connection = connection
        self.content = sql.SQL(", ").join(map(sql.Identifier, content))

    def run(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)

    def value(self, query: LiteralString, *parameters: Any) -> Any:
        """Return the first column of the only row that is found."""
        (row,) = self.connection.execute(query, parameters).fetchall()
        return row[0]

    def empty(self) -> None:
        self.run("TRUNCATE receivables_invoice, receivables_invoicechange, uploads_upload CASCADE", "CHECKPOINT")

    def settle(self) -> None:
        """Do what PostgreSQL would do sooner or later, so that it does not do it beside the clock."""
        self.run("VACUUM (ANALYZE) receivables_invoice", "CHECKPOINT")

    def multiply(self, times: int, step: int) -> None:
        """Add further copies of every invoice, until there are `times` as many; numbers go on in steps of `step`."""
        columns = [name for name in self.copied_columns() if name not in ("invoice_number", "accounting_doc_number")]
        self.connection.execute(
            sql.SQL(
                "INSERT INTO receivables_invoice (invoice_number, accounting_doc_number, {columns})"
                " SELECT (invoice_number::bigint + turn * {step})::text,"
                " (accounting_doc_number::bigint + turn * {step})::text, {columns}"
                " FROM generate_series(1, {last}) AS turn, receivables_invoice"
            ).format(columns=sql.SQL(", ").join(map(sql.Identifier, columns)), step=sql.Literal(step), last=times - 1)
        )

    def copied_columns(self) -> list[str]:
        """Return the columns of an invoice that are neither generated nor counted up."""
        rows = self.connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'receivables_invoice'::regclass"
            " AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity = ''"
        )
        return [name for (name,) in rows]

    def park(self) -> None:
        """Set the table of invoices aside, as `parked.receivables_invoice`, and put an empty one in its place."""
        self.run(
            "CREATE SCHEMA parked",
            "ALTER TABLE receivables_invoice SET SCHEMA parked",
            "CREATE TABLE receivables_invoice (LIKE parked.receivables_invoice INCLUDING ALL)",
            "ALTER TABLE receivables_invoice ADD FOREIGN KEY (account_id) REFERENCES apiauth_account"
            " DEFERRABLE INITIALLY DEFERRED",  # as Django's own
        )

    def swap(self) -> None:
        """Exchange the table of invoices with the parked one."""
        self.run(
            "BEGIN",
            "CREATE SCHEMA passing",
            "ALTER TABLE receivables_invoice SET SCHEMA passing",
            "ALTER TABLE parked.receivables_invoice SET SCHEMA public",
            "ALTER TABLE passing.receivables_invoice SET SCHEMA parked",
            "DROP SCHEMA passing",
            "COMMIT",
        )

    def ledger(self) -> Ledger:
        """Return what the stored invoices add up to."""
        row = self.connection.execute(
            "SELECT count(*), COALESCE(sum(invoice_amount), 0), COALESCE(sum(open_amount), 0) FROM receivables_invoice"
        ).fetchone()
        assert row is not None
        return Ledger(*row)

    def digest(self) -> str:
        """Return a digest of all that a feed brings into the invoices, whatever their order."""
        row = self.connection.execute(
            sql.SQL("SELECT sum(hashtextextended(ROW({})::text, 0)::numeric)::text FROM receivables_invoice").format(
                self.content
            )
        ).fetchone()
        assert row is not None
        return str(row[0])

    def facts(self) -> dict[str, str]:
        rows = self.connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [SETTINGS])
        return dict(rows.fetchall())
