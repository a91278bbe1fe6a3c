import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('apiauth', '0007_help_of_saved_lists'),
        ('uploads', '0013_rejected_stored_count'),
    ]

    operations = [
        migrations.CreateModel(
            name='FullLoad',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('staff_username', models.CharField(blank=True, db_default='', editable=False, max_length=150)),
                ('form', models.CharField(choices=[('request', 'one request'), ('parts', 'in parts'), ('automatic', 'uploads of a key, until none comes'), ('file', 'a file of staff')], max_length=16)),
                ('state', models.CharField(choices=[('open', 'open'), ('closed', 'closed what it lacks'), ('nothing_to_close', 'lacks nothing'), ('withheld', 'withheld'), ('superseded', 'superseded by a later one'), ('refused', 'refused'), ('abandoned', 'abandoned'), ('expired', 'expired')], default='open', max_length=16)),
                ('company_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=32), help_text='An empty one is one, too.', size=None)),
                ('idempotency_key', models.CharField(blank=True, max_length=255)),
                ('extracted_at', models.DateTimeField(null=True)),
                ('cutoff', models.DateTimeField(help_text='Null where the account had no upload before.', null=True)),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('last_part_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When its last upload came, or it began.')),
                ('commit_id', models.UUIDField(null=True)),
                ('confirmation_id', models.UUIDField(null=True)),
                ('ended_at', models.DateTimeField(help_text='The moment of its commit, then of its confirmation.', null=True)),
                ('abandoned_for', models.UUIDField(help_text='The later load of its sender for which it was abandoned.', null=True)),
                ('open_before', models.JSONField(default=list, help_text='What was open in the account when it began: company code, currency, items and sums.')),
                ('row_count', models.PositiveIntegerField(default=0, help_text='Distinct items that it had.')),
                ('unreadable_count', models.PositiveIntegerField(default=0, help_text='Rows of which no number could be read.')),
                ('reasons', models.JSONField(default=list, help_text='Why it was withheld: code, message, params.')),
            ],
            options={
                'verbose_name': 'full load',
                'verbose_name_plural': 'full loads',
                'permissions': [('confirm_fullload', 'Can confirm what a full load would close')],
            },
        ),
        migrations.CreateModel(
            name='LoadedCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_code', models.CharField(blank=True, max_length=32)),
                ('row_count', models.PositiveIntegerField(default=0)),
                ('open', models.JSONField(default=list)),
                ('missing', models.JSONField(default=list)),
                ('closed', models.JSONField(default=list)),
                ('ended_at', models.DateTimeField(help_text="The moment of the load's commit, then of its confirmation.")),
                ('is_effective', models.BooleanField(default=False, help_text='Whether the load closed, or was confirmed.')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='MissingItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('invoice_id', models.BigIntegerField()),
                ('company_code', models.CharField(blank=True, max_length=32)),
                ('currency', models.CharField(blank=True, max_length=16)),
                ('open_amount', models.DecimalField(decimal_places=4, max_digits=23, null=True)),
                ('fate', models.CharField(choices=[('missing', 'not decided'), ('closed', 'closed'), ('seen', 'seen by a later upload'), ('changed', 'changed by a later upload')], db_default='missing', default='missing', max_length=16)),
                ('near_id', models.BigIntegerField(help_text='The item that the load created under another spelling.', null=True)),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ProtectedIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upload_id', models.UUIDField()),
                ('index', models.PositiveIntegerField(help_text='Of the row in its upload, counted from 0.')),
                ('parts', models.JSONField()),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='RenumberingPass',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company_code', models.CharField(blank=True, max_length=32)),
                ('staff_username', models.CharField(max_length=150)),
                ('expires_at', models.DateTimeField()),
                ('used_by', models.UUIDField(help_text='The full load that used it.', null=True)),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='SeenItems',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upload_id', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('seen_at', models.DateTimeField(help_text='The moment of the upload.')),
                ('load_id', models.UUIDField(help_text='The full load that the upload is of.', null=True)),
                ('item_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='LoadRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upload_id', models.UUIDField(null=True)),
                ('count', models.PositiveIntegerField(default=1)),
                ('arrived_at', models.DateTimeField(help_text='Of several, when the last one came.')),
                ('ends_at', models.DateTimeField(help_text='When the load ends, should no other request come until then.')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account')),
                ('load', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='uploads.fullload')),
            ],
            options={
                'abstract': False,
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('account', 'load', 'upload_id'), name='uploads_loadrequest_unique_load_upload', nulls_distinct=False)],
            },
        ),
        migrations.AddField(
            model_name='draft',
            name='company_codes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(blank=True, max_length=32), help_text='Of a full load; null: those of its rows.', null=True, size=None),
        ),
        migrations.AddField(
            model_name='draft',
            name='cutoff',
            field=models.DateTimeField(help_text='Of a full load: what the account had when the file came.', null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='foreseen',
            field=models.JSONField(help_text='What its upload would change, beside the receipt of the preview.', null=True),
        ),
        migrations.AddField(
            model_name='draft',
            name='is_full_load',
            field=models.BooleanField(db_default=False, default=False, help_text='Whether it is all that is open in its company codes.'),
        ),
        migrations.AddField(
            model_name='upload',
            name='closed_count',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='upload',
            name='extracted_at',
            field=models.DateTimeField(editable=False, help_text='When its rows left the ledger.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='kind',
            field=models.CharField(choices=[('rows', 'rows'), ('commit', 'end of a full load'), ('confirmation', 'confirmation of a full load')], db_default='rows', default='rows', max_length=16),
        ),
        migrations.AddField(
            model_name='upload',
            name='load_id',
            field=models.UUIDField(editable=False, help_text='The full load that it is of, if any.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='merged_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='part',
            field=models.PositiveIntegerField(editable=False, help_text='Its number among the parts of that load.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='reopened_count',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='upload',
            name='snapshot',
            field=models.JSONField(help_text='What became of its full load, as its sender was told.', null=True),
        ),
        migrations.AddField(
            model_name='fullload',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='full_loads', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='fullload',
            name='api_key',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='full_loads', to='apiauth.apikey'),
        ),
        migrations.AddField(
            model_name='loadedcode',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='loadedcode',
            name='load',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='uploads.fullload'),
        ),
        migrations.AddField(
            model_name='missingitem',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='missingitem',
            name='load',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='missing_items', to='uploads.fullload'),
        ),
        migrations.AddField(
            model_name='protectedidentity',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='protectedidentity',
            name='load',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='protected', to='uploads.fullload'),
        ),
        migrations.AddField(
            model_name='renumberingpass',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='seenitems',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddIndex(
            model_name='fullload',
            index=models.Index(fields=['account', '-began_at', 'id'], name='full_loads_page'),
        ),
        migrations.AddIndex(
            model_name='fullload',
            index=models.Index(condition=models.Q(('state__in', ['open', 'withheld'])), fields=['account'], name='full_loads_pending'),
        ),
        migrations.AddConstraint(
            model_name='fullload',
            constraint=models.CheckConstraint(condition=models.Q(('api_key__isnull', False), models.Q(('staff_username', ''), _negated=True), _connector='XOR'), name='uploads_fullload_has_one_sender'),
        ),
        migrations.AddIndex(
            model_name='loadedcode',
            index=models.Index(fields=['account', 'company_code', '-ended_at'], name='loads_of_code'),
        ),
        migrations.AddConstraint(
            model_name='loadedcode',
            constraint=models.UniqueConstraint(fields=('account', 'load', 'company_code'), name='uploads_loadedcode_unique_load_code'),
        ),
        migrations.AddConstraint(
            model_name='missingitem',
            constraint=models.UniqueConstraint(fields=('account', 'load', 'invoice_id'), name='uploads_missingitem_unique_load_invoice'),
        ),
        migrations.AddConstraint(
            model_name='protectedidentity',
            constraint=models.UniqueConstraint(fields=('account', 'load', 'upload_id', 'index'), name='uploads_protectedidentity_unique_row'),
        ),
        migrations.AddIndex(
            model_name='renumberingpass',
            index=models.Index(fields=['account', 'company_code', '-expires_at'], name='renumbering_passes_of_code'),
        ),
        migrations.AddIndex(
            model_name='seenitems',
            index=models.Index(fields=['account', 'seen_at'], name='seen_items_by_time'),
        ),
        migrations.AddConstraint(
            model_name='seenitems',
            constraint=models.UniqueConstraint(fields=('account', 'upload_id', 'number'), name='uploads_seenitems_unique_upload_number'),
        ),
    ]
