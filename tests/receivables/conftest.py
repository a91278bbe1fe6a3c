import pytest
from django.test import Client

from apiauth.models import Account
from customers.models import Customer
from tests.factories import CustomerFactory
from tests.receivables.staff_pages import staff_of


@pytest.fixture
def customer(account: Account) -> Customer:
    return CustomerFactory(account=account, customer_number="4711")


@pytest.fixture
def staff(account: Account) -> Client:
    """The browser of a member of staff of the account, who may look at everything."""
    return staff_of(account)
