"""The index of identities, led by the customer's number; the index of numbers is then one too many.

The indexes are built while uploads go on; the table is locked only to exchange one constraint for another.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

TABLE = "customers_customer"
OLD, NEW = "customers_customer_unique_identity", "customers_customer_identity"
OLD_COLUMNS = "account_id, company_code, customer_number_key"
NEW_COLUMNS = "account_id, customer_number_key, company_code"


def build(name: str, columns: str) -> tuple[str, str]:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return (
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {TABLE} ({columns})",
    )


def exchange(before: str, after: str) -> str:
    return f"ALTER TABLE {TABLE} ADD CONSTRAINT {after} UNIQUE USING INDEX {after}, DROP CONSTRAINT {before}"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0002_customer_history")]

    operations = [
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
    ]
