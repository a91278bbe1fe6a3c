from collections.abc import Iterator

import pytest
from django.test import Client

from apiauth.models import Account
from customers.models import Customer
from tests.factories import CustomerFactory, customer_row, invoice_row
from tests.receivables.admin_pages import collector
from tests.receivables.days_pass import days_pass
from tests.receivables.migrating import migrate
from tests.receivables.staff_pages import ago, staff_of


@pytest.fixture
def customer(account: Account) -> Customer:
    return CustomerFactory(account=account, customer_number="4711")


@pytest.fixture
def staff(account: Account) -> Client:
    """The browser of a member of staff of the account, who may look at everything."""
    return staff_of(account)


@pytest.fixture
def browser(account: Account) -> Client:
    """The browser of a member of staff of the account, who may do everything."""
    return collector(account)


@pytest.fixture
def _wholly_migrated_again() -> Iterator[None]:
    yield
    migrate()


@pytest.fixture
def odd_ledger(account, receipt):
    """Two currencies, none and an unknown one; credits, an item that is no amount, codes that differ in capitals; and
    all of it changed since.
    """
    items = [
        {"currency": "EUR", "companyCode": "AB01", "balanceAmount": "100", "dueDate": f"{ago(45)}"},
        {"currency": "EUR", "companyCode": "ab01", "balanceAmount": "7", "dueDate": f"{ago(10)}"},
        {"currency": "USD", "companyCode": "", "balanceAmount": "-50"},
        {"currency": "", "companyCode": "AB01", "balanceAmount": "3", "dueDate": f"{ago(400)}"},
        {"currency": "XXA", "companyCode": "AB01", "balanceAmount": "4"},
        {"currency": "EUR", "companyCode": "AB01", "balanceAmount": "unknown"},
    ]
    rows = [invoice_row(invoiceNumber=str(number), **item) for number, item in enumerate(items)]
    receipt([customer_row(customerno="23123123", companyname="Alpha")], "customers")
    receipt(rows)
    days_pass(3)
    receipt([row | {"balanceAmount": "0", "currency": "EUR", "dueDate": None} for row in rows])
    receipt([customer_row(customerno="23123123", cocode="AB01", companyname="Omega")], "customers")
    receipt([invoice_row(invoiceNumber="99", invoiceAmount=8, currency="EUR")])
    return account
