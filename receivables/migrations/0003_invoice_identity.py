"""The index of identities, led by the invoice number; the index of invoice numbers is then one too many. The index
of customers, so that no upload takes it for the former.

The indexes are built while uploads go on; the table is locked only to exchange one constraint for another. As
they are not of one transaction, a migration that was interrupted has done some of it: it can be run again, both ways.
"""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

from customers.migrations import _repeated_rows

TABLE = "receivables_invoice"
OLD, NEW = "receivables_invoice_unique_identity", "receivables_invoice_identity"
OLD_COLUMNS = (
    "account_id, company_code, customer_number_key, invoice_number, accounting_doc_number, fiscal_year, line_item"
)
NEW_COLUMNS = (
    "account_id, invoice_number, customer_number_key, company_code, accounting_doc_number, fiscal_year, line_item"
)


def rid_of(index: str) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}"


def build(name: str, columns: str) -> tuple[str, str]:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return rid_of(f"{name}_built"), f"CREATE UNIQUE INDEX CONCURRENTLY {name}_built ON {TABLE} ({columns})"


def exchange(before: str, after: str) -> str:
    """Where it was done already, and what came after it was interrupted, the constraint is exchanged for itself."""
    return (
        f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {before}, DROP CONSTRAINT IF EXISTS {after},"
        f" ADD CONSTRAINT {after} UNIQUE USING INDEX {after}_built"
    )


def merge_repeated_rows(apps: Any, schema_editor: Any) -> None:
    _repeated_rows.merge_repeated_rows(schema_editor, TABLE, "invoice", NEW_COLUMNS)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("receivables", "0002_invoice_history")]

    operations = [
        # A database that is older than the identity of today may hold what the index refuses.
        migrations.RunPython(merge_repeated_rows, migrations.RunPython.noop),
        migrations.RunSQL(build(NEW, NEW_COLUMNS), migrations.RunSQL.noop),
        migrations.RunSQL(
            exchange(OLD, NEW),
            (*build(OLD, OLD_COLUMNS), exchange(NEW, OLD)),
            state_operations=[
                migrations.RemoveConstraint("invoice", OLD),
                migrations.AddConstraint(
                    "invoice",
                    models.UniqueConstraint(
                        fields=(
                            "account",
                            "invoice_number",
                            "customer_number_key",
                            "company_code",
                            "accounting_doc_number",
                            "fiscal_year",
                            "line_item",
                        ),
                        name=NEW,
                    ),
                ),
            ],
        ),
        RemoveIndexConcurrently("invoice", "invoices_by_number"),
        migrations.RunSQL(migrations.RunSQL.noop, rid_of("invoices_by_number")),
        migrations.RunSQL(rid_of("invoices_of_customer"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice",
            models.Index(
                fields=["account", "customer_number_key", "id"],
                name="invoices_of_customer",
                condition=models.Q(("account__gt", 0)),
            ),
        ),
        RemoveIndexConcurrently("invoice", "invoices_by_customer"),
        migrations.RunSQL(migrations.RunSQL.noop, rid_of("invoices_by_customer")),
    ]
