"""What a list may be asked for beside its filters: another order, links, a count, some fields, only what is new."""

from itertools import chain

import pytest

from receivables.models import Invoice
from tests.config.pages import INVOICES, walk
from tests.factories import InvoiceFactory, invoice_row


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


EMPTY_OR_NOT = ["2026-01-02", None, "2026-01-01", None, "2026-01-02", None]
BY_DUE_DATE = [2, 0, 4, 1, 3, 5]  # those without one come last


@pytest.mark.parametrize("size", [1, 2, 3, 4, 6, 7])
@pytest.mark.parametrize("ordering", ["dueDate", "-dueDate"])
def test_rows_without_a_value_come_last_and_the_other_way_round_first(ordering, size, client, account):
    rows = [InvoiceFactory(account=account, due_date=day) for day in EMPTY_OR_NOT]
    expected = [rows[place].pk for place in BY_DUE_DATE]
    pages = list(walk(client, f"{INVOICES}?ordering={ordering}&pageSize={size}"))
    assert list(chain(*pages)) == (expected[::-1] if ordering.startswith("-") else expected)
    assert [len(page) for page in pages] == [size] * (6 // size) + ([6 % size] if 6 % size else [])


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("ordering", ["dueDate", "-dueDate"])
def test_the_way_back_from_rows_without_a_value_shows_the_same_pages(ordering, size, client, account):
    for day in EMPTY_OR_NOT:
        InvoiceFactory(account=account, due_date=day)
    url = f"{INVOICES}?ordering={ordering}&pageSize={size}"
    pages, last = list(walk(client, url)), url
    while after := client.get(last).json()["next"]:
        last = after
    assert list(walk(client, client.get(last).json()["previous"], "previous")) == pages[-2::-1]


@pytest.mark.parametrize(
    ("ordering", "values"),
    [
        ("openAmount", {"open_amount": ["1.5", "-7", "9223372036854775807", "0", "-0.0001"]}),
        ("customerNumber", {"customer_number": ["10", "0009", "A1", "b", "0010"]}),
    ],
)
def test_orderings_hold_every_row_once(ordering, values, client, account):
    [(column, texts)] = values.items()
    named = {"open_amount": "invoice_amount"}.get(column, column)
    for text in texts:
        InvoiceFactory(account=account, **{named: text})
    whole = client.get(f"{INVOICES}?ordering={ordering}").json()["results"]
    assert list(chain(*walk(client, f"{INVOICES}?ordering={ordering}&pageSize=2"))) == [row["id"] for row in whole]
    assert list(chain(*walk(client, f"{INVOICES}?ordering=-{ordering}&pageSize=2")))[::-1] == [r["id"] for r in whole]


def test_amounts_are_ordered_as_numbers_and_unknown_ones_come_last(client, receipt):
    balances = ["10", "9", "see letter", "-100", "0.5"]
    receipt([invoice_row(invoiceNumber=text, balanceAmount=text) for text in balances])
    rows = client.get(f"{INVOICES}?ordering=openAmount").json()["results"]
    assert [row["invoiceNumber"] for row in rows] == ["-100", "0.5", "9", "10", "see letter"]
