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


WORDS = words_of("company_name", "first_name", "last_name", "email_address", numbers=["customer_number"])


class Migration(migrations.Migration):
    """An index for searching, built beside a table in use. It can be run again if interrupted."""

    atomic = False

    dependencies = [("customers", "0004_customers_by_change")]

    operations = [
        migrations.RunSQL(rid_of("customers_by_word"), migrations.RunSQL.noop),
        AddIndexConcurrently(
            "customer", GinIndex(WORDS, name="customers_by_word", fastupdate=True, gin_pending_list_limit=131072)
        ),
    ]
