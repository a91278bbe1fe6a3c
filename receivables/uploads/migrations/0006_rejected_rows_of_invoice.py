from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KT


class Migration(migrations.Migration):
    """An index of a table that is in use: built beside it, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("uploads", "0005_valid_senders")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS rejected_rows_of_invoice", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "rejectedrow", models.Index(KT("errors__0__identity__invoiceNumber"), name="rejected_rows_of_invoice")
        ),
    ]
