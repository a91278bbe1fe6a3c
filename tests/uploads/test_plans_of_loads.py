"""How full loads find items by their ids, in an account that PostgreSQL believes to have no rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.explained import plan_of
from tests.factories import key_headers
from tests.uploads.loads import full_load, ledger_of

pytestmark = pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")

FOUND_BY_IDS = ("WITH absent", "INSERT INTO receivables_invoicechange", "UPDATE receivables_invoice ")


@pytest.fixture
def young_upload(upload, receipt, other_account):
    """Upload to an account that is not in what PostgreSQL knows of the table."""
    receipt(ledger_of(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE receivables_invoice")
    headers = key_headers(other_account)
    return lambda rows, query="": upload(rows, query=query, headers=headers)


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from scans(part)


def indexes_of_ids(query: str) -> set[str]:
    """Return the indexes of the scans that a list of ids restricts."""
    of_ids = [
        scan for scan in scans(plan_of(query)) if "id = ANY" in scan.get("Index Cond", "") + scan.get("Filter", "")
    ]
    return {scan.get("Index Name", "none") for scan in of_ids}


def test_items_of_a_young_account_are_found_by_their_ids(young_upload):
    full_load(young_upload, ledger_of(3000))
    with CaptureQueriesContext(connection) as queries:
        full_load(young_upload, ledger_of(2995))
    texts = [query["sql"].strip() for query in queries]
    found = [indexes_of_ids(text) for text in texts if text.startswith(FOUND_BY_IDS)]
    assert found == [{"receivables_invoice_pkey"}] * 3
