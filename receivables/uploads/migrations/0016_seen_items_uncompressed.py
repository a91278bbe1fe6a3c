from django.db import migrations

COLUMN = "ALTER TABLE uploads_seenitems ALTER COLUMN item_ids SET STORAGE {}"


class Migration(migrations.Migration):
    """Ids in order compress slowly: of 100,000 that an upload saw, it took most of the time to store them.

    What is stored already stays as it is, and is read as before.
    """

    dependencies = [("uploads", "0015_uploads_by_moment")]

    operations = [migrations.RunSQL(COLUMN.format("EXTERNAL"), COLUMN.format("EXTENDED"))]
