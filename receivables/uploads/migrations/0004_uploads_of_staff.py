import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Uploads by staff. Nothing here reads or writes the rows of a table in use: the new columns' values stand in the
    catalogue, and the constraint is checked on the rows that stand already by the next migration. There is no way back
    once staff have uploaded, for such uploads have no key.
    """

    dependencies = [
        ('apiauth', '0003_quota_use'),
        ('uploads', '0003_upload_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('resource', models.CharField(choices=[('invoices', 'invoices'), ('customers', 'customers')], max_length=16)),
                ('headers_digest', models.CharField(help_text='SHA-256 of the sorted headers.', max_length=64)),
                ('columns', models.JSONField(help_text='A field of the contract for each column, + to keep it as extra, - for none.')),
                ('used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('resource', models.CharField(choices=[('invoices', 'invoices'), ('customers', 'customers')], max_length=16)),
                ('handling', models.CharField(choices=[('strict', 'strict: refuse all rows'), ('lenient', 'lenient: accept the other rows')], default='strict', max_length=16)),
                ('file_name', models.CharField(max_length=255)),
                ('file_format', models.CharField(max_length=16)),
                ('file_size', models.PositiveBigIntegerField(help_text='Bytes, unfolded.')),
                ('encoding', models.CharField(help_text='Of a CSV file.', max_length=16)),
                ('sheet', models.CharField(blank=True, help_text='Of a workbook.', max_length=255)),
                ('columns', models.JSONField(default=dict, help_text='What becomes of columns that are no field of the contract.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='FilePart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name='upload',
            name='file_lines',
            field=models.JSONField(help_text='Where its rows stand: [index, line] wherever lines jump.', null=True),
        ),
        migrations.AddField(
            model_name='upload',
            name='file_name',
            field=models.CharField(blank=True, db_default='', help_text='Of a file that staff uploaded.', max_length=255),
        ),
        migrations.AddField(
            model_name='upload',
            name='staff_username',
            field=models.CharField(blank=True, db_default='', editable=False, max_length=150),
        ),
        migrations.AlterField(
            model_name='upload',
            name='api_key',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='apiauth.apikey'),
        ),
        AddConstraintNotValid(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('api_key__isnull', False), models.Q(('staff_username', ''), _negated=True), _connector='XOR'), name='uploads_upload_has_one_sender'),
        ),
        migrations.AddField(
            model_name='columnmapping',
            name='account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='draft',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account'),
        ),
        migrations.AddField(
            model_name='draft',
            name='preview',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='draft', to='uploads.upload'),
        ),
        migrations.AddField(
            model_name='draft',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='draft',
            name='upload',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='uploads.upload'),
        ),
        migrations.AddField(
            model_name='filepart',
            name='draft',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='file_parts', to='uploads.draft'),
        ),
        migrations.AddConstraint(
            model_name='columnmapping',
            constraint=models.UniqueConstraint(fields=('account', 'resource', 'headers_digest'), name='uploads_columnmapping_unique_headers'),
        ),
        migrations.AddConstraint(
            model_name='filepart',
            constraint=models.UniqueConstraint(fields=('draft', 'number'), name='uploads_filepart_unique_draft_number'),
        ),
    ]
