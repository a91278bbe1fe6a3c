from collections.abc import Iterator

import pytest
from django.test import Client

from apiauth.models import Account
from customers.models import Customer
from tests.factories import CustomerFactory
from tests.receivables.admin_pages import collector
from tests.receivables.migrating import migrate
from tests.receivables.staff_pages import staff_of


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
