from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from customers.imported.numbers import index_of_spellings


class Migration(migrations.Migration):
    """The index of invoices whose numbers may have another spelling, built beside a table in use. It can be run again if
    interrupted.
    """

    atomic = False

    dependencies = [("receivables", "0015_figures_of_customers_by_code")]

    operations = [
        # A build that was interrupted leaves an index that does not hold; it is made anew.
        migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS invoices_by_spelling", migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice", index_of_spellings("invoice_number", "customer_number_key", name="invoices_by_spelling")
        ),
    ]
