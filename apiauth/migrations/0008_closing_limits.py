

import apiauth.models.keys
import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('apiauth', '0007_help_of_saved_lists'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='closing_max_amount',
            field=models.DecimalField(blank=True, decimal_places=4, help_text='The largest sum it may close of a company code and currency; leave empty for none.', max_digits=23, null=True, validators=[django.core.validators.MinValueValidator(0)]),
        ),
        migrations.AddField(
            model_name='account',
            name='closing_max_items',
            field=models.PositiveIntegerField(db_default=50, default=50, help_text='So many items it may close whatever their share of all items is.'),
        ),
        migrations.AddField(
            model_name='account',
            name='closing_max_items_by_amount',
            field=models.PositiveIntegerField(db_default=10, default=10, help_text='So many it may close whatever their share of the open amounts is.'),
        ),
        migrations.AddField(
            model_name='account',
            name='closing_max_share',
            field=models.PositiveSmallIntegerField(db_default=20, default=20, help_text='Percent of the items, or of their open amounts, that a full load may close of a company code and currency, if they are more than a few.', validators=[django.core.validators.MaxValueValidator(100)]),
        ),
        migrations.AddField(
            model_name='account',
            name='closing_min_rows',
            field=models.PositiveSmallIntegerField(db_default=70, default=70, help_text='Percent of the rows of the last full load that the next one must have.', validators=[django.core.validators.MaxValueValidator(100)]),
        ),
        migrations.AddField(
            model_name='apikey',
            name='full_load_minutes',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Its uploads of invoices are changes, where this is empty. Else those that come together are a full load, which ends when none came for so many minutes.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)]),
        ),
        migrations.AlterField(
            model_name='apikey',
            name='scopes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'read'), ('upload', 'upload'), ('confirm', 'confirm')], max_length=10), default=apiauth.models.keys.default_scopes, size=None),
        ),
    ]
