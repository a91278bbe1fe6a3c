from copy import copy
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.db import migrations, models
from django.db.models import Case, Q, Value, When

from config.database.room import room_for_copy

TABLE = "receivables_invoice"
CONSTRAINT = "receivables_invoice_closed_by_someone"
# Indexes that uploads can do without: what stands while the table is locked is built anew under the lock.
APART = ["invoices_by_word", "invoices_by_open_amount", "invoices_by_closing"]

AMOUNT = models.DecimalField(decimal_places=4, max_digits=23)
BEFORE: Case = import_module("receivables.migrations.0014_signs_of_debits").AFTER
AFTER = Case(When(closed_at__isnull=False, then=Value(Decimal(0))), default=BEFORE, output_field=AMOUNT)

COLUMNS: dict[str, "models.Field[Any, Any]"] = {
    "closed_at": models.DateTimeField(editable=False, null=True),
    "closed_by": models.UUIDField(editable=False, help_text="The upload that closed the item.", null=True),
    "closed_reason": models.CharField(
        blank=True,
        choices=[
            ("missing", "no longer in the full load"),
            ("withdrawn", "withdrawn with the upload that created it"),
        ],
        db_default="",
        default="",
        editable=False,
        max_length=16,
    ),
    "created_upload_id": models.UUIDField(editable=False, help_text="The upload that created the item.", null=True),
}
OPEN_AMOUNT = models.GeneratedField(
    db_persist=True,
    expression=AFTER,
    help_text="What is owed: debits positive, credits negative, and 0 while the item is closed.",
    output_field=models.DecimalField(decimal_places=4, max_digits=23, null=True),
)
BY_CLOSING = models.Index(
    condition=models.Q(("account__gt", 0), ("closed_at__isnull", False)),
    fields=["account", "closed_at", "id"],
    name="invoices_by_closing",
)
CLOSED_BY_SOMEONE = models.CheckConstraint(
    condition=Q(closed_at=None, closed_by=None, closed_reason="")
    | Q(closed_at__isnull=False, closed_by__isnull=False, closed_reason__gt=""),
    name=CONSTRAINT,
)


def drop(apps: Any, schema_editor: Any) -> None:
    for name in APART:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def build(apps: Any, schema_editor: Any) -> None:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    drop(apps, schema_editor)
    model = apps.get_model("receivables", "Invoice")
    for index in model._meta.indexes:
        if index.name in APART:
            schema_editor.execute(index.create_sql(model, schema_editor, concurrently=True))
    # A table that was written anew has no statistics of its new column, and no page that is known to be visible to all.
    schema_editor.execute(f"VACUUM (ANALYZE) {TABLE}")


def _is_done(schema_editor: Any) -> bool:
    """Whether the columns are there: of a migration that ended before it was noted nothing is to be done again."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'closed_at'", [TABLE])
        return cursor.fetchone() is not None


def add(apps: Any, schema_editor: Any) -> None:
    """Add the columns and have the open amount generated anew, by one statement: the table is written once."""
    if _is_done(schema_editor):
        return
    model = apps.get_model("receivables", "Invoice")
    as_sent, values = model._meta.get_field("open_amount").generated_sql(schema_editor.connection)
    schema_editor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    with schema_editor.connection.cursor() as cursor, room_for_copy(cursor, TABLE, APART):
        schema_editor.execute(
            f"ALTER TABLE {TABLE} DROP COLUMN open_amount,"
            " ADD COLUMN closed_at timestamptz, ADD COLUMN closed_by uuid,"
            " ADD COLUMN closed_reason varchar(16) NOT NULL DEFAULT '', ADD COLUMN created_upload_id uuid,"
            " ADD COLUMN open_amount numeric(23, 4)"
            f" GENERATED ALWAYS AS (CASE WHEN closed_at IS NOT NULL THEN 0::numeric ELSE {as_sent} END) STORED,"
            f" ADD CONSTRAINT {CONSTRAINT} CHECK (closed_at IS NULL AND closed_by IS NULL AND closed_reason = ''"
            " OR closed_at IS NOT NULL AND closed_by IS NOT NULL AND closed_reason > '')",
            values,
        )


def remove(apps: Any, schema_editor: Any) -> None:
    """What was closed is open again: its rows get a new time of change, for who keeps a copy in step, and figures and
    balances that were added up without them are made anew.
    """
    if not _is_done(schema_editor):
        return
    field = copy(apps.get_model("receivables", "Invoice")._meta.get_field("open_amount"))
    field.expression = BEFORE
    definition, values = schema_editor.column_sql(field.model, field)
    schema_editor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    schema_editor.execute(f"UPDATE {TABLE} SET updated_at = statement_timestamp() WHERE closed_at IS NOT NULL")
    with schema_editor.connection.cursor() as cursor, room_for_copy(cursor, TABLE, APART):
        schema_editor.execute(
            f"ALTER TABLE {TABLE} DROP COLUMN open_amount, {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)},"
            f" ADD COLUMN open_amount {definition}",
            values,
        )
    schema_editor.execute("DELETE FROM receivables_accountfigures")


class Migration(migrations.Migration):
    """An item may be closed without a word of its feed, and owes nothing then.

    The table is written anew, once for all columns that full loads need, and nobody reads or writes it for as long.
    Some indexes are dropped before and built behind it, while the table is in use. It can be run again if interrupted,
    both ways.
    """

    atomic = False

    dependencies = [
        ("apiauth", "0007_help_of_saved_lists"),
        ("receivables", "0016_invoices_by_spelling"),
    ]

    operations = [
        migrations.RunPython(drop, build),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add, remove, atomic=True)],
            state_operations=[
                *(migrations.AddField("invoice", name, field) for name, field in COLUMNS.items()),
                migrations.AlterField("invoice", "open_amount", OPEN_AMOUNT),
                migrations.AddIndex("invoice", BY_CLOSING),
                migrations.AddConstraint("invoice", CLOSED_BY_SOMEONE),
            ],
        ),
        migrations.RunPython(build, drop),
    ]
