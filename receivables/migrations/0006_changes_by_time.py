from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """Built beside a table in use, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("receivables", "0005_invoices_for_collectors")]

    operations = [
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS invoice_changes_by_time", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoicechange", BrinIndex(fields=["changed_at"], name="invoice_changes_by_time", autosummarize=True)
        ),
    ]
