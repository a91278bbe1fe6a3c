from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from config.database.changes import Table

COLUMNS = {
    "valid_from": "timestamptz",
    "company_code": "varchar(32) DEFAULT '' NOT NULL",
    "currency": "varchar(16) DEFAULT '' NOT NULL",
    "due_date": "date",
    "invoice_date": "date",
    "open_amount": "numeric(23, 4)",
    "undone_by": "uuid",
}
FIELDS: dict[str, Any] = {
    "valid_from": models.DateTimeField(editable=False, help_text="Empty in entries of earlier releases.", null=True),
    "company_code": models.CharField(db_default="", default="", editable=False, max_length=32),
    "currency": models.CharField(db_default="", default="", editable=False, max_length=16),
    "due_date": models.DateField(editable=False, null=True),
    "invoice_date": models.DateField(editable=False, null=True),
    "open_amount": models.DecimalField(decimal_places=4, editable=False, max_digits=23, null=True),
    "undone_by": models.UUIDField(editable=False, null=True),
}


# Found by account and moment as well.
DROPPED = {
    "invoice_changes_by_time": "USING brin (changed_at) WITH (autosummarize = on)",
    "invoice_changes_by_upload": "(upload_id, id)",
}


def dropped(name: str, definition: str) -> migrations.SeparateDatabaseAndState:
    again = f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON receivables_invoicechange {definition}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", again)],
        state_operations=[migrations.RemoveIndex("invoicechange", name)],
    )


def forwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "receivables_invoicechange").add_columns(**COLUMNS)


def backwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "receivables_invoicechange").remove_columns(*COLUMNS)


class Migration(migrations.Migration):
    """Entries of the history have what reports of earlier days need, and are found by account and moment.

    The table is in use meanwhile: it is locked for a moment, no row is written, and the index is built beside it. It can
    be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [("receivables", "0020_lists_say_so")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[migrations.AddField("invoicechange", name, field) for name, field in FIELDS.items()],
        ),
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS invoice_changes_by_moment", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoicechange", models.Index(fields=["account", "changed_at", "id"], name="invoice_changes_by_moment")
        ),
        *(dropped(name, definition) for name, definition in DROPPED.items()),
    ]
