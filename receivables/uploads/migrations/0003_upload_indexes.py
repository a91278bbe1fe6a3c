from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes of a table that is in use: built beside it, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("uploads", "0002_upload_terms")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_by_idempotency_key", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='upload',
            index=models.Index(condition=models.Q(('idempotency_key', ''), _negated=True), fields=['account', 'idempotency_key', '-created_at'], name='uploads_by_idempotency_key'),
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_by_body", migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name='upload',
            index=models.Index(fields=['account', 'body_digest', '-created_at'], name='uploads_by_body'),
        ),
    ]
