from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

NAMES = {
    "loadedcode": "codes_of_load",
    "missingitem": "missing_of_load",
    "protectedidentity": "protected_of_load",
    "loadrequest": "requests_of_load",
}


def operations(model: str, name: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop),
        AddIndexConcurrently(model, models.Index(fields=["load"], name=name)),
    ]


class Migration(migrations.Migration):
    """A full load is deleted, as that of a dry run is, without reading all that loads ever lacked. The indexes are built
    beside tables that are in use, without locking them. It can be run again if interrupted.
    """

    atomic = False

    dependencies = [("uploads", "0018_one_unused_pass")]

    operations = [operation for model, name in NAMES.items() for operation in operations(model, name)]
