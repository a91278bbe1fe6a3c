"""Rows of one array that bring different keys: each is taken as if it had come alone."""

import pytest
from django.db import connection

from receivables.models import Invoice
from tests.factories import customer_row, invoice_row
from tests.uploads.contract_rows import INVOICE

OPTIONAL = [name for name in INVOICE if name not in {"customerNumber", "invoiceNumber", "invoiceAmount", "companyCode"}]


def shaped(number, **values):
    """Return the invoice of a number with the optional keys that the number's bits choose."""
    chosen = {name: INVOICE[name] for bit, name in enumerate(OPTIONAL) if number >> bit & 1}
    return invoice_row(invoiceNumber=f"{number}", **values) | chosen


def numbers_by_id():
    return list(Invoice.objects.order_by("id").values_list("invoice_number", flat=True))


def stored(number):
    return Invoice.objects.get(invoice_number=number)


def test_20_000_rows_of_20_000_shapes_are_created_and_updated(receipt):
    assert receipt([shaped(number) for number in range(20_000)])["created"] == 20_000
    assert receipt([shaped(number, invoiceAmount=1) for number in range(20_000)])["updated"] == 20_000


def test_each_row_updates_the_fields_that_it_brings(receipt):
    receipt([invoice_row(invoiceNumber=number, status="open", soldTo="4711") for number in ("1", "2")])
    receipt([invoice_row(invoiceNumber="1", status="paid"), invoice_row(invoiceNumber="2", soldTo=None)])
    assert [(stored(number).status, stored(number).sold_to) for number in ("1", "2")] == [
        ("paid", "4711"),
        ("open", ""),
    ]


def test_a_row_that_brings_nothing_new_is_unchanged_beside_one_that_does(receipt):
    receipt([invoice_row(invoiceNumber=number, status="open") for number in ("1", "2")])
    told = receipt([invoice_row(invoiceNumber="1"), invoice_row(invoiceNumber="2", status="paid")])
    assert (told["unchanged"], told["updated"]) == (1, 1)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({}, id="all alike"),
        pytest.param({"status": "paid"}, id="of two shapes"),
        pytest.param({"lineItem": 0}, id="a zero for a text"),
        pytest.param({"item:Text": "a"}, id="a colon in a key"),
        pytest.param({"dueDate": "20260131", "colour": 1}, id="an unknown key"),
    ],
)
@pytest.mark.parametrize("is_one_stored", [False, True], ids=["none stored", "one stored"])
def test_new_rows_are_numbered_in_the_order_of_the_array(receipt, is_one_stored, odd):
    receipt([invoice_row(invoiceNumber="0")] if is_one_stored else [])
    receipt([invoice_row(invoiceNumber=f"{n}", **odd if n % 2 else {}) for n in range(8)])
    assert numbers_by_id() == [f"{n}" for n in range(8)]


def test_customers_of_different_shapes_are_taken_together(receipt, client):
    receipt([customer_row(customerno="1", firstname="John"), customer_row(customerno="2", cocode="XY22")], "customers")
    listed = client.get("/jsonApi/customers").json()["results"]
    assert [(row["customerno"], row["firstname"], row["cocode"]) for row in listed] == [
        ("1", "John", ""),
        ("2", "", "XY22"),
    ]


@pytest.mark.parametrize("rows", [[invoice_row()], [shaped(number) for number in range(1001)]], ids=["one", "1,001"])
def test_an_upload_leaves_the_planner_its_ways_to_join(receipt, rows):
    receipt(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin')")
        assert cursor.fetchone() == ("on", "on")
