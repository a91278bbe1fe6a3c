from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes of a table that is in use: built beside it, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("uploads", "0014_full_loads")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_by_moment", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "upload",
            models.Index(
                condition=models.Q(("merged_at__isnull", False)),
                fields=["account", "resource", "-merged_at"],
                name="uploads_by_moment",
            ),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_of_load", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "upload",
            models.Index(
                condition=models.Q(("load_id__isnull", False)),
                fields=["account", "load_id", "part"],
                name="uploads_of_load",
            ),
        ),
    ]
