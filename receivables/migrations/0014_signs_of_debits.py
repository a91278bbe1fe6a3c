from copy import copy
from typing import Any

from django.db import connection, migrations, models, transaction
from django.db.models import Case, F, Func, Q, TextField, Value, When
from django.db.models.functions import Abs, Coalesce, Now
from django.db.models.lookups import In

TABLE = "receivables_invoice"
# Indexes that uploads can do without: what stands while the table is locked is built anew under the lock.
APART = ["invoices_by_word", "invoices_by_open_amount"]

AMOUNT = models.DecimalField(decimal_places=4, max_digits=23)
AS_GIVEN = Coalesce("balance_amount", "invoice_amount")
UNREADABLE = When(~Q(balance_text="") & Q(balance_amount=None), then=Value(None))

# What a debit was before: a magnitude, under S or a posting key of one or two digits.
NEITHER = ~Q(debit_credit_indicator__in=["S", "s", "H", "h"])
BEFORE = Case(
    UNREADABLE,
    When(Q(debit_credit_indicator__in=["S", "s"]) | NEITHER & Q(posting_key__regex="^0?[1-9]$"), then=Abs(AS_GIVEN)),
    When(Q(debit_credit_indicator__in=["H", "h"]) | NEITHER & Q(posting_key__regex="^1[1-9]$"), then=-Abs(AS_GIVEN)),
    default=AS_GIVEN,
    output_field=AMOUNT,
)

SPELT = Func(
    Func("debit_credit_indicator", template='LOWER(%(expressions)s COLLATE "C")', output_field=TextField()),
    Value("."),
    function="RTRIM",
    output_field=TextField(),
)
DEBITS = [
    *("s", "d", "dr", "db", "deb", "dbit", "debit", "debits", "debet", "soll", "belastung", "+", "40"),
    *("d\u00e9bit", "d\u00c9bit", "debe", "debito", "d\u00e9bito", "d\u00c9bito", "dare"),
]
CREDITS = [
    *("h", "c", "cr", "cred", "crdt", "credit", "credits", "kredit", "haben", "gutschrift", "-", "\u2212", "\u2013"),
    *("50", "cr\u00e9dit", "cr\u00c9dit", "haber", "credito", "cr\u00e9dito", "cr\u00c9dito", "avere"),
]
AFTER = Case(
    UNREADABLE,
    When(In(SPELT, CREDITS), then=-Abs(AS_GIVEN)),
    When(In(SPELT, DEBITS), then=AS_GIVEN),
    When(posting_key__regex="^0*1[1-9]([.,]0*)?$", then=-Abs(AS_GIVEN)),
    default=AS_GIVEN,
    output_field=AMOUNT,
)


def drop(apps: Any, schema_editor: Any) -> None:
    for name in APART:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def build(apps: Any, schema_editor: Any) -> None:
    """A build that was interrupted leaves an index that does not hold; it is made anew."""
    drop(apps, schema_editor)
    model = apps.get_model("receivables", "Invoice")
    for index in model._meta.indexes:
        if index.name in APART:
            schema_editor.execute(index.create_sql(model, schema_editor, concurrently=True))
    # A table that was written anew has no statistics of its new column, and no page that is known to be visible to all.
    schema_editor.execute(f"VACUUM (ANALYZE) {TABLE}")


def exchange(schema_editor: Any, model: Any, expression: Case) -> None:
    """Have the column generated anew. PostgreSQL 15 exchanges no expression: one statement drops the column and adds
    it again, so that the table is written once. Kept figures are sums of what it was before.
    """
    field = copy(model._meta.get_field("open_amount"))
    field.expression = expression
    definition, values = schema_editor.column_sql(model, field)
    schema_editor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    schema_editor.execute(
        f"ALTER TABLE {TABLE} DROP COLUMN IF EXISTS open_amount, ADD COLUMN open_amount {definition}", values
    )
    schema_editor.execute("DELETE FROM receivables_accountfigures")


def note_changes(apps: Any, before: Case) -> None:
    """Give rows whose open amount is another than before a new time of change, as an upload of their account would: who
    keeps a copy in step asks for what has changed.
    """
    invoices = apps.get_model("receivables", "Invoice").objects.annotate(was=before)
    changed = invoices.filter(Q(open_amount__lt=F("was")) | Q(open_amount__gt=F("was"))).order_by()
    for account in changed.values_list("account", flat=True).distinct():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"upload:{account}:invoices"])
            changed.filter(account=account).update(updated_at=Now())


def note_other_signs(apps: Any, schema_editor: Any) -> None:
    note_changes(apps, BEFORE)


def note_other_magnitudes(apps: Any, schema_editor: Any) -> None:
    note_changes(apps, AFTER)


def sign_debits_as_given(apps: Any, schema_editor: Any) -> None:
    exchange(schema_editor, apps.get_model("receivables", "Invoice"), AFTER)


def sign_debits_by_magnitude(apps: Any, schema_editor: Any) -> None:
    exchange(schema_editor, apps.get_model("receivables", "Invoice"), BEFORE)


class Migration(migrations.Migration):
    """A debit's open amount is its balance as given, and an indicator is understood however it is commonly spelt.

    The table is written anew, and nobody reads or writes it for as long: ten seconds for a million rows on two cores.
    Two indexes are dropped before and built behind it, while the table is in use: that of words took 25 seconds of the
    lock. It can be run again if interrupted, both ways.
    """

    atomic = False

    dependencies = [("receivables", "0013_open_balances")]

    operations = [
        migrations.RunPython(drop, build),
        migrations.RunPython(migrations.RunPython.noop, note_other_magnitudes),
        migrations.RunPython(sign_debits_as_given, sign_debits_by_magnitude, atomic=True),
        migrations.RunPython(note_other_signs, migrations.RunPython.noop),
        migrations.RunPython(build, drop),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    "invoice",
                    "open_amount",
                    models.GeneratedField(
                        db_persist=True,
                        expression=AFTER,
                        help_text="What is still owed: debits positive, credits negative.",
                        output_field=models.DecimalField(decimal_places=4, max_digits=23, null=True),
                    ),
                )
            ]
        ),
    ]
