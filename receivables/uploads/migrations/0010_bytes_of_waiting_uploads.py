from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built while uploads go on
    dependencies = [
        ("apiauth", "0006_link_requests"),
        ("uploads", "0009_bytes_of_bad_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="waiting_bytes",
            field=models.BigIntegerField(db_default=0, default=0, help_text="Of a body that was kept for a worker."),
        ),
        AddIndexConcurrently(
            model_name="upload",
            index=models.Index(
                condition=models.Q(("state", "finished"), _negated=True), fields=["account"], name="uploads_waiting"
            ),
        ),
    ]
