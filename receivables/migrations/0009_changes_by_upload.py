from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The index by which an upload's page finds what the upload changed, built beside a table in use. It can be run
    again if interrupted.
    """

    atomic = False

    dependencies = [("receivables", "0008_notes_and_tags")]

    operations = [
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS invoice_changes_by_upload", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoicechange", models.Index(fields=["upload_id", "id"], name="invoice_changes_by_upload")
        ),
    ]
