from typing import Any

from django.db import migrations, models

from config.database.changes import Table


def forwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "customers_customerchange").add_columns(undone_by="uuid")


def backwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "customers_customerchange").remove_columns("undone_by")


class Migration(migrations.Migration):
    """Entries of the history that were taken back. The table is locked for a moment; no row is written."""

    atomic = False

    dependencies = [("customers", "0010_lists_say_so")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.AddField("customerchange", "undone_by", models.UUIDField(editable=False, null=True))
            ],
        )
    ]
