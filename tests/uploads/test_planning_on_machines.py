"""On a cluster, a machine's statistics learn of an account before its rows are changed by the thousand."""

import json
import re

import pytest
from django.db import connection

from config.database.base import is_distributed
from tests.factories import AccountFactory, invoice_row, key_headers

SHARD = "SELECT get_shard_id_for_distribution_column('receivables_invoice', %s)"
ROWS = 1500


@pytest.mark.django_db(transaction=True)
def test_a_new_account_is_not_taken_for_one_without_rows(receipt, account):
    """For each row that its second upload changed, all rows of the account were read: minutes for 20,000 of them."""
    if not is_distributed():
        pytest.skip("plain PostgreSQL hides the account from its planner")
    neighbour = next(other for other in AccountFactory.create_batch(40) if shard(other) == shard(account))
    receipt([invoice_row(invoiceNumber=f"{number}") for number in range(2 * ROWS)])
    query("ANALYZE receivables_invoice")
    assert expected_rows(neighbour) < 10
    receipt([invoice_row(invoiceNumber=f"{number}") for number in range(ROWS)], headers=key_headers(neighbour))
    assert expected_rows(neighbour) == pytest.approx(ROWS, rel=0.1)


def shard(account) -> int:
    return query(SHARD, account.pk).fetchone()[0]


def expected_rows(account) -> int:
    """What the planner of the account's machine expects of it."""
    [(explained,)] = query("EXPLAIN (FORMAT JSON) SELECT FROM receivables_invoice WHERE account_id = %s", account.pk)
    text = explained if isinstance(explained, str) else json.dumps(explained)
    return min(map(int, re.findall(r'"Plan Rows": (\d+)', text[text.index('"Tasks"') :])))


def query(text, *parameters):
    cursor = connection.cursor()
    cursor.execute(text, parameters)
    return cursor
