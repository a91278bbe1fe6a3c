import pytest

from apiauth.models import Account
from customers.models import Customer
from tests.factories import CustomerFactory


@pytest.fixture
def customer(account: Account) -> Customer:
    return CustomerFactory(account=account, customer_number="4711")
