from typing import Any

import apiauth.models.owned
import django.db.models.deletion
from django.db import migrations, models

from config.database.changes import Table

COLUMNS = {
    "has_full_history": "boolean DEFAULT false NOT NULL",
    "undo": "jsonb",
    "undoes": "uuid",
    "undone_by": "uuid",
}


def forwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "uploads_upload").add_columns(**COLUMNS)


def backwards(apps: Any, schema_editor: Any) -> None:
    Table(schema_editor, "uploads_upload").remove_columns(*COLUMNS)


class Migration(migrations.Migration):
    """What an undo takes back, and the rows that it leaves as they are. No row is written."""

    dependencies = [
        ('apiauth', '0008_closing_limits'),
        ('uploads', '0021_keys_with_account'),
    ]

    operations = [
        migrations.CreateModel(
            name='SkippedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('undo_id', models.UUIDField(help_text='The undo.')),
                ('row_id', models.BigIntegerField(help_text='An invoice, or a customer.')),
                ('reason', models.CharField(choices=[('changed', 'changed by a later upload'), ('contained', 'contained in a later full load')], max_length=16)),
                ('upload_id', models.UUIDField()),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.AlterModelOptions(
            name='upload',
            options={'permissions': [('undo_upload', 'Can take back what an upload did')], 'verbose_name': 'upload', 'verbose_name_plural': 'uploads'},
        ),
        migrations.AlterField(
            model_name='fullload',
            name='state',
            field=models.CharField(choices=[('open', 'open'), ('closed', 'closed what it lacks'), ('nothing_to_close', 'lacks nothing'), ('withheld', 'withheld'), ('superseded', 'superseded by a later one'), ('refused', 'refused'), ('abandoned', 'abandoned'), ('expired', 'expired'), ('undone', 'taken back')], default='open', max_length=16),
        ),
        migrations.AlterField(
            model_name='upload',
            name='kind',
            field=models.CharField(choices=[('rows', 'rows'), ('commit', 'end of a full load'), ('confirmation', 'confirmation of a full load'), ('undo', 'taking back')], db_default='rows', default='rows', max_length=16),
        ),
        migrations.AddField(
            model_name='skippedrow',
            name='account',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account'),
        ),
        migrations.AddConstraint(
            model_name='skippedrow',
            constraint=apiauth.models.owned.KeyWithAccount(name='uploads_skippedrow_pkey'),
        ),
        migrations.AddConstraint(
            model_name='skippedrow',
            constraint=models.UniqueConstraint(fields=('account', 'undo_id', 'row_id'), name='uploads_skippedrow_unique_undo_row'),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.AddField(
                    model_name='upload',
                    name='has_full_history',
                    field=models.BooleanField(db_default=False, default=False, help_text='Whether all that it changed is known, so that it can be taken back. Not of earlier releases.'),
                ),
                migrations.AddField(
                    model_name='upload',
                    name='undo',
                    field=models.JSONField(help_text='What an undo did: its counts, and what it has to restore.', null=True),
                ),
                migrations.AddField(
                    model_name='upload',
                    name='undoes',
                    field=models.UUIDField(editable=False, null=True),
                ),
                migrations.AddField(
                    model_name='upload',
                    name='undone_by',
                    field=models.UUIDField(editable=False, help_text='The undo that took it back.', null=True),
                ),
            ],
        ),
    ]
