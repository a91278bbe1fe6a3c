from django.db import migrations, models

OLDER = (
    "DELETE FROM uploads_renumberingpass AS older USING uploads_renumberingpass AS newer"
    " WHERE older.account_id = newer.account_id AND older.company_code = newer.company_code"
    " AND older.used_by IS NULL AND newer.used_by IS NULL AND older.id < newer.id"
)


class Migration(migrations.Migration):
    """Of a company code there is one unused leave to renumber items at the most; of more, the last one stays."""

    dependencies = [("uploads", "0017_unreadable_rows_of_parts")]

    operations = [
        migrations.RunSQL(OLDER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "renumberingpass",
            models.UniqueConstraint(
                condition=models.Q(("used_by", None)),
                fields=("account", "company_code"),
                name="uploads_renumberingpass_unique_unused",
            ),
        ),
    ]
