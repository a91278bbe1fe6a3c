from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of a table that is in use: built beside it, without locking it."""

    atomic = False

    dependencies = [("receivables", "0003_invoice_identity")]

    operations = [
        AddIndexConcurrently(
            "invoice", models.Index(fields=["account", "updated_at", "id"], name="invoices_by_change")
        )
    ]
