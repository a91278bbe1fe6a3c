"""How PostgreSQL finds a page where one account of three holds most of a table: along an index, whatever is asked."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apiauth.models import Account
from receivables.api.filters import InvoiceFilterSet
from receivables.api.views import InvoiceListView
from receivables.figures.caching import cache_statuses
from tests.conftest import client_of
from tests.explained import plan_of
from tests.factories import AccountFactory

pytestmark = pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")

INVOICES = "/jsonApi/invoices"
ROWS, TEN_MILLION, OF_OTHERS = 20_000, 10_000_000, 1_000
# The login, the count of its requests and the page; behind a place one more, where rows without a value follow.
QUERIES = 3

FILL = """
INSERT INTO receivables_invoice (account_id, company_code, customer_number, invoice_number, accounting_doc_number,
    fiscal_year, line_item, customer_name, profit_center, sold_to, currency, invoice_amount, local_amount, balance_text,
    balance_amount, posting_date, invoice_date, issue_date, due_date, payment_terms, document_type, posting_key,
    debit_credit_indicator, fiscal_period, reason_code, reason_code_description, reference1, reference2,
    reference_doc_number, item_text, status, extra)
SELECT %s, 'US0' || n %% 4, n %% 700, n, n, 2024 + n %% 3, '1', 'Customer ' || n %% 700, '', '',
    (ARRAY['USD', 'EUR'])[1 + n %% 2], n, n, n, n, DATE '2024-01-01' + n %% 900, DATE '2024-01-01' + n %% 900, NULL,
    CASE WHEN n %% 50 > 0 THEN DATE '2024-01-01' + n %% 900 END, '', (ARRAY['RV', 'DG'])[1 + n %% 2], '', '', '', '',
    '', 'PO' || n, '', '', '', (ARRAY['OPEN', 'PAID'])[1 + n %% 2], '{}'
FROM generate_series(1, %s) AS n
"""

RARE = dict.fromkeys(InvoiceFilterSet.base_filters, "nothing") | {
    "open": "false",
    "overdue": "true",
    "overdueDaysMin": "2000",
    "overdueDaysMax": "1",
    "closed": "true",
    "closedSince": "2999-01-01T00:00:00Z",
    "createdSince": "2999-01-01T00:00:00Z",
    "updatedSince": "2999-01-01T00:00:00Z",
    "uploadId": "00000000-0000-0000-0000-000000000000",
    "hasWarning": "true",
}
DAYS_AND_AMOUNTS = {"Date__gte": "2999-01-01", "Date__lte": "1999-01-01", "Amount__gte": "1e9", "Amount__lte": "-1e9"}
RARE |= {name: value for name in RARE for suffix, value in DAYS_AND_AMOUNTS.items() if name.endswith(suffix)}
COMMON = {"currency": "USD", "status": "OPEN", "open": "true", "closed": "false"}
COMMON |= {"invoiceAmount__gte": "5", "search": "customer"}
FILTERS = [{}, *({name: value} for asked in (RARE, COMMON) for name, value in asked.items())]
ORDERINGS = [f"{sign}{name}" for sign, name in product(["", "-"], InvoiceListView.orderings)]


def pages_asked_for():
    """Every filter in every order at night; before a release each filter in a third of the orders, and the next one in
    another third; by day each filter in one order, and each order of all invoices.
    """
    for (number, query), (at, ordering) in product(enumerate(FILTERS), enumerate(ORDERINGS)):
        is_of_day = not query or ordering == ORDERINGS[0]
        of_later = pytest.mark.nightly if (number + at) % 3 else pytest.mark.full
        name = "=".join(*query.items()) if query else "all"
        yield pytest.param(query, ordering, id=f"{name} {ordering}", marks=() if is_of_day else of_later)


@pytest.fixture(scope="module", params=[ROWS])
def large_account(request, django_db_setup, django_db_blocker):
    """An account that holds nearly all rows of the table, as many as the fixture is asked for."""
    with django_db_blocker.unblock():
        account, *others = [AccountFactory() for _ in range(3)]
        with connection.cursor() as cursor:
            for owner, rows in [(account, request.param), *((other, OF_OTHERS) for other in others)]:
                cursor.execute(FILL, [owner.pk, rows])
            cursor.execute("ANALYZE receivables_invoice")
        yield account
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE receivables_invoice, apiauth_account CASCADE")


@pytest.fixture
def of_large_account(large_account, db):
    client = client_of(large_account)
    client.get(INVOICES, {"pageSize": 1})  # the first login of a minute is noted
    return client


def asked(client, url, query=None):
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, query)
    assert response.status_code == 200, response.content
    return response.json(), [query["sql"] for query in queries]


def scans(queries):
    """Return each reading of the invoices that the plans of a page's queries hold."""
    return [scan for sql in queries if '"receivables_invoice"' in sql for scan in _scans_of(plan_of(sql))]


def kinds(queries):
    return {scan["Node Type"] for scan in scans(queries)}


def _scans_of(plan):
    here = [plan] if plan.get("Relation Name") == "receivables_invoice" else []
    return here + [scan for below in plan.get("Plans", []) for scan in _scans_of(below)]


@pytest.mark.parametrize(("query", "ordering"), [*pages_asked_for()])
def test_a_page_is_found_by_an_index(query, ordering, of_large_account):
    page, queries = asked(of_large_account, INVOICES, {**query, "ordering": ordering, "pageSize": 5})
    assert len(queries) == QUERIES
    assert kinds(queries) in [{"Index Scan"}, {"Bitmap Heap Scan"}]
    if page["next"]:
        _, queries = asked(of_large_account, page["next"])
        assert len(queries) <= QUERIES + 1
        assert kinds(queries) <= {"Index Scan", "Bitmap Heap Scan"}


@pytest.mark.nightly
@pytest.mark.parametrize("large_account", [TEN_MILLION], indirect=True)
@pytest.mark.parametrize("query", FILTERS, ids=lambda query: "=".join(*query.items()) if query else "all")
def test_a_page_of_ten_million_is_found_by_an_index(query, of_large_account):
    _, queries = asked(of_large_account, INVOICES, {**query, "pageSize": 5})
    assert kinds(queries) in [{"Index Scan"}, {"Bitmap Heap Scan"}]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_a_far_page_begins_at_its_place_in_the_index(ordering, of_large_account):
    url = f"{INVOICES}?ordering={ordering}&pageSize=1000"
    for _ in range(5):
        url = asked(of_large_account, url)[0]["next"]
    page, queries = asked(of_large_account, url.replace("pageSize=1000", "pageSize=5"))
    assert len(page["results"]) == 5
    [scan] = scans(queries)
    column = InvoiceListView.orderings[ordering.removeprefix("-")][0]
    assert (scan["Node Type"], column in scan["Index Cond"]) == ("Index Scan", True)


def test_whether_figures_still_hold_is_told_at_the_end_of_an_index(large_account, db):
    with CaptureQueriesContext(connection) as queries:
        assert len(cache_statuses(Account.objects.all())) == 3
    [scan] = scans([query["sql"] for query in queries])
    assert (scan["Index Name"], scan["Scan Direction"]) == ("invoices_by_change", "Backward")
