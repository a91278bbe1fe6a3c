from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    """The constraint on the uploads that stood already, and the index of the list of all accounts: both beside a table
    in use. It can be run again if interrupted.
    """

    atomic = False

    dependencies = [("uploads", "0004_uploads_of_staff")]

    operations = [
        ValidateConstraint("upload", "uploads_upload_has_one_sender"),
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS uploads_by_time", migrations.RunSQL.noop),
        AddIndexConcurrently("upload", models.Index(fields=["-created_at", "-id"], name="uploads_by_time")),
    ]
