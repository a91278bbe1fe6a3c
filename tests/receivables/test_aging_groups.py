"""The aging report's rows: grouped, narrowed, of one account, and at what cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import client_of
from tests.customers.padded_numbers import PADDING
from tests.factories import AccountFactory, InvoiceFactory, invoice_row
from tests.receivables.aging import AGING, groups, report, rows
from tests.receivables.test_plans import scans


@pytest.fixture
def mixed(account):
    """Items of two customers, company codes and currencies; each amount tells which they are."""
    items = [("1", "US01", "USD", 1), ("1", "US01", "EUR", 10), ("1", "DE01", "EUR", 100), ("2", "DE01", "", 1000)]
    for number, code, currency, owed in items:
        InvoiceFactory(
            account=account, customer_number=number, company_code=code, currency=currency, invoice_amount=owed
        )


GROUPED = {
    "customer": [("1", "EUR", "100"), ("1", "EUR", "10"), ("1", "USD", "1"), ("2", "", "1000")],
    "customerNumber": [("1", "EUR", "110"), ("1", "USD", "1"), ("2", "", "1000")],
    "companyCode": [("DE01", "", "1000"), ("DE01", "EUR", "100"), ("US01", "EUR", "10"), ("US01", "USD", "1")],
    "currency": [("", "", "1000"), ("EUR", "EUR", "110"), ("USD", "USD", "1")],
    "none": [(None, "", "1000"), (None, "EUR", "110"), (None, "USD", "1")],
}


@pytest.mark.parametrize(("group_by", "expected"), GROUPED.items(), ids=GROUPED)
def test_every_group_has_a_row_for_each_of_its_currencies_in_order(group_by, expected, client, mixed):
    assert groups(client, groupBy=group_by) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"companyCode": "DE01"}, [("1", "EUR", "100"), ("2", "", "1000")]),
        ({"currency": "EUR"}, [("1", "EUR", "100"), ("1", "EUR", "10")]),
        ({"customerNumber": "0002"}, [("2", "", "1000")]),
        ({"companyCode": "US01", "currency": "EUR", "customerNumber": "1"}, [("1", "EUR", "10")]),
        ({"companyCode": "de01"}, []),
        ({"currency": "EU"}, []),
    ],
    ids=str,
)
def test_a_report_is_narrowed_to_the_items_asked_for(query, expected, client, mixed):
    assert groups(client, **query) == expected


@pytest.mark.parametrize("group_by", GROUPED)
def test_names_are_of_customers_alone(group_by, client, mixed):
    assert ["customerName" in row for row in rows(client, groupBy=group_by)] == [
        group_by in ("customer", "customerNumber")
    ] * len(GROUPED[group_by])


def test_a_customer_is_one_padded_or_not(client, account):
    for number in ("4711", "0000004711", "04711", "A4711"):
        InvoiceFactory(account=account, customer_number=number)
    assert groups(client) == [("4711", "", "300"), ("A4711", "", "100")]


@pytest.mark.parametrize(("stored", "asked", "meet"), PADDING.values(), ids=PADDING)
def test_a_customer_is_found_padded_or_not(stored, asked, meet, client, receipt):
    receipt([invoice_row(customerNumber=stored)])
    assert len(rows(client, customerNumber=asked)) == (1 if meet else 0)


def test_items_of_another_account_are_in_no_sum(client, account):
    InvoiceFactory(account=AccountFactory(), invoice_amount=7)
    assert rows(client) == []
    InvoiceFactory(account=account, invoice_amount=5)
    for group_by in GROUPED:
        assert [row["total"] for row in rows(client, groupBy=group_by)] == ["5"]


@pytest.mark.parametrize("group_by", GROUPED)
def test_a_report_asks_as_many_queries_for_a_group_as_for_fifty(group_by, client, account, django_assert_num_queries):
    for n in range(50):
        InvoiceFactory(account=account, customer_number=n, company_code=n, currency=n)
    client.get(AGING)  # the first login of a minute is noted
    for size in (1, 50):
        with django_assert_num_queries(3):
            assert len(rows(client, groupBy=group_by, pageSize=size)) == size


@pytest.mark.plain_postgresql(reason="on a cluster, a plan says how a query is sent")
def test_a_page_of_customers_is_read_from_their_index_and_no_further(client):
    for sender in (client, client_of(AccountFactory())):
        items = [invoice_row(customerNumber=f"{n}", itemText="x" * 500) for n in range(1, 3001)]
        assert sender.post("/jsonApi/upload/invoices", items).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE receivables_invoice")
    with CaptureQueriesContext(connection) as queries:
        client.get(report(client)["next"])
    reports = [query["sql"] for query in queries if "bucket0" in query["sql"]]
    assert [{scan["Index Name"] for scan in scans([report])} for report in reports] == [{"invoices_of_customer"}] * 2
