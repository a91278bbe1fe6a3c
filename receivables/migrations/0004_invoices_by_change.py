from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


def rid_of(index: str) -> str:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}"


class Migration(migrations.Migration):
    """Indexes of a table that is in use: built beside it, without locking it. It can be run again if interrupted."""

    atomic = False

    dependencies = [("receivables", "0003_invoice_identity")]

    operations = [
        migrations.RunSQL(rid_of("invoices_by_change"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice",
            models.Index(
                fields=["account", "updated_at", "id"],
                name="invoices_by_change",
                condition=models.Q(("account__gt", 0)),
            ),
        ),
        migrations.RunSQL(rid_of("invoices_by_id"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice",
            models.Index(fields=["account", "id"], name="invoices_by_id", condition=models.Q(("account__gt", 0))),
        ),
        RemoveIndexConcurrently("invoice", "invoices_page"),
        migrations.RunSQL(migrations.RunSQL.noop, rid_of("invoices_page")),
    ]
