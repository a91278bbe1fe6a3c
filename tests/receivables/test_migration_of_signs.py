"""The migration that signs debits as given: amounts stored before it are signed anew, and sums of them are not kept."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from apiauth.models import Account
from receivables.figures.caching import cache_statuses, refresh_figures
from receivables.models import Invoice
from receivables.models.account_figures import AccountFigures, OpenBalance
from tests.factories import CustomerFactory
from tests.receivables.migrating import migrate, stored_invoice

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("_wholly_migrated_again"),
    pytest.mark.plain_postgresql(reason="a cluster is migrated first, and distributed then"),
]

BEFORE = "0013_open_balances"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = {
    "a negative balance of a debit": (
        {"debit_credit_indicator": "S", "balance_text": "-5", "balance_amount": -5},
        5,
        -5,
    ),
    "a debit": ({"debit_credit_indicator": "S"}, 100, 100),
    "a credit": ({"debit_credit_indicator": "H"}, -100, -100),
    "a negative amount under a debit key": ({"posting_key": "01", "invoice_amount": -100}, 100, -100),
    "a credit key with a zero in front": ({"posting_key": "011"}, 100, -100),
    "a credit spelt Cr.": ({"debit_credit_indicator": "Cr."}, 100, -100),
    "a balance that is no amount": ({"balance_text": "see note"}, None, None),
    "no sign": ({"invoice_amount": -7}, -7, -7),
}


def open_amounts():
    return dict(Invoice.objects.values_list("invoice_number", "open_amount"))


@pytest.fixture
def stored_before(account):
    migrate("receivables", BEFORE)
    for name, (values, _, _) in ROWS.items():
        stored_invoice(account, invoice_number=name, **values)


@pytest.mark.usefixtures("stored_before")
def test_stored_open_amounts_are_signed_anew_and_back():
    assert open_amounts() == {name: before for name, (_, before, _) in ROWS.items()}
    migrate("receivables")
    assert open_amounts() == {name: after for name, (_, _, after) in ROWS.items()}
    migrate("receivables", BEFORE)
    assert open_amounts() == {name: before for name, (_, before, _) in ROWS.items()}


@pytest.mark.usefixtures("stored_before")
@pytest.mark.parametrize("way", ["on", "back"])
def test_rows_of_another_open_amount_are_found_as_changed(way):
    if way == "back":
        migrate("receivables")
    Invoice.objects.update(updated_at=LONG_AGO)
    migrate("receivables", *([BEFORE] if way == "back" else []))
    changed = {name for name, (_, before, after) in ROWS.items() if before != after}
    assert set(Invoice.objects.exclude(updated_at=LONG_AGO).values_list("invoice_number", flat=True)) == changed


@pytest.mark.usefixtures("stored_before")
def test_figures_kept_of_the_old_signs_are_made_anew(account):
    CustomerFactory(account=account, customer_number="4711")
    # As they were stored then: they are computed from columns that the table has only now.
    AccountFigures.objects.create(account=account, as_of=LONG_AGO, computed_at=LONG_AGO, seconds=0, figures={})
    migrate("receivables")
    assert not AccountFigures.objects.exists()
    refresh_figures(cache_statuses(Account.objects.all()), 10)
    assert [balance.amount for balance in OpenBalance.objects.all()] == [-312]


def test_the_table_has_all_its_indexes_after_the_migration():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
        assert cursor.fetchall() == []
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'receivables_invoice'")
        assert {index.name for index in Invoice._meta.indexes} <= {name for (name,) in cursor.fetchall()}
