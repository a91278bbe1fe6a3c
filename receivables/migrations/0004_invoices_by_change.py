from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of a table that is in use: built beside it, without locking it."""

    atomic = False

    dependencies = [("receivables", "0003_invoice_identity")]

    operations = [
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS invoices_by_change", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice", models.Index(fields=["account", "updated_at", "id"], name="invoices_by_change")
        ),
        migrations.RunSQL(migrations.RunSQL.noop, "DROP INDEX CONCURRENTLY IF EXISTS invoices_by_change"),
    ]
