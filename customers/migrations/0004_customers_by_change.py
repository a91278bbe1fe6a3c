from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of a table that is in use: built beside it, without locking it."""

    atomic = False

    dependencies = [("customers", "0003_customer_identity")]

    operations = [
        AddIndexConcurrently(
            "customer", models.Index(fields=["account", "updated_at", "id"], name="customers_by_change")
        )
    ]
