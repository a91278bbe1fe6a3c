from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes of a table that is in use: built beside it, without locking it."""

    atomic = False

    dependencies = [("uploads", "0002_upload_terms")]

    operations = [
        AddIndexConcurrently(
            model_name='upload',
            index=models.Index(condition=models.Q(('idempotency_key', ''), _negated=True), fields=['account', 'idempotency_key', '-created_at'], name='uploads_by_idempotency_key'),
        ),
        AddIndexConcurrently(
            model_name='upload',
            index=models.Index(fields=['account', 'body_digest', '-created_at'], name='uploads_by_body'),
        ),
    ]
