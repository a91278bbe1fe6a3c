"""A customer's invoices: by number, narrowed by company code where both sides name one."""

import pytest

from customers.models import Customer
from tests.customers.padded_numbers import PADDING
from tests.factories import customer_row, invoice_row


@pytest.fixture
def invoices_of(client):
    """The invoice numbers under a customer's address; the only customer's unless told otherwise."""

    def read(customer=None, **query):
        customer = customer or Customer.objects.get()
        response = client.get(f"/jsonApi/customers/{customer.pk}/invoices", query)
        assert response.status_code == 200, response.content
        return [row["invoiceNumber"] for row in response.json()["results"]]

    return read


LINKS = {
    "neither names a code": ("", "", True),
    "both name the same": ("US01", "US01", True),
    "they name different ones": ("US01", "DE01", False),
    "the customer alone names one": ("US01", "", True),
    "the invoice alone names one": ("", "US01", True),
    "they differ in case": ("US01", "us01", False),
}


@pytest.mark.parametrize("first", ["customers", "invoices"])
@pytest.mark.parametrize(("customers_code", "invoices_code", "meet"), LINKS.values(), ids=LINKS)
def test_company_codes_narrow_the_link_whichever_side_arrives_first(
    customers_code, invoices_code, meet, first, receipt, invoices_of
):
    rows = {
        "customers": customer_row(customerno="4711", cocode=customers_code),
        "invoices": invoice_row(customerNumber="4711", companyCode=invoices_code, invoiceNumber="9"),
    }
    for resource in sorted(rows, reverse=first == "invoices"):
        receipt([rows[resource]], resource)
    assert invoices_of() == (["9"] if meet else [])


@pytest.mark.parametrize(
    ("invoices_number", "customers_number", "meet"),
    [case for case in PADDING.values() if case[1] == case[1].strip()],
    ids=[name for name, case in PADDING.items() if case[1] == case[1].strip()],
)
def test_numbers_link_padded_or_not(invoices_number, customers_number, meet, receipt, invoices_of):
    receipt([customer_row(customerno=customers_number)], "customers")
    receipt([invoice_row(customerNumber=invoices_number, invoiceNumber="9")])
    assert invoices_of() == (["9"] if meet else [])


def test_an_invoice_without_a_code_is_of_neither_of_two_customers(receipt, invoices_of):
    receipt([customer_row(customerno="4711", cocode=code) for code in ("US01", "DE01")], "customers")
    receipt([invoice_row(customerNumber="4711", invoiceNumber="9")])
    assert [invoices_of(customer) for customer in Customer.objects.all()] == [[], []]


def test_two_customers_of_one_number_keep_invoices_that_name_a_code_apart(receipt, invoices_of):
    receipt([customer_row(customerno="4711", cocode=code) for code in ("US01", "DE01")], "customers")
    receipt([invoice_row(customerNumber="4711", companyCode=code, invoiceNumber=code) for code in ("DE01", "US01")])
    assert {customer.company_code: invoices_of(customer) for customer in Customer.objects.all()} == {
        "US01": ["US01"],
        "DE01": ["DE01"],
    }


def test_a_later_correction_of_the_customers_code_moves_no_invoice(receipt, invoices_of):
    receipt([customer_row(customerno="4711", cocode="DE01")], "customers")
    receipt([invoice_row(customerNumber="4711", companyCode="US01", invoiceNumber="9")])
    receipt([customer_row(customerno="0000004711", cocode="US01")], "customers")
    assert [invoices_of(customer) for customer in Customer.objects.order_by("company_code")] == [[], ["9"]]


def test_a_customer_without_invoices_has_an_empty_page(receipt, invoices_of):
    receipt([customer_row()], "customers")
    assert invoices_of() == []


def test_the_filters_of_invoices_narrow_a_customers_invoices(receipt, invoices_of):
    receipt([customer_row(customerno="4711")], "customers")
    receipt([invoice_row(customerNumber="4711", invoiceNumber=number, status=number) for number in ("1", "2")])
    assert invoices_of(status="2") == ["2"]
    assert invoices_of(customerNumber="999") == []


def test_a_customers_invoices_are_whole_invoices(client, receipt):
    receipt([customer_row(customerno="4711")], "customers")
    receipt([invoice_row(customerNumber="4711")])
    by_customer = client.get(f"/jsonApi/customers/{Customer.objects.get().pk}/invoices").json()
    assert by_customer == client.get("/jsonApi/invoices").json()


@pytest.mark.parametrize("pk", ["1", "9223372036854775808", "9" * 30], ids=["nobody", "beyond 64 bits", "30 digits"])
def test_invoices_of_a_customer_that_is_not_there_are_404_as_a_problem(pk, client):
    response = client.get(f"/jsonApi/customers/{pk}/invoices")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
