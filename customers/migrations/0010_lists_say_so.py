from typing import Any

from django.db import migrations, models
from django.db.models.functions import Abs
from django.db.models.lookups import GreaterThan

from config.database.changes import Table

BEFORE = models.Q(account__gt=0)
LISTED = models.Q(GreaterThan(Abs("account"), 0))
COLUMNS = {"customers_by_id": ["id"], "customers_by_change": ["updated_at", "id"]}


def of_lists(condition: models.Q) -> list[models.Index]:
    return [
        models.Index(fields=["account", *columns], name=name, condition=condition) for name, columns in COLUMNS.items()
    ]


def exchange(condition: models.Q) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        for index in of_lists(condition):
            Table(schema_editor, "customers_customer").set_index(apps.get_model("customers", "Customer"), index)

    return run


class Migration(migrations.Migration):
    """The indexes of lists are for queries that say so: a look-up that names its account does not take them.

    Each is built beside the one before, without a lock. It can be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [("customers", "0009_keys_with_account")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(exchange(LISTED), exchange(BEFORE))],
            state_operations=[
                *(migrations.RemoveIndex("customer", name) for name in COLUMNS),
                *(migrations.AddIndex("customer", index) for index in of_lists(LISTED)),
            ],
        )
    ]
