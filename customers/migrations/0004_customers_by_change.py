from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


def rid_of(index: str) -> str:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}"


class Migration(migrations.Migration):
    """Indexes of a table that is in use: built beside it, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("customers", "0003_customer_identity")]

    operations = [
        migrations.RunSQL(rid_of("customers_by_change"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "customer",
            models.Index(
                fields=["account", "updated_at", "id"],
                name="customers_by_change",
                condition=models.Q(("account__gt", 0)),
            ),
        ),
        migrations.RunSQL(rid_of("customers_by_id"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "customer",
            models.Index(fields=["account", "id"], name="customers_by_id", condition=models.Q(("account__gt", 0))),
        ),
        RemoveIndexConcurrently("customer", "customers_page"),
        migrations.RunSQL(migrations.RunSQL.noop, rid_of("customers_page")),
    ]
