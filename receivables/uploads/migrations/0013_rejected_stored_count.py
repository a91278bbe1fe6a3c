from django.db import migrations, models


class Migration(migrations.Migration):
    """The column keeps its name, so that the database does nothing, and releases run side by side."""

    dependencies = [
        ("uploads", "0012_formats_of_files"),
    ]

    operations = [
        migrations.AlterField(
            model_name="upload",
            name="rejected_kept_count",
            field=models.PositiveIntegerField(
                db_column="rejected_kept_count",
                default=0,
                help_text="Rows with errors that are stored, or would be if it was no dry run.",
            ),
        ),
        migrations.RenameField("upload", "rejected_kept_count", "rejected_stored_count"),
    ]
