"""Pages of the aging report: every group once, whatever changes between them."""

from base64 import urlsafe_b64encode
from itertools import chain
from urllib.parse import parse_qs, urlsplit

import pytest

from receivables.models import Invoice
from tests.factories import InvoiceFactory
from tests.receivables.aging import AGING, AS_OF, groups, report


def walk(client, **query):
    """Yield groups and currencies of each page, from the first along its links."""
    page = report(client, **query)
    while True:
        yield [(row["group"], row["currency"]) for row in page["results"]]
        if not page["next"]:
            return
        page = client.get(page["next"]).json()


@pytest.fixture
def many(account):
    """Two currencies of each of five customers and company codes."""
    for n in range(5):
        for currency in ("EUR", "USD"):
            InvoiceFactory(account=account, customer_number=f"C{n}", company_code=f"K{n}", currency=currency)


@pytest.mark.parametrize("size", [1, 3, 5, 10])
@pytest.mark.parametrize("group_by", ["customer", "customerNumber", "companyCode", "currency", "none"])
def test_pages_hold_every_row_once_and_in_order(group_by, size, client, many):
    whole = [(group, currency) for group, currency, _ in groups(client, groupBy=group_by)]
    pages = list(walk(client, groupBy=group_by, pageSize=size))
    assert list(chain(*pages)) == whole
    assert len(whole) == (2 if group_by in ("currency", "none") else 10)
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)


def test_a_page_holds_100_rows_unless_told_otherwise(client, account):
    for n in range(101):
        InvoiceFactory(account=account, customer_number=f"{n:03}A")
    assert [len(page) for page in walk(client)] == [100, 1]


def test_a_last_page_that_is_full_names_no_next(client, many):
    assert report(client, pageSize=10)["next"] is None


def test_the_next_page_keeps_what_was_asked_for(client, many):
    asked = {"companyCode": "K1", "groupBy": "companyCode", "buckets": "7,14", "dateBasis": "invoiceDate"}
    following = client.get(report(client, pageSize=1, **asked)["next"]).json()
    assert [(row["group"], row["currency"]) for row in following["results"]] == [("K1", "USD")]
    assert following["results"][0]["buckets"][1]["label"] == "1-7"
    assert (following["dateBasis"], following["next"]) == ("invoiceDate", None)


def test_the_next_page_is_of_the_same_day(client, many):
    of_today = client.get(AGING, {"pageSize": 1}).json()
    assert parse_qs(urlsplit(of_today["next"]).query)["asOf"] == [of_today["asOf"]]
    assert client.get(report(client, pageSize=1)["next"]).json()["asOf"] == AS_OF


def test_a_currency_that_comes_between_two_pages_neither_repeats_nor_hides_others(client, account, many):
    pages = walk(client, pageSize=3)
    first = next(pages)
    InvoiceFactory(account=account, customer_number="C1", currency="AUD")
    rest = list(chain(*pages))
    assert first[-1] == ("C1", "EUR")
    assert rest == [("C1", "USD"), *((f"C{n}", currency) for n in (2, 3, 4) for currency in ("EUR", "USD"))]


def test_groups_that_go_between_two_pages_hide_no_others(client, many):
    pages = walk(client, pageSize=4)
    next(pages)
    Invoice.objects.filter(customer_number__in=["C0", "C1"]).update(invoice_amount=0)
    assert [group for group, _ in chain(*pages)] == ["C2", "C2", "C3", "C3", "C4", "C4"]


ODD = ["%", "a&b=c", "a b", "ünï", "🧾", "'\"", "+", "a\\b", "a\nb"]


def test_groups_of_any_text_are_places_to_go_on_from(client, account):
    for number in ODD:
        InvoiceFactory(account=account, customer_number=number, currency=number[::-1][:16])
    found = list(chain(*walk(client, pageSize=1)))
    assert sorted(found) == sorted((number, number[::-1]) for number in ODD)


def cursor(text):
    return urlsafe_b64encode(text.encode()).decode()


DAMAGED = {
    "letters": "abc",
    "no base64": "%%%",
    "not ASCII": "clé",
    "blanks within": "W yJj XQ",
    "random bytes": urlsafe_b64encode(b"\x8f\x02\xffgarbage").decode(),
    "bad padding": cursor('["customer","1",""]')[:-1] + "===",
    "a list's cursor": cursor("p=1"),
    "an object": cursor("{}"),
    "two parts": cursor('["customer","1"]'),
    "three parts": cursor('["customer","1",""]'),
    "five parts": cursor('["customer","1","","",""]'),
    "a number": cursor('["customer",1,"",""]'),
    "null": cursor('["customer",null,"",""]'),
    "NUL": cursor('["customer","\\u0000","",""]'),
    "half a surrogate": cursor('["customer","\\ud800","",""]'),
    "more behind it": cursor('["customer","1","",""] x'),
}


@pytest.mark.parametrize("damaged", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_cursor_is_refused(damaged, client):
    response = client.get(AGING, {"cursor": damaged})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["errors"] == [
        {
            "field": "cursor",
            "code": "invalid_cursor",
            "message": "The cursor is damaged. Take it from `next`, or leave it out to start anew.",
        }
    ]


def test_a_cursor_of_another_grouping_is_refused(client, many):
    cursor = parse_qs(urlsplit(report(client, pageSize=1)["next"]).query)["cursor"][0]
    response = client.get(AGING, {"groupBy": "companyCode", "cursor": cursor})
    assert (response.status_code, response.json()["errors"]) == (
        400,
        [
            {
                "field": "cursor",
                "code": "invalid_cursor",
                "message": "The cursor belongs to a report that is grouped otherwise. Keep its groupBy, or leave the "
                "cursor out.",
            }
        ],
    )
