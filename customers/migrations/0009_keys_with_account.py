from typing import Any

import apiauth.models.owned
import django.db.models.deletion
from django.db import migrations, models

from config.database.changes import Table


def forwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "customers_customer").set_key("id", "account_id")
    changes = Table(schema_editor, "customers_customerchange")
    changes.add_account("customer_id", "customers_customer")
    changes.set_key("id", "account_id")


def backwards(apps: Any, schema_editor: Any) -> None:
    for name in ("customers_customer", "customers_customerchange"):
        Table(schema_editor, name).set_key("id")
    Table(schema_editor, "customers_customerchange").remove_account()


class Migration(migrations.Migration):
    """The account stands in the primary key, and in what refers to it: no row can belong to one of another account.

    Tables are in use meanwhile; each step locks one for a moment. It can be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [
        ('apiauth', '0008_closing_limits'),
        ('customers', '0008_customers_by_spelling'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.RemoveIndex(model_name='customerchange', name='customer_history'),
                migrations.AddField(model_name='customerchange', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='customerchange', name='customer_id', field=models.BigIntegerField()),
                migrations.AlterField(model_name='customerchange', name='customer', field=models.ForeignObject(from_fields=('account', 'customer_id'), on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='customers.customer', to_fields=('account', 'id'))),
                migrations.AddIndex(model_name='customerchange', index=models.Index(fields=['customer_id', '-id'], name='customer_history')),
                migrations.AddConstraint(model_name='customer', constraint=apiauth.models.owned.KeyWithAccount(name='customers_customer_pkey')),
                migrations.AddConstraint(model_name='customerchange', constraint=apiauth.models.owned.KeyWithAccount(name='customers_customerchange_pkey')),
            ],
        ),
    ]
