"""Pages of lists: cursors that stay true while rows come and go."""

from datetime import timedelta
from itertools import chain

import pytest
from django.db import connection

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.cluster import is_cluster
from tests.config.pages import INVOICES, walk
from tests.factories import CustomerFactory, InvoiceFactory


def make_uploads(account, count):
    api_key = account.api_keys.first()
    kept = {"account": account, "api_key": api_key, "resource": "invoices", "outcome": "accepted"}
    return [Upload.objects.create(duration=timedelta(0), **kept) for _ in range(count)]


def make_linked(account, count):
    CustomerFactory(account=account, customer_number="4711")
    return InvoiceFactory.create_batch(count, account=account)


LISTS = {
    "invoices": lambda account, count: InvoiceFactory.create_batch(count, account=account),
    "customers": lambda account, count: CustomerFactory.create_batch(count, account=account),
    "uploads": make_uploads,
    "customers/{customer}/invoices": make_linked,
}
over_every_list = pytest.mark.parametrize(("path", "make"), LISTS.items(), ids=LISTS)


def address(path, account):
    return "/jsonApi/" + path.format(customer=getattr(account.customers.first(), "pk", None))


@over_every_list
def test_pages_hold_every_row_once_and_in_order(path, make, client, account):
    whole = make(account, 7)
    pages = list(walk(client, f"{address(path, account)}?pageSize=3"))
    expected = [str(row.pk) if path == "uploads" else row.pk for row in whole]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert list(chain(*pages)) == (expected[::-1] if path == "uploads" else expected)


@over_every_list
def test_the_way_back_shows_the_same_pages(path, make, client, account):
    make(account, 4)
    url = f"{address(path, account)}?pageSize=2"
    first, second = walk(client, url)
    last = client.get(client.get(url).json()["next"]).json()["previous"]
    assert list(walk(client, last, "previous")) == [first]
    assert len(second) == 2


@over_every_list
def test_a_page_asks_as_many_queries_for_2_rows_as_for_50(path, make, client, account, django_assert_num_queries):
    make(account, 51)
    url = address(path, account)
    client.get(url, {"pageSize": 1})  # the first login of a minute is noted
    count = (4 if "customer}" in path else 3) + (is_cluster() and path != "uploads")  # a setting goes by itself
    with django_assert_num_queries(count):
        client.get(url, {"pageSize": 2})
    with django_assert_num_queries(count):
        assert len(client.get(url, {"pageSize": 50}).json()["results"]) == 50


def test_rows_that_come_between_two_pages_neither_repeat_nor_hide_others(client, account):
    known = [row.pk for row in InvoiceFactory.create_batch(4, account=account)]
    pages = walk(client, f"{INVOICES}?pageSize=2")
    first = next(pages)
    late = InvoiceFactory(account=account).pk
    assert list(chain(first, *pages)) == [*known, late]


def test_rows_that_go_between_two_pages_hide_no_others(client, account):
    known = [row.pk for row in InvoiceFactory.create_batch(5, account=account)]
    pages = walk(client, f"{INVOICES}?pageSize=2")
    next(pages)
    Invoice.objects.filter(pk__in=known[:2]).delete()
    assert list(chain(*pages)) == known[2:]


def test_rows_that_change_between_two_pages_keep_their_place(client, account):
    known = [row.pk for row in InvoiceFactory.create_batch(4, account=account)]
    pages = walk(client, f"{INVOICES}?pageSize=2")
    first = next(pages)
    Invoice.objects.filter(pk=known[0]).update(invoice_amount=5)
    assert list(chain(first, *pages)) == known


def test_an_upload_that_comes_between_two_pages_pushes_none_onto_the_next(client, account):
    known = [str(row.pk) for row in reversed(make_uploads(account, 4))]
    pages = walk(client, "/jsonApi/uploads?pageSize=2")
    first = next(pages)
    make_uploads(account, 1)
    assert list(chain(first, *pages)) == known


def test_uploads_of_the_same_moment_are_all_listed_once(client, account):
    known = {str(row.pk) for row in make_uploads(account, 7)}
    Upload.objects.update(created_at=Upload.objects.first().created_at)
    with connection.cursor() as cursor:  # as where the planner prefers to sort: ties then come in any order
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
    pages = list(walk(client, "/jsonApi/uploads?pageSize=2"))
    assert (set(chain(*pages)), sum(map(len, pages))) == (known, 7)


def test_the_next_page_keeps_the_filter_and_the_page_size(client, account):
    InvoiceFactory.create_batch(3, account=account, status="open")
    InvoiceFactory.create_batch(3, account=account, status="closed")
    assert [len(page) for page in walk(client, f"{INVOICES}?status=closed&pageSize=2")] == [2, 1]


def test_a_page_holds_100_rows_unless_told_otherwise(client, account):
    InvoiceFactory.create_batch(101, account=account)
    assert [len(page) for page in walk(client, INVOICES)] == [100, 1]


@pytest.mark.parametrize("size", ["1", "1000", "007"])
def test_a_page_size_from_1_to_1000_is_taken(size, client):
    assert client.get(INVOICES, {"pageSize": size}).status_code == 200


BAD_SIZES = [
    "0",
    "-1",
    "1001",
    "abc",
    "1e3",
    "1.0",
    "²",
    "\u0661",
    "+5",
    "1 0",
    "1\0",
    "9" * 30,
    "9" * 5000,
    "0000010000000",
]


@pytest.mark.parametrize("size", BAD_SIZES, ids=lambda size: repr(size[:9]))
def test_another_page_size_is_refused(size, client):
    response = client.get(INVOICES, {"pageSize": size})
    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"field": "pageSize", "code": "invalid", "message": "pageSize is a whole number from 1 to 1000."}
    ]


@over_every_list
@pytest.mark.parametrize("query", ["pageSize=0", "cursor=abc"])
def test_every_list_refuses_what_names_no_page(path, make, query, client, account):
    make(account, 1)
    assert client.get(f"{address(path, account)}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["cursor=", "cursor=%20", "pageSize=", "pageSize=%20"])
def test_an_empty_page_parameter_is_refused(query, client):
    assert client.get(f"{INVOICES}?{query}").json()["errors"][0]["code"] == "empty_parameter"
