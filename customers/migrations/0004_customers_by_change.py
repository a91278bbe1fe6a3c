from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of a table that is in use: built beside it, without locking it."""

    atomic = False

    dependencies = [("customers", "0003_customer_identity")]

    operations = [
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS customers_by_change", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "customer", models.Index(fields=["account", "updated_at", "id"], name="customers_by_change")
        ),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP INDEX CONCURRENTLY IF EXISTS customers_by_change"),
    ]
