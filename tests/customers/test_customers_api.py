"""Customers as they are read: the list, its filters, one customer."""

import pytest

from customers.models import Customer
from tests.customers.padded_numbers import PADDING
from tests.factories import customer_row

CUSTOMERS = "/jsonApi/customers"

EVERY_FIELD = {
    "companyname": "Rowan Glass Inc.",
    "firstname": "Ada",
    "lastname": "Núñez",
    "phoneno": "+15550100",
    "emailaddress1": "ap@rowan.example",
    "customerno": "0000004711",
    "cocode": "US01",
}


def listed(client, **query):
    return [row["customerno"] for row in client.get(CUSTOMERS, query).json()["results"]]


def test_a_customer_leaves_under_the_names_it_came_in(client, receipt):
    receipt([EVERY_FIELD], "customers")
    row = client.get(CUSTOMERS).json()["results"][0]
    made = {name: row.pop(name) for name in ("id", "createdAt", "updatedAt")}
    assert row == EVERY_FIELD | {"extra": {}}
    assert made["id"] == Customer.objects.get().pk


def test_one_customer_is_what_the_list_shows_of_it(client, receipt):
    receipt([EVERY_FIELD], "customers")
    row = client.get(CUSTOMERS).json()["results"][0]
    assert client.get(f"{CUSTOMERS}/{row['id']}").json() == row


def test_what_a_customer_lacks_leaves_as_empty_text(client, receipt):
    receipt([customer_row()], "customers")
    row = client.get(CUSTOMERS).json()["results"][0]
    assert (row["companyname"], row["phoneno"], row["cocode"]) == ("", "", "")


def test_an_unknown_key_leaves_in_extra(client, receipt):
    receipt([customer_row(region="West")], "customers")
    assert client.get(CUSTOMERS).json()["results"][0]["extra"] == {"region": "West"}


@pytest.mark.parametrize(("stored", "asked", "meet"), PADDING.values(), ids=PADDING)
def test_customerno_finds_its_customer_padded_or_not(stored, asked, meet, client, receipt):
    receipt([customer_row(customerno=stored)], "customers")
    assert listed(client, customerno=asked) == ([stored] if meet else [])


def test_customerno_finds_every_spelling_that_was_sent(client, receipt):
    receipt([customer_row(customerno=number, cocode=number) for number in ("4711", "0004711", "4712")], "customers")
    assert listed(client, customerno="04711") == ["4711", "0004711"]


@pytest.mark.parametrize(("asked", "found"), [("US01", ["1"]), ("us01", []), ("US", []), ("DE01", ["2"])])
def test_cocode_finds_customers_of_that_very_code(asked, found, client, receipt):
    rows = [customer_row(cocode=code, customerno=number) for code, number in (("US01", "1"), ("DE01", "2"))]
    receipt(rows, "customers")
    assert listed(client, cocode=asked) == found


def test_filters_narrow_together(client, receipt):
    receipt([customer_row(cocode=code, customerno=number) for code in "AB" for number in ("1", "2")], "customers")
    assert listed(client, cocode="B", customerno="002") == ["2"]


def test_a_list_without_rows_is_an_empty_page(client):
    assert client.get(CUSTOMERS).json() == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("pk", ["1", "9223372036854775808", "9" * 30], ids=["nobody", "beyond 64 bits", "30 digits"])
def test_a_customer_that_is_not_there_is_404_as_a_problem(pk, client):
    response = client.get(f"{CUSTOMERS}/{pk}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["detail"] == "Nothing is stored under this address for your account."
