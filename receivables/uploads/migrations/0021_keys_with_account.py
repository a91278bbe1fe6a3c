from typing import Any

import apiauth.models.owned
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from config.database.changes import Table


UPLOAD, LOAD, DRAFT = "uploads_upload", "uploads_fullload", "uploads_draft"
# Tables that get an account, that of the row in another table that a column names.
OF_PARENT = {
    "uploads_rejectedrow": ("upload_id", UPLOAD),
    "uploads_bodypart": ("upload_id", UPLOAD),
    "uploads_filepart": ("draft_id", DRAFT),
}
OF_LOAD = ["uploads_loadedcode", "uploads_missingitem", "uploads_protectedidentity", "uploads_loadrequest"]
OTHERS = ["uploads_columnmapping", "uploads_paddedfeed", "uploads_renumberingpass", "uploads_seenitems"]
KEYED = [UPLOAD, LOAD, DRAFT, *OF_PARENT, *OF_LOAD, *OTHERS]
# What is unique: constraint, table, columns before.
UNIQUE = [
    ("uploads_rejectedrow_unique_upload_index", "uploads_rejectedrow", ["upload_id", "index"]),
    ("uploads_bodypart_unique_upload_number", "uploads_bodypart", ["upload_id", "number"]),
    ("uploads_filepart_unique_draft_number", "uploads_filepart", ["draft_id", "number"]),
]
# Foreign keys: constraint, table, column, table of the other row.
REFERENCES = [
    ("uploads_rejectedrow_upload", "uploads_rejectedrow", "upload_id", UPLOAD),
    ("uploads_bodypart_upload", "uploads_bodypart", "upload_id", UPLOAD),
    ("uploads_filepart_draft", "uploads_filepart", "draft_id", DRAFT),
    *((f"{name}_load", name, "load_id", LOAD) for name in OF_LOAD),
]
# Foreign keys that are no more: to rows that may be on another machine, and to accounts that another key checks.
DROPPED = [
    *((UPLOAD, "api_key_id"), (LOAD, "api_key_id"), (DRAFT, "staff_id"), (DRAFT, "preview_id"), (DRAFT, "upload_id")),
    *((name, "account_id") for name in OF_LOAD),
]
# Only needed where a load is deleted, by the id alone; the unique keys do now.
INDEXES = {
    "codes_of_load": "uploads_loadedcode",
    "missing_of_load": "uploads_missingitem",
    "protected_of_load": "uploads_protectedidentity",
    "requests_of_load": "uploads_loadrequest",
}


def forwards(apps: Any, schema_editor: Any) -> None:
    for name, column in DROPPED:
        Table(schema_editor, name).drop_reference(column)
    for column in ("preview_id", "upload_id"):
        Table(schema_editor, DRAFT).drop_unique(column)
    for name, (column, parent) in OF_PARENT.items():
        Table(schema_editor, name).add_account(column, parent)
    for name in KEYED:
        Table(schema_editor, name).set_key("id", "account_id")
    for constraint, name, columns in UNIQUE:
        Table(schema_editor, name).set_unique(constraint, "account_id", *columns)
    for constraint, name, column, to in REFERENCES:
        Table(schema_editor, name).drop_reference(column)
        Table(schema_editor, name).add_reference(constraint, [column, "account_id"], to, ["id", "account_id"])
    for index in INDEXES:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")


def backwards(apps: Any, schema_editor: Any) -> None:
    for index, name in INDEXES.items():
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {name} (load_id)")
    for _, name, column, _ in REFERENCES:
        Table(schema_editor, name).drop_reference(column, "account_id")
    for constraint, name, columns in UNIQUE:
        Table(schema_editor, name).set_unique(constraint, *columns)
    for name in KEYED:
        Table(schema_editor, name).set_key("id")
    for constraint, name, column, to in REFERENCES:
        Table(schema_editor, name).add_reference(constraint, [column], to, ["id"])
    for name in OF_PARENT:
        Table(schema_editor, name).remove_account()


class Migration(migrations.Migration):
    """The account stands in the primary key, and in what refers to it: no row can belong to one of another account.

    Tables are in use meanwhile; each step locks one for a moment. It can be run again if interrupted, both ways. Back,
    foreign keys to users, key pairs and accounts are left out.
    """

    atomic = False

    dependencies = [
        ('apiauth', '0008_closing_limits'),
        ('uploads', '0020_cutoff_of_every_load'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(forwards, backwards)],
            state_operations=[
                migrations.RemoveConstraint(model_name='bodypart', name='uploads_bodypart_unique_upload_number'),
                migrations.RemoveConstraint(model_name='filepart', name='uploads_filepart_unique_draft_number'),
                migrations.RemoveConstraint(model_name='loadedcode', name='uploads_loadedcode_unique_load_code'),
                migrations.RemoveConstraint(model_name='loadrequest', name='uploads_loadrequest_unique_load_upload'),
                migrations.RemoveConstraint(model_name='missingitem', name='uploads_missingitem_unique_load_invoice'),
                migrations.RemoveConstraint(model_name='protectedidentity', name='uploads_protectedidentity_unique_row'),
                migrations.RemoveConstraint(model_name='rejectedrow', name='uploads_rejectedrow_unique_upload_index'),
                migrations.RemoveIndex(model_name='loadedcode', name='codes_of_load'),
                migrations.RemoveIndex(model_name='loadrequest', name='requests_of_load'),
                migrations.RemoveIndex(model_name='missingitem', name='missing_of_load'),
                migrations.RemoveIndex(model_name='protectedidentity', name='protected_of_load'),
                migrations.AddField(model_name='bodypart', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='bodypart', name='upload_id', field=models.UUIDField()),
                migrations.AddField(model_name='draft', name='preview_id', field=models.UUIDField(null=True)),
                migrations.AddField(model_name='draft', name='upload_id', field=models.UUIDField(null=True)),
                migrations.AddField(model_name='filepart', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='filepart', name='draft_id', field=models.UUIDField()),
                migrations.AddField(model_name='loadedcode', name='load_id', field=models.UUIDField()),
                migrations.AddField(model_name='loadrequest', name='load_id', field=models.UUIDField()),
                migrations.AddField(model_name='missingitem', name='load_id', field=models.UUIDField()),
                migrations.AddField(model_name='protectedidentity', name='load_id', field=models.UUIDField()),
                migrations.AddField(model_name='rejectedrow', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AddField(model_name='rejectedrow', name='upload_id', field=models.UUIDField()),
                migrations.AlterField(model_name='bodypart', name='upload', field=models.ForeignObject(from_fields=('account', 'upload_id'), on_delete=django.db.models.deletion.CASCADE, related_name='body_parts', to='uploads.upload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='draft', name='account', field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='apiauth.account')),
                migrations.AlterField(model_name='draft', name='preview', field=models.ForeignObject(from_fields=('account', 'preview_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='drafts', to='uploads.upload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='draft', name='staff', field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                migrations.AlterField(model_name='draft', name='upload', field=models.ForeignObject(from_fields=('account', 'upload_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='uploads.upload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='filepart', name='draft', field=models.ForeignObject(from_fields=('account', 'draft_id'), on_delete=django.db.models.deletion.CASCADE, related_name='file_parts', to='uploads.draft', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='fullload', name='api_key', field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='full_loads', to='apiauth.apikey')),
                migrations.AlterField(model_name='loadedcode', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AlterField(model_name='loadedcode', name='load', field=models.ForeignObject(from_fields=('account', 'load_id'), on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='uploads.fullload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='loadrequest', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AlterField(model_name='loadrequest', name='load', field=models.ForeignObject(from_fields=('account', 'load_id'), on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='uploads.fullload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='missingitem', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AlterField(model_name='missingitem', name='load', field=models.ForeignObject(from_fields=('account', 'load_id'), on_delete=django.db.models.deletion.CASCADE, related_name='missing_items', to='uploads.fullload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='protectedidentity', name='account', field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='apiauth.account')),
                migrations.AlterField(model_name='protectedidentity', name='load', field=models.ForeignObject(from_fields=('account', 'load_id'), on_delete=django.db.models.deletion.CASCADE, related_name='protected', to='uploads.fullload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='rejectedrow', name='upload', field=models.ForeignObject(from_fields=('account', 'upload_id'), on_delete=django.db.models.deletion.CASCADE, related_name='rejected_rows', to='uploads.upload', to_fields=('account', 'id'))),
                migrations.AlterField(model_name='upload', name='api_key', field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uploads', to='apiauth.apikey')),
                migrations.AddConstraint(model_name='bodypart', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_bodypart_pkey')),
                migrations.AddConstraint(model_name='bodypart', constraint=models.UniqueConstraint(fields=('account', 'upload_id', 'number'), name='uploads_bodypart_unique_upload_number')),
                migrations.AddConstraint(model_name='bodypart', constraint=apiauth.models.owned.SameAccount(column='upload_id', name='uploads_bodypart_upload', to='uploads.Upload')),
                migrations.AddConstraint(model_name='columnmapping', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_columnmapping_pkey')),
                migrations.AddConstraint(model_name='draft', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_draft_pkey')),
                migrations.AddConstraint(model_name='filepart', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_filepart_pkey')),
                migrations.AddConstraint(model_name='filepart', constraint=models.UniqueConstraint(fields=('account', 'draft_id', 'number'), name='uploads_filepart_unique_draft_number')),
                migrations.AddConstraint(model_name='filepart', constraint=apiauth.models.owned.SameAccount(column='draft_id', name='uploads_filepart_draft', to='uploads.Draft')),
                migrations.AddConstraint(model_name='fullload', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_fullload_pkey')),
                migrations.AddConstraint(model_name='loadedcode', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_loadedcode_pkey')),
                migrations.AddConstraint(model_name='loadedcode', constraint=apiauth.models.owned.SameAccount(column='load_id', name='uploads_loadedcode_load', to='uploads.FullLoad')),
                migrations.AddConstraint(model_name='loadedcode', constraint=models.UniqueConstraint(fields=('account', 'load_id', 'company_code'), name='uploads_loadedcode_unique_load_code')),
                migrations.AddConstraint(model_name='loadrequest', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_loadrequest_pkey')),
                migrations.AddConstraint(model_name='loadrequest', constraint=apiauth.models.owned.SameAccount(column='load_id', name='uploads_loadrequest_load', to='uploads.FullLoad')),
                migrations.AddConstraint(model_name='loadrequest', constraint=models.UniqueConstraint(fields=('account', 'load_id', 'upload_id'), name='uploads_loadrequest_unique_load_upload', nulls_distinct=False)),
                migrations.AddConstraint(model_name='missingitem', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_missingitem_pkey')),
                migrations.AddConstraint(model_name='missingitem', constraint=apiauth.models.owned.SameAccount(column='load_id', name='uploads_missingitem_load', to='uploads.FullLoad')),
                migrations.AddConstraint(model_name='missingitem', constraint=models.UniqueConstraint(fields=('account', 'load_id', 'invoice_id'), name='uploads_missingitem_unique_load_invoice')),
                migrations.AddConstraint(model_name='paddedfeed', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_paddedfeed_pkey')),
                migrations.AddConstraint(model_name='protectedidentity', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_protectedidentity_pkey')),
                migrations.AddConstraint(model_name='protectedidentity', constraint=apiauth.models.owned.SameAccount(column='load_id', name='uploads_protectedidentity_load', to='uploads.FullLoad')),
                migrations.AddConstraint(model_name='protectedidentity', constraint=models.UniqueConstraint(fields=('account', 'load_id', 'upload_id', 'index'), name='uploads_protectedidentity_unique_row')),
                migrations.AddConstraint(model_name='rejectedrow', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_rejectedrow_pkey')),
                migrations.AddConstraint(model_name='rejectedrow', constraint=models.UniqueConstraint(fields=('account', 'upload_id', 'index'), name='uploads_rejectedrow_unique_upload_index')),
                migrations.AddConstraint(model_name='rejectedrow', constraint=apiauth.models.owned.SameAccount(column='upload_id', name='uploads_rejectedrow_upload', to='uploads.Upload')),
                migrations.AddConstraint(model_name='renumberingpass', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_renumberingpass_pkey')),
                migrations.AddConstraint(model_name='seenitems', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_seenitems_pkey')),
                migrations.AddConstraint(model_name='upload', constraint=apiauth.models.owned.KeyWithAccount(name='uploads_upload_pkey')),
            ],
        ),
    ]
