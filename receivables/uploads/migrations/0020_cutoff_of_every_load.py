from django.db import migrations, models


class Migration(migrations.Migration):
    """Every full load has a cut-off since there are any. The table is small: a row for each."""

    dependencies = [("uploads", "0019_indexes_of_loads")]

    operations = [
        migrations.AlterField(
            "fullload",
            "cutoff",
            models.DateTimeField(help_text="What came to the account after it is not known to the load."),
        )
    ]
