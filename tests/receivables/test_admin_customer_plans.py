"""How PostgreSQL finds what customers owe where one account of three holds most of a table: along an index."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from receivables.models import today
from tests.explained import plan_of
from tests.factories import CustomerFactory
from tests.receivables.staff_pages import LIST, staff_of
from tests.receivables.test_plans import large_account  # noqa: F401 - a fixture

pytestmark = pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")

FILL = """
INSERT INTO customers_customer (account_id, company_code, customer_number, company_name, first_name, last_name,
    phone_number, email_address, extra)
SELECT %s, 'US0' || n %% 4, n, 'Customer ' || n, '', '', '', '', '{}' FROM generate_series(1, 699) AS n
"""

# Whether kept balances still hold, and the figures of the page.
LISTED = ["invoices_by_change", "invoices_of_customer"]


@pytest.fixture
def customers(large_account, db):  # noqa: F811
    with connection.cursor() as cursor:
        cursor.execute(FILL, [large_account.pk])
        cursor.execute("ANALYZE customers_customer")
    return Customer.objects.filter(account=large_account)


def readings(browser, path, query=None):
    """Return the indexes of invoices that a page is read along, and `all` where all of them are read."""
    browser.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path, query).status_code == 200
    asked = [query["sql"] for query in queries if '"receivables_invoice"' in query["sql"]]
    return [name for sql in asked for name in _sources(plan_of(sql))]


def _sources(plan):
    """Each reading of invoices in a plan; a bitmap of an index names no table, and an index of customers is none."""
    if plan["Node Type"] == "Seq Scan":
        here = ["all"] if plan["Relation Name"] == "receivables_invoice" else []
    else:
        here = [plan["Index Name"]] if "invoice" in plan.get("Index Name", "") else []
    return here + [name for below in plan.get("Plans", []) for name in _sources(below)]


def test_the_figures_of_a_page_are_read_along_the_index_of_customers_items(customers, large_account):  # noqa: F811
    assert readings(staff_of(large_account), LIST) == LISTED


@pytest.mark.parametrize("search", [{"q": "customer"}, {"company_code": "US01"}, {"updated_since": f"{today()}"}])
def test_they_are_however_the_list_is_narrowed(search, customers, large_account):  # noqa: F811
    assert readings(staff_of(large_account), LIST, search) == LISTED


def test_customers_without_any_invoice_are_asked_for_one_by_one(customers, large_account):  # noqa: F811
    CustomerFactory(account=large_account, customer_number="999999")
    used = readings(staff_of(large_account), LIST, {"items": "none"})
    assert used == [*LISTED, *["invoices_of_customer"] * 2]  # and the count, and the page


def test_the_page_of_a_customer_reads_its_own_invoices_alone(customers, large_account):  # noqa: F811
    path = f"{LIST}{customers.get(customer_number='7').pk}/change/"
    assert readings(staff_of(large_account), path) == ["invoices_of_customer"] * 2
