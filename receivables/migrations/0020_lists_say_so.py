from typing import Any

from django.db import migrations, models
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan

from config.database.changes import Table

BEFORE = models.Q(account__gt=0)
LISTED = models.Q(GreaterThan(Abs("account"), 0))
COLUMNS = {
    "invoices_by_id": ["id"],
    "invoices_by_change": ["updated_at", "id"],
    "invoices_of_customer": ["customer_number_key", "id"],
    "invoices_of_upload": ["last_upload_id"],
    "invoices_by_due_date": ["due_date", "id"],
    "invoices_by_open_amount": ["open_amount", "id"],
    "invoices_by_closing": ["closed_at", "id"],
}
# What an index has beside that.
WHERE = {"invoices_by_closing": models.Q(closed_at__isnull=False)}


def of_lists(condition: models.Q) -> list[models.Index]:
    return [
        models.Index(fields=["account", *columns], name=name, condition=condition & WHERE.get(name, models.Q()))
        for name, columns in COLUMNS.items()
    ]


def exchange(condition: models.Q) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        for index in of_lists(condition):
            Table(schema_editor, "receivables_invoice").set_index(apps.get_model("receivables", "Invoice"), index)

    return run


class Migration(migrations.Migration):
    """The indexes of lists are for queries that say so: a look-up that names its account does not take them.

    Each is built beside the one before, without a lock. It can be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [("receivables", "0019_keys_with_account")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(exchange(LISTED), exchange(BEFORE))],
            state_operations=[
                *(migrations.RemoveIndex("invoice", name) for name in COLUMNS),
                *(migrations.AddIndex("invoice", index) for index in of_lists(LISTED)),
            ],
        )
    ]
