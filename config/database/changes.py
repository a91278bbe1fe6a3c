"""How a large table is changed while it is in use: for migrations, each step of which may be interrupted and run again.

Whatever reads a whole table is done without a lock. What needs one needs it for a moment: it waits no longer than
PATIENCE for it, since whoever comes later waits behind it, and is tried again.
"""

import time
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, models, transaction
from psycopg.errors import LockNotAvailable

PATIENCE = "2s"
TRIES = 300
BATCH = 20_000  # rows of one UPDATE

_CONSTRAINTS = """
SELECT conname, array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, position)
JOIN pg_attribute ON attrelid = conrelid AND attnum = k.number ORDER BY position)
FROM pg_constraint WHERE conrelid = %s::regclass AND contype = %s
"""
# The foreign keys that rest on a constraint of a table.
_RESTING = """
SELECT other.conrelid::regclass::text, other.conname FROM pg_constraint AS own
JOIN pg_constraint AS other ON other.confrelid = own.conrelid AND other.conindid = own.conindid
WHERE other.contype = 'f' AND own.conrelid = %s::regclass AND own.conname = %s
"""
_FORBIDS_NULL = "SELECT attnotnull FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'account_id'"
_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_account() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
SELECT account_id INTO NEW.account_id FROM {parent} WHERE id = NEW.{column}; RETURN NEW; END $$
"""
_TRIGGER = """
CREATE OR REPLACE TRIGGER account_of_version_before BEFORE INSERT ON {table}
FOR EACH ROW WHEN (NEW.account_id IS NULL) EXECUTE FUNCTION {table}_account()
"""
_FILL = """
UPDATE {table} AS t SET account_id = p.account_id FROM {parent} AS p
WHERE p.id = t.{column} AND t.id BETWEEN %s AND %s AND t.account_id IS NULL
"""
_CLEAR = "DELETE FROM {table} WHERE id BETWEEN %s AND %s AND account_id IS NULL"


class Table:
    """A table that a migration changes."""

    def __init__(self, schema_editor: Any, name: str):
        self.editor, self.name, self.connection = schema_editor, name, schema_editor.connection

    def run(self, *statements: str) -> None:
        """Run what locks the table for a moment, as one transaction, as soon as it gets the lock."""
        for _ in range(TRIES - 1):
            try:
                return self._run(statements)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
            time.sleep(1)
        return self._run(statements)

    def _run(self, statements: Iterable[str]) -> None:
        with transaction.atomic(self.connection.alias):
            self.editor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
            for statement in statements:
                self.editor.execute(statement)

    def add_columns(self, **definitions: str) -> None:
        """Add columns that it does not have, by their definitions. No row is written for one that is null at first, or
        has a constant default.
        """
        self.run(*(f'ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS "{n}" {d}' for n, d in definitions.items()))

    def remove_columns(self, *names: str) -> None:
        self.run(*(f'ALTER TABLE {self.name} DROP COLUMN IF EXISTS "{name}"' for name in names))

    def constraints(self, kind: str) -> dict[str, list[str]]:
        """Return the columns of its constraints by name: p the primary key, u what is unique, f foreign keys."""
        return dict(self._fetched(_CONSTRAINTS, self.name, kind))

    def add_account(self, column: str, parent: str) -> None:
        """Add the account of each row, which is that of the row of `parent` that `column` names. Rows whose parent is
        gone go, too: nobody could reach them.

        Processes of the version before may still write rows, of which a trigger fills it in.
        """
        about = {"table": self.name, "parent": parent, "column": column}
        self.run(
            f"ALTER TABLE {self.name} ADD COLUMN IF NOT EXISTS account_id bigint",
            _FUNCTION.format(**about),
            _TRIGGER.format(**about),
        )
        self._in_batches(_FILL.format(**about), _CLEAR.format(**about))
        if not self._fetched(_FORBIDS_NULL, self.name)[0][0]:
            self._forbid_null()

    def remove_account(self) -> None:
        self.run(
            f"DROP TRIGGER IF EXISTS account_of_version_before ON {self.name}",
            f"DROP FUNCTION IF EXISTS {self.name}_account()",
            f"ALTER TABLE {self.name} DROP COLUMN IF EXISTS account_id",
        )

    def _in_batches(self, *statements: str) -> None:
        newest = self._fetched(f"SELECT coalesce(max(id), 0) FROM {self.name}")[0][0]  # noqa: S608 - our own names
        for start in range(0, newest + 1, BATCH):
            with transaction.atomic(self.connection.alias):
                for statement in statements:
                    self.editor.execute(statement, [start, start + BATCH - 1])

    def _forbid_null(self) -> None:
        """PostgreSQL takes a valid constraint for proof, and does not read the table under the lock."""
        known = f"{self.name}_account_known"
        self.run(
            f"ALTER TABLE {self.name} DROP CONSTRAINT IF EXISTS {known}",
            f"ALTER TABLE {self.name} ADD CONSTRAINT {known} CHECK (account_id IS NOT NULL) NOT VALID",
        )
        self.editor.execute(f"ALTER TABLE {self.name} VALIDATE CONSTRAINT {known}")
        self.run(
            f"ALTER TABLE {self.name} ALTER COLUMN account_id SET NOT NULL",
            f"ALTER TABLE {self.name} DROP CONSTRAINT {known}",
        )

    def set_key(self, *columns: str) -> None:
        """Have these columns as the primary key. Foreign keys that rest on another one go."""
        name = f"{self.name}_pkey"
        if self.constraints("p").get(name) != list(columns):
            self._exchange(name, "PRIMARY KEY", columns)

    def set_unique(self, name: str, *columns: str) -> None:
        """Have a constraint of this name that these columns are unique."""
        if self.constraints("u").get(name) != list(columns):
            self._exchange(name, "UNIQUE", columns)

    def _exchange(self, name: str, kind: str, columns: Iterable[str]) -> None:
        """Build the index of a constraint beside the one it has, and exchange them."""
        built = f"{name}_built"
        self.editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {built}")  # of an interrupted run it does not hold
        self.editor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {built} ON {self.name} ({_quoted(columns)})")
        resting = self._fetched(_RESTING, self.name, name)
        self.run(
            *(f"ALTER TABLE {other} DROP CONSTRAINT {reference}" for other, reference in resting),
            f"ALTER TABLE {self.name} DROP CONSTRAINT IF EXISTS {name},"
            f" ADD CONSTRAINT {name} {kind} USING INDEX {built}",
        )

    def drop_unique(self, *columns: str) -> None:
        """Drop the constraint that these columns are unique, whatever its name."""
        self._drop("u", columns)

    def drop_reference(self, *columns: str) -> None:
        """Drop the foreign key of these columns, whatever its name."""
        self._drop("f", columns)

    def _drop(self, kind: str, columns: Iterable[str]) -> None:
        for name, own in self.constraints(kind).items():
            if own == list(columns):
                self.run(f"ALTER TABLE {self.name} DROP CONSTRAINT {name}")

    def add_reference(self, name: str, columns: Iterable[str], to: str, to_columns: Iterable[str]) -> None:
        """Add a foreign key that is checked when a transaction ends. The rows are read without a lock."""
        if name not in self.constraints("f"):
            self.run(
                f"ALTER TABLE {self.name} ADD CONSTRAINT {name} FOREIGN KEY ({_quoted(columns)})"
                f" REFERENCES {to} ({_quoted(to_columns)}) DEFERRABLE INITIALLY DEFERRED NOT VALID"
            )
        self.editor.execute(f"ALTER TABLE {self.name} VALIDATE CONSTRAINT {name}")

    def set_index(self, model: Any, index: models.Index) -> None:
        """Build an index beside the one of its name, and have it in its stead."""
        built = index.clone()
        built.name = f"{index.name}_built"
        self.editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {built.name}")
        self.editor.execute(built.create_sql(model, self.editor, concurrently=True))
        self.run(f"DROP INDEX IF EXISTS {index.name}", f"ALTER INDEX {built.name} RENAME TO {index.name}")

    def _fetched(self, query: str, *parameters: str) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters)
            found: list[Any] = cursor.fetchall()
            return found


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
