"""How PostgreSQL finds what moved, and what it was later on, while it knows nothing of an account's newest changes."""

from datetime import timedelta

import pytest
from django.db import connection

from receivables.models import Invoice
from receivables.reports.movements import Window, movements, with_last_upload
from tests.explained import plan_of
from tests.receivables.test_plans import large_account  # noqa: F401 - a fixture

pytestmark = pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")

CHANGE_ALL = """
INSERT INTO receivables_invoicechange (account_id, invoice_id, upload_id, staff_username, changed_at, valid_from,
    changes, open_amount)
SELECT account_id, id, gen_random_uuid(), '', now() + make_interval(mins => %(minute)s), updated_at, '{}', 1
FROM receivables_invoice WHERE account_id = %(account)s
"""
UPDATE_ALL = """
UPDATE receivables_invoice SET updated_at = now() + make_interval(mins => %(minute)s) WHERE account_id = %(account)s
"""


@pytest.fixture
def window(large_account, db):  # noqa: F811
    """A window in which every item changed; all changed again since, and PostgreSQL has not counted that yet."""
    with connection.cursor() as cursor:
        for minute in (1, 2, 3):
            if minute == 3:
                cursor.execute("ANALYZE receivables_invoice, receivables_invoicechange")
            for statement in (CHANGE_ALL, UPDATE_ALL):
                cursor.execute(statement, {"account": large_account.pk, "minute": minute})
    newest = Invoice.objects.filter(account=large_account).latest("updated_at").updated_at
    since, until = newest - timedelta(seconds=90), newest - timedelta(seconds=30)
    return Window(large_account.pk, since, until)


def indexes_of_history(rows):
    query, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        plan = plan_of(cursor.mogrify(query, parameters))
    return _indexes(plan)


def _indexes(plan):
    """Return the index by which each reading of the history goes, and `all` where it reads the whole of it."""
    is_whole = plan["Node Type"] == "Seq Scan" and plan["Relation Name"] == "receivables_invoicechange"
    name = "all" if is_whole else plan.get("Index Name", "")
    own = [name] if is_whole or name.startswith("invoice_") else []
    return [*own, *(name for below in plan.get("Plans", []) for name in _indexes(below))]


def test_what_an_item_was_later_on_is_looked_up_by_the_item(window):
    found = indexes_of_history(with_last_upload(movements(window), window).order_by("id", "currency")[:100])
    assert set(found) - {"all"} == {"invoice_history"}  # once, all of it is read: half of it is of the window
