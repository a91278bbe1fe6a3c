"""Rows for tests. What a test is about, it says itself; the rest comes from here."""

from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.db import connection
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
    """Store invoices by the thousand, numbered from 10000 on: the database repeats the first one, which is quick."""
    first = InvoiceFactory(account=account, invoice_number="10000", **values)
    same = ", ".join(
        connection.ops.quote_name(field.column)
        for field in Invoice._meta.concrete_fields
        if not (field.primary_key or field.generated or field.name == "invoice_number")
    )
    repeat = f"""
        INSERT INTO receivables_invoice (invoice_number, {same})
        SELECT number, {same} FROM receivables_invoice, generate_series(10001, %s) AS number
        WHERE account_id = %s AND id = %s"""  # noqa: S608 - names of the model's columns
    with connection.cursor() as cursor:
        cursor.execute(repeat, [10_000 + count - 1, account.pk, first.pk])


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
