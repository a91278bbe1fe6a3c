"""The index of identities, led by the customer's number; the index of numbers is then one too many.

The indexes are built while uploads go on; the table is locked only to exchange one constraint for another. As
they are not of one transaction, a migration that was interrupted has done some of it: it can be run again, both ways.
"""

from typing import Any

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from customers.migrations import _repeated_rows

TABLE = "customers_customer"
OLD, NEW = "customers_customer_unique_identity", "customers_customer_identity"
OLD_COLUMNS = "account_id, company_code, customer_number_key"
NEW_COLUMNS = "account_id, customer_number_key, company_code"


def rid_of(index: str) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}"


def build(name: str, columns: str) -> tuple[str, str]:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return rid_of(f"{name}_built"), f"CREATE UNIQUE INDEX CONCURRENTLY {name}_built ON {TABLE} ({columns})"


def exchange(before: str, after: str) -> str:
    """Where it was done already, and what came after it was interrupted, the constraint is exchanged for itself."""
    return (
        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {before}, DROP CONSTRAINT IF EXISTS {after},"
        f" ADD CONSTRAINT {after} UNIQUE USING INDEX {after}_built"
    )


def merge_repeated_rows(apps: Any, schema_editor: Any) -> None:
    _repeated_rows.merge_repeated_rows(schema_editor, TABLE, "customer", NEW_COLUMNS)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0002_customer_history")]

    operations = [
        # A database that is older than the identity of today may hold what the index refuses.
        migrations.RunPython(merge_repeated_rows, migrations.RunPython.noop),
        migrations.RunSQL(build(NEW, NEW_COLUMNS), migrations.RunSQL.noop),
        migrations.RunSQL(
            exchange(OLD, NEW),
            (*build(OLD, OLD_COLUMNS), exchange(NEW, OLD)),
            state_operations=[
                migrations.RemoveConstraint("customer", OLD),
                migrations.AddConstraint(
                    "customer",
                    models.UniqueConstraint(fields=("account", "customer_number_key", "company_code"), name=NEW),
                ),
            ],
        ),
        RemoveIndexConcurrently("customer", "customers_by_number"),
        migrations.RunSQL(migrations.RunSQL.noop, rid_of("customers_by_number")),
    ]
