from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Built beside a table in use, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("uploads", "0022_taking_back")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_without_history", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "upload",
            models.Index(
                fields=["account", "-merged_at"],
                condition=models.Q(merged_at__isnull=False, has_full_history=False, resource="invoices"),
                name="uploads_without_history",
            ),
        ),
    ]
