"""Migrations of tables in use, which are not of one transaction: one that was interrupted is run again."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.emptying import empty_tables
from tests.factories import CustomerFactory, InvoiceFactory
from tests.receivables.migrating import migrate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.plain_postgresql(reason="a cluster is migrated first, and distributed then"),
]

INDEXES = (
    "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('receivables_invoice', 'receivables_invoicechange',"
    " 'customers_customer', 'customers_customerchange', 'uploads_upload', 'uploads_rejectedrow')"
)
OF_INDEXES = pytest.mark.parametrize(
    ("app", "before", "name"),
    sorted(  # from the newest back
        [
            ("receivables", "0002_invoice_history", "0003_invoice_identity"),
            ("customers", "0002_customer_history", "0003_customer_identity"),
            ("receivables", "0003_invoice_identity", "0004_invoices_by_change"),
            ("customers", "0003_customer_identity", "0004_customers_by_change"),
            ("receivables", "0004_invoices_by_change", "0005_invoices_for_collectors"),
            ("customers", "0004_customers_by_change", "0005_customers_by_word"),
            ("receivables", "0005_invoices_for_collectors", "0006_changes_by_time"),
            ("receivables", "0008_notes_and_tags", "0009_changes_by_upload"),
            ("receivables", "0013_open_balances", "0014_signs_of_debits"),
            ("receivables", "0016_invoices_by_spelling", "0017_closed_invoices"),
            ("receivables", "0018_balances_without_reference", "0019_keys_with_account"),
            ("receivables", "0019_keys_with_account", "0020_lists_say_so"),
            ("receivables", "0020_lists_say_so", "0021_history_by_moment"),
            ("customers", "0008_customers_by_spelling", "0009_keys_with_account"),
            ("customers", "0009_keys_with_account", "0010_lists_say_so"),
            ("customers", "0010_lists_say_so", "0011_changes_taken_back"),
            ("uploads", "0020_cutoff_of_every_load", "0021_keys_with_account"),
            ("uploads", "0022_taking_back", "0023_uploads_without_history"),
            ("customers", "0005_customers_by_word", "0006_changes_by_upload"),
            ("uploads", "0002_upload_terms", "0003_upload_indexes"),
            ("uploads", "0004_uploads_of_staff", "0005_valid_senders"),
            ("uploads", "0005_valid_senders", "0006_rejected_rows_of_invoice"),
        ],
        reverse=True,
    ),
)


@pytest.fixture(scope="module")
def _django_db_helper(django_db_setup, django_db_blocker):
    """Rows that all tests migrate, in place of what each test with a database begins and ends with: it leaves rows and
    tables as they are, which for the next is but a step.
    """
    with django_db_blocker.unblock():
        InvoiceFactory()
        CustomerFactory()
        yield
        migrate()
        empty_tables()


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        return dict(cursor.fetchall())


@OF_INDEXES
def test_a_migration_that_ended_before_it_was_noted_is_run_again(app, before, name):
    migrate(app, name)
    migrated = indexes()
    MigrationRecorder(connection).record_unapplied(app, name)
    migrate(app, name)
    assert indexes() == migrated


@OF_INDEXES
def test_a_way_back_that_ended_before_it_was_noted_is_gone_again(app, before, name):
    migrate(app, before)
    migrated_back = indexes()
    MigrationRecorder(connection).record_applied(app, name)
    migrate(app, before)
    assert indexes() == migrated_back
