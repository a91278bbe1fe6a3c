"""Pages of lists: cursors that stay true while rows come and go."""

import base64
import json
from datetime import timedelta
from itertools import chain
from uuid import UUID

import pytest
from django.db import connection

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import CustomerFactory, InvoiceFactory

INVOICES = "/jsonApi/invoices"


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


def walk(client, url, link="next"):
    """Yield the ids of each page, from a page's address along its links."""
    while url:
        page = client.get(url).json()
        yield [row["id"] for row in page["results"]]
        url = page[link]


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
    with django_assert_num_queries(3 if "customer}" in path else 2):
        client.get(url, {"pageSize": 2})
    with django_assert_num_queries(3 if "customer}" in path else 2):
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


def cursor(*parts):
    """Return a cursor as the service writes one, with a place of our own."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


DAMAGED = {
    "letters": "abc",
    "random base64": base64.b64encode(b"\x8f\x02\xffgarbage").decode(),
    "no base64": "%%%",
    "bad padding": cursor("id", False, ["1"])[:-1] + "===",
    "not ASCII": "clé",
    "NUL": "\0",
    "NUL behind a cursor": cursor("id", False, ["1"]) + "\0",
    "no JSON": base64.b64encode(b"id").decode(),
    "an object": base64.b64encode(b"{}").decode(),
    "no place": cursor("id", False),
    "too much": cursor("id", False, ["1"], 1),
    "no direction": cursor("id", None, ["1"]),
    "an ordering of its own": cursor("status", False, ["1"]),
    "the ordering of another way": cursor("-id", False, ["1"]),
    "too few values": cursor("id", False, []),
    "too many values": cursor("id", False, ["1", "2"]),
    "a number": cursor("id", False, [1]),
    "a position of letters": cursor("id", False, ["abc"]),
    "a position with NUL": cursor("id", False, ["\0"]),
    "a position with a fraction": cursor("id", False, ["1.5"]),
    "a position of blanks": cursor("id", False, [" "]),
    "a position of five thousand digits": cursor("id", False, ["9" * 5000]),
    "a position beyond 64 bits": cursor("id", False, ["9" * 20]),
    "a position that is no number": cursor("id", False, ["NaN"]),
    "a moment without an offset": cursor("-createdAt", False, ["2026-01-01 00:00", str(UUID(int=0))]),
    "a moment that is none": cursor("-createdAt", False, ["yesterday", str(UUID(int=0))]),
    "a UUID that is none": cursor("-createdAt", False, ["2026-01-01 00:00+00:00", "1"]),
}


@pytest.mark.parametrize("ordered_by", ["id", "time"])
@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_cursor_is_refused(damaged, ordered_by, client):
    response = client.get(INVOICES if ordered_by == "id" else "/jsonApi/uploads", {"cursor": damaged})
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert (error["field"], error["code"]) == ("cursor", "invalid_cursor")
    assert error["message"].startswith("The cursor is damaged.")


@pytest.mark.parametrize(("position", "is_found"), [(f"{2**63 - 1}", False), (f"-{2**63}", True), ("0", True)])
def test_a_position_of_no_row_is_a_place_like_another(position, is_found, client, account):
    row = InvoiceFactory(account=account)
    response = client.get(INVOICES, {"cursor": cursor("id", False, [position])})
    assert [found["id"] for found in response.json()["results"]] == [row.pk] * is_found


@pytest.mark.parametrize("query", ["cursor=", "cursor=%20", "pageSize=", "pageSize=%20"])
def test_an_empty_page_parameter_is_refused(query, client):
    assert client.get(f"{INVOICES}?{query}").json()["errors"][0]["code"] == "empty_parameter"


def test_another_ordering_holds_every_row_once_both_ways(client, account):
    numbers = ["b", "a", "c", "a", "b"]
    rows = [InvoiceFactory(account=account, invoice_number=text, line_item=f"{n}") for n, text in enumerate(numbers)]
    in_order = [rows[place].pk for place in (1, 3, 0, 4, 2)]
    assert list(chain(*walk(client, f"{INVOICES}?ordering=invoiceNumber&pageSize=2"))) == in_order
    assert list(chain(*walk(client, f"{INVOICES}?ordering=-invoiceNumber&pageSize=2"))) == in_order[::-1]


def test_the_way_back_shows_the_same_pages_in_another_ordering(client, account):
    for number in "badc":
        InvoiceFactory(account=account, invoice_number=number)
    url = f"{INVOICES}?ordering=-invoiceNumber&pageSize=2"
    first, _ = walk(client, url)
    last = client.get(client.get(url).json()["next"]).json()["previous"]
    assert list(walk(client, last, "previous")) == [first]


def test_a_cursor_of_another_ordering_is_refused(client, account):
    InvoiceFactory.create_batch(3, account=account)
    elsewhere = client.get(f"{INVOICES}?ordering=invoiceNumber&pageSize=1").json()["next"]
    response = client.get(elsewhere.replace("ordering=invoiceNumber", "ordering=-id"))
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "invalid_cursor"


def test_a_page_names_its_neighbours_in_a_header_too(client, account):
    InvoiceFactory.create_batch(3, account=account)
    first = client.get(f"{INVOICES}?pageSize=1")
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = client.get(first.json()["next"])
    links = second.json()
    assert second.headers["Link"] == f'<{links["next"]}>; rel="next", <{links["previous"]}>; rel="prev"'
    assert "Link" not in client.get(f"{INVOICES}?invoiceNumber=none").headers


def test_rows_are_counted_on_request(client, account):
    InvoiceFactory.create_batch(3, account=account, status="open")
    InvoiceFactory(account=account, status="closed")
    page = client.get(f"{INVOICES}?status=open&pageSize=1&count=true").json()
    assert (page["count"], len(page["results"])) == (3, 1)
    assert "count" not in client.get(page["next"]).json()
    assert "count" not in client.get(f"{INVOICES}?count=false").json()


def test_chosen_fields_alone_leave(client, account):
    InvoiceFactory(account=account, invoice_number="9", status="open")
    page = client.get(f"{INVOICES}?fields=status,invoiceNumber").json()
    assert page["results"] == [{"invoiceNumber": "9", "status": "open"}]


def test_an_unknown_field_is_refused_with_the_known_ones(client, account):
    [error] = client.get(f"{INVOICES}?fields=status,colour").json()["errors"]
    assert (error["field"], error["code"]) == ("fields", "unknown_field")
    assert "'colour' is no field here. Known: id, companyCode," in error["message"]


def test_an_unchanged_invoice_is_not_sent_again(client, account):
    url = f"{INVOICES}/{InvoiceFactory(account=account, status='open').pk}"
    tag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    Invoice.objects.update(status="paid")
    changed = client.get(url, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["status"]) == (200, "paid")


@pytest.mark.parametrize("ordering", ["updatedAt", "-updatedAt"])
def test_rows_that_changed_at_the_same_moment_are_all_listed_once(ordering, client, account):
    known = [row.pk for row in InvoiceFactory.create_batch(7, account=account)]
    Invoice.objects.update(updated_at=Invoice.objects.first().updated_at)
    pages = list(walk(client, f"{INVOICES}?ordering={ordering}&pageSize=2"))
    assert list(chain(*pages)) == (known[::-1] if ordering.startswith("-") else known)
