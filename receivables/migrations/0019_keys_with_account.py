from typing import Any

import apiauth.models.owned
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.database.changes import Table


# Tables that get an account, that of the row in another table that a column names.
OF_PARENT = {
    "receivables_invoicechange": ("invoice_id", "receivables_invoice"),
    "receivables_invoicenote": ("invoice_id", "receivables_invoice"),
    "receivables_invoicetag": ("tag_id", "receivables_tag"),
}
KEYED = ["receivables_invoice", "receivables_tag", "receivables_overduebalance", "receivables_openbalance", *OF_PARENT]
# What is unique: constraint, table, columns before.
UNIQUE = [
    ("receivables_invoicetag_unique_invoice_tag", "receivables_invoicetag", ["invoice_id", "tag_id"]),
    ("overdue_balances_identity", "receivables_overduebalance", ["customer_id", "currency"]),
    ("open_balances_identity", "receivables_openbalance", ["customer_id", "currency"]),
]
# Foreign keys: constraint, table, column, table of the other row.
REFERENCES = [
    ("receivables_invoicetag_tag", "receivables_invoicetag", "tag_id", "receivables_tag"),
    ("overdue_balances_customer", "receivables_overduebalance", "customer_id", "customers_customer"),
    ("open_balances_customer", "receivables_openbalance", "customer_id", "customers_customer"),
]


def forwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "receivables_invoicenote").drop_reference("author_id")
    for name, (column, parent) in OF_PARENT.items():
        Table(schema_editor, name).add_account(column, parent)
    for name in KEYED:
        Table(schema_editor, name).set_key("id", "account_id")
    for constraint, name, columns in UNIQUE:
        Table(schema_editor, name).set_unique(constraint, "account_id", *columns)
    for constraint, name, column, to in REFERENCES:
        Table(schema_editor, name).drop_reference(column)
        Table(schema_editor, name).add_reference(constraint, [column, "account_id"], to, ["id", "account_id"])


def backwards(apps: Any, schema_editor: Any) -> None:
    for _, name, column, _ in REFERENCES:
        Table(schema_editor, name).drop_reference(column, "account_id")
    for constraint, name, columns in UNIQUE:
        Table(schema_editor, name).set_unique(constraint, *columns)
    for name in KEYED:
        Table(schema_editor, name).set_key("id")
    for name in OF_PARENT:
        Table(schema_editor, name).remove_account()


class Migration(migrations.Migration):
    """The account stands in the primary key, and in what refers to it: no row can belong to one of another account.

    Tables are in use meanwhile; each step locks one for a moment. It can be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [
        ('apiauth', '0008_closing_limits'),
        ('customers', '0009_keys_with_account'),
        ('receivables', '0018_balances_without_reference'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.RemoveConstraint(model_name='invoicetag', name='receivables_invoicetag_unique_invoice_tag'),
                migrations.RemoveConstraint(model_name='openbalance', name='open_balances_identity'),
                migrations.RemoveConstraint(model_name='overduebalance', name='overdue_balances_identity'),
                migrations.RemoveIndex(model_name='invoicechange', name='invoice_history'),
                migrations.RemoveIndex(model_name='invoicenote', name='invoice_notes'),
                migrations.RemoveIndex(model_name='invoicetag', name='invoices_of_tag'),
                migrations.RemoveIndex(model_name='openbalance', name='open_balances_by_amount'),
                migrations.RemoveIndex(model_name='overduebalance', name='overdue_balances_by_amount'),
                migrations.AddField(model_name='invoicechange', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='invoicechange', name='invoice_id', field=models.BigIntegerField()),
                migrations.AddField(model_name='invoicenote', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='invoicenote', name='invoice_id', field=models.BigIntegerField()),
                migrations.AddField(model_name='invoicetag', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='invoicetag', name='invoice_id', field=models.BigIntegerField()),
                migrations.AddField(model_name='invoicetag', name='tag_id', field=models.BigIntegerField()),
                migrations.AddField(model_name='openbalance', name='customer_id', field=models.BigIntegerField()),
                migrations.AddField(model_name='overduebalance', name='customer_id', field=models.BigIntegerField()),
                migrations.AlterField(model_name='invoicechange', name='invoice', field=models.ForeignObject(from_fields=('account', 'invoice_id'), on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='receivables.invoice', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='invoicenote', name='author', field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                migrations.AlterField(model_name='invoicenote', name='invoice', field=models.ForeignObject(from_fields=('account', 'invoice_id'), on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='receivables.invoice', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='invoicetag', name='invoice', field=models.ForeignObject(from_fields=('account', 'invoice_id'), on_delete=django.db.models.deletion.CASCADE, related_name='invoice_tags', to='receivables.invoice', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='invoicetag', name='tag', field=models.ForeignObject(from_fields=('account', 'tag_id'), on_delete=django.db.models.deletion.CASCADE, related_name='invoice_tags', to='receivables.tag', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='openbalance', name='customer', field=models.ForeignObject(from_fields=('account', 'customer_id'), on_delete=django.db.models.deletion.CASCADE, related_name='open_balances', to='customers.customer', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='overduebalance', name='customer', field=models.ForeignObject(from_fields=('account', 'customer_id'), on_delete=django.db.models.deletion.CASCADE, related_name='overdue_balances', to='customers.customer', to_fields=('account', 'id'))),
                migrations.AddIndex(model_name='invoicechange', index=models.Index(fields=['invoice_id', '-id'], name='invoice_history')),
                migrations.AddIndex(model_name='invoicenote', index=models.Index(fields=['invoice_id', '-id'], name='invoice_notes')),
                migrations.AddIndex(model_name='invoicetag', index=models.Index(fields=['tag_id', 'invoice_id'], name='invoices_of_tag')),
                migrations.AddIndex(model_name='openbalance', index=models.Index(fields=['account', 'currency', '-amount', 'customer_id'], name='open_balances_by_amount')),
                migrations.AddIndex(model_name='overduebalance', index=models.Index(fields=['account', 'currency', '-amount', 'customer_id'], name='overdue_balances_by_amount')),
                migrations.AddConstraint(model_name='invoice', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_invoice_pkey')),
                migrations.AddConstraint(model_name='invoicechange', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_invoicechange_pkey')),
                migrations.AddConstraint(model_name='invoicenote', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_invoicenote_pkey')),
                migrations.AddConstraint(model_name='invoicetag', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_invoicetag_pkey')),
                migrations.AddConstraint(model_name='invoicetag', constraint=models.UniqueConstraint(fields=('account', 'invoice_id', 'tag_id'), name='receivables_invoicetag_unique_invoice_tag')),
                migrations.AddConstraint(model_name='invoicetag', constraint=apiauth.models.owned.SameAccount(column='tag_id', name='receivables_invoicetag_tag', to='receivables.Tag')),
                migrations.AddConstraint(model_name='openbalance', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_openbalance_pkey')),
                migrations.AddConstraint(model_name='openbalance', constraint=models.UniqueConstraint(fields=('account', 'customer_id', 'currency'), name='open_balances_identity')),
                migrations.AddConstraint(model_name='openbalance', constraint=apiauth.models.owned.SameAccount(column='customer_id', name='open_balances_customer', to='customers.Customer')),
                migrations.AddConstraint(model_name='overduebalance', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_overduebalance_pkey')),
                migrations.AddConstraint(model_name='overduebalance', constraint=models.UniqueConstraint(fields=('account', 'customer_id', 'currency'), name='overdue_balances_identity')),
                migrations.AddConstraint(model_name='overduebalance', constraint=apiauth.models.owned.SameAccount(column='customer_id', name='overdue_balances_customer', to='customers.Customer')),
                migrations.AddConstraint(model_name='tag', constraint=apiauth.models.owned.KeyWithAccount(name='receivables_tag_pkey')),
            ],
        ),
    ]
