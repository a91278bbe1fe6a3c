"""How staged rows are matched with stored ones: by their identity, in a table that PostgreSQL knows nothing of yet."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from receivables.models import Invoice
from tests.explained import forget_statistics
from tests.factories import customer_row, invoice_row, key_headers

pytestmark = pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")


@pytest.fixture(autouse=True)
def _nothing_known_of_the_tables(db):
    forget_statistics(Invoice, Customer)


def indexes_of_plan(statement):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        return set(re.findall(r'"Index Name": "(\w+)"', json.dumps(cursor.fetchone()[0])))


def match_of(receipt, rows, resource="invoices", **options):
    with CaptureQueriesContext(connection) as queries:
        receipt(rows, resource, **options)
    [match] = [query["sql"] for query in queries if query["sql"].startswith('INSERT INTO "matched_')]
    return match


def invoices(first, count):
    return [invoice_row(invoiceNumber=f"{number}") for number in range(first, first + count)]


def customers(first, count):
    return [customer_row(customerno=f"{number + 1}") for number in range(first, first + count)]


@pytest.mark.parametrize("count", [50, 2000])
@pytest.mark.parametrize(
    ("resource", "rows", "index"),
    [
        ("invoices", invoices, "receivables_invoice_identity"),
        ("customers", customers, "customers_customer_identity"),
    ],
)
def test_rows_are_looked_up_by_identity(receipt, resource, rows, index, count):
    receipt(rows(0, 3000), resource)
    assert indexes_of_plan(match_of(receipt, rows(3000, count), resource)) == {index}


def test_a_new_account_is_not_taken_for_one_without_rows(receipt, other_account):
    receipt(invoices(0, 3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE receivables_invoice")
    headers = key_headers(other_account)
    receipt(invoices(0, 3000), headers=headers)
    match = match_of(receipt, invoices(3000, 50), headers=headers)
    assert indexes_of_plan(match) == {"receivables_invoice_identity"}


def test_a_table_that_was_emptied_is_not_taken_for_empty(receipt):
    """As an index of identities and that of ids lead to one row then, each row of a load read all of one of them."""
    receipt(invoices(0, 2000))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 0, relpages = 1000 WHERE relname = 'receivables_invoice'")
    assert indexes_of_plan(match_of(receipt, invoices(2000, 2000))) == {"receivables_invoice_identity"}
