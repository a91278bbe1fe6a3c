from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Replace, Upper


def rid_of(index: str) -> str:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index}"


def words_of(*columns: str, numbers: list[str]) -> Func:
    unpadded = [Func(F(number), Value("0"), function="LTRIM", output_field=TextField()) for number in numbers]
    parts = [*map(F, [*columns, *numbers]), *unpadded]
    text = Func(*parts, template='(%(expressions)s) COLLATE "C"', arg_joiner=" || ' ' || ", output_field=TextField())
    spaced: Any = Upper(text)
    for separator in "-/.(\t\n\u00a0\u3000":
        spaced = Replace(spaced, Value(separator), Value(" "))
    words = Func(spaced, Value(" "), function="string_to_array", output_field=TextField())
    present = Func(words, Value(""), function="array_remove", output_field=TextField())
    return Func(present, function="array_to_tsvector", output_field=SearchVectorField())


WORDS = words_of(
    "customer_name",
    "reference1",
    "reference2",
    numbers=["customer_number", "invoice_number", "accounting_doc_number", "reference_doc_number"],
)


def of_one_account(*fields: str, name: str) -> list[Any]:
    return [
        migrations.RunSQL(rid_of(name), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice", models.Index(fields=["account", *fields], name=name, condition=models.Q(("account__gt", 0)))
        ),
    ]


class Migration(migrations.Migration):
    """Indexes for what collectors ask, built beside a table in use. It can be run again if interrupted.

    A table that grows by a night at a time is looked at after a fiftieth of it came, not a tenth: PostgreSQL then knows
    of the new days, and works what waits into the index of words.
    """

    atomic = False

    dependencies = [("receivables", "0004_invoices_by_change")]

    operations = [
        *of_one_account("last_upload_id", name="invoices_of_upload"),
        *of_one_account("due_date", "id", name="invoices_by_due_date"),
        *of_one_account("open_amount", "id", name="invoices_by_open_amount"),
        migrations.RunSQL(rid_of("invoices_by_word"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "invoice", GinIndex(WORDS, name="invoices_by_word", fastupdate=True, gin_pending_list_limit=131072)
        ),
        migrations.RunSQL(
            "ALTER TABLE receivables_invoice SET (autovacuum_analyze_scale_factor = 0.02)",
            "ALTER TABLE receivables_invoice RESET (autovacuum_analyze_scale_factor)",
        ),
    ]
