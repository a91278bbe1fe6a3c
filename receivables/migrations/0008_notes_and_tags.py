import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables of their own: no constraint names the table of invoices, which an upload may be writing."""

    dependencies = [
        ('apiauth', '0003_quota_use'),
        ('receivables', '0007_account_figures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InvoiceTag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('author_username', models.CharField(max_length=150)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invoice_tags', to='receivables.invoice')),
            ],
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='tags', to='apiauth.account')),
                ('invoices', models.ManyToManyField(blank=True, related_name='tags', through='receivables.InvoiceTag', to='receivables.invoice')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='invoicetag',
            name='tag',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invoice_tags', to='receivables.tag'),
        ),
        migrations.CreateModel(
            name='InvoiceNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('author_username', models.CharField(help_text='It stays when the member of staff is gone.', max_length=150)),
                ('text', models.TextField(max_length=4000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invoice', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='receivables.invoice')),
            ],
            options={
                'indexes': [models.Index(fields=['invoice', '-id'], name='invoice_notes')],
            },
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(models.F('account'), django.db.models.functions.text.Lower('name'), name='receivables_tag_unique_name'),
        ),
        migrations.AddIndex(
            model_name='invoicetag',
            index=models.Index(fields=['tag', 'invoice'], name='invoices_of_tag'),
        ),
        migrations.AddConstraint(
            model_name='invoicetag',
            constraint=models.UniqueConstraint(fields=('invoice', 'tag'), name='receivables_invoicetag_unique_invoice_tag'),
        ),
    ]
