from django.db import migrations, models

OF_OPEN_LOADS = """
UPDATE uploads_upload AS u SET unreadable_count = l.unreadable_count FROM uploads_fullload AS l
WHERE l.state = 'open' AND l.unreadable_count > 0 AND u.account_id = l.account_id AND u.id = (
    SELECT id FROM uploads_upload AS part WHERE part.account_id = l.account_id AND part.load_id = l.id
    ORDER BY part.created_at DESC LIMIT 1
)
"""


class Migration(migrations.Migration):
    """Unreadable rows are counted by upload: a part that comes again without them takes them back.

    Those of a full load that is open meanwhile are counted as its last part's.
    """

    dependencies = [("uploads", "0016_seen_items_uncompressed")]

    operations = [
        migrations.AddField(
            "upload",
            "unreadable_count",
            models.IntegerField(
                db_default=0, default=0, help_text="Refused rows of a full load of which no number can be read."
            ),
        ),
        migrations.RunSQL(OF_OPEN_LOADS, migrations.RunSQL.noop),
        migrations.RemoveField("fullload", "unreadable_count"),
    ]
