from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from customers.imported.numbers import index_of_spellings


class Migration(migrations.Migration):
    """The index of customers whose number may have another spelling, built beside a table in use. It can be run again
    if interrupted.
    """

    atomic = False

    dependencies = [("customers", "0007_names_of_rows")]

    operations = [
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS customers_by_spelling", migrations.RunSQL.noop),
        AddIndexConcurrently("customer", index_of_spellings("customer_number_key", name="customers_by_spelling")),
    ]
