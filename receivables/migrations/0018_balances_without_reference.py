from typing import Any

from django.db import migrations

from config.database.changes import Table

BALANCES = ["receivables_overduebalance", "receivables_openbalance"]


def forwards(apps: Any, schema_editor: Any) -> None:
    for name in BALANCES:
        Table(schema_editor, name).drop_reference("customer_id")


def backwards(apps: Any, schema_editor: Any) -> None:
    for name in BALANCES:
        Table(schema_editor, name).add_reference(f"{name}_customer", ["customer_id"], "customers_customer", ["id"])


class Migration(migrations.Migration):
    """Cached balances refer to customers by a key that is about to change; the next migration has them refer again."""

    atomic = False

    dependencies = [("receivables", "0017_closed_invoices")]
    run_before = [("customers", "0009_keys_with_account")]

    operations = [migrations.RunPython(forwards, backwards)]
