"""Rows for tests. What a test is about, it says itself; the rest comes from here."""

from typing import Any

import factory
from django.contrib.auth import get_user_model
from factory.django import DjangoModelFactory

from apiauth.models import Account, ApiKey
from customers.models import Customer
from receivables.models import Invoice

LENIENT = {"Prefer": "handling=lenient"}
BY_WORKER = {"Prefer": "respond-async"}


class AccountFactory(DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Account {n}")

    class Meta:
        model = Account


class StaffFactory(DjangoModelFactory):
    username = factory.Sequence(lambda n: f"staff{n}")
    is_staff = True

    class Meta:
        model = get_user_model()


class CustomerFactory(DjangoModelFactory):
    account = factory.SubFactory(AccountFactory)
    customer_number = factory.Sequence(lambda n: f"{100000 + n}")
    email_address = "ap@example.com"

    class Meta:
        model = Customer


class InvoiceFactory(DjangoModelFactory):
    account = factory.SubFactory(AccountFactory)
    customer_number = "4711"
    invoice_number = factory.Sequence(lambda n: f"{9000 + n}")
    invoice_amount = 100

    class Meta:
        model = Invoice


def many_invoices(account: Account, count: int, **values: Any) -> None:
    """Store invoices by the thousand, numbered from 10000 on, without what a factory costs for each."""
    columns = {"customer_number": "4711", "invoice_amount": 100} | values
    numbers = range(10_000, 10_000 + count)
    Invoice.objects.bulk_create(Invoice(account=account, invoice_number=f"{n}", **columns) for n in numbers)


def key_headers(account: Account, **options: Any) -> dict[str, str]:
    """Make a key pair for the account and return the headers that log in with it."""
    _, pair = ApiKey.objects.issue(account, **options)
    return {"api_key": pair.key, "api_secret": pair.secret}


def invoice_row(**values: Any) -> dict[str, Any]:
    """Return an invoice as a sender writes it; the published example unless told otherwise."""
    return {"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112} | values


def customer_row(**values: Any) -> dict[str, Any]:
    """Return a customer as a sender writes it."""
    return {"customerno": "231231201", "emailaddress1": "john.doe@example.com"} | values
