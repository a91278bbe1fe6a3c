import re
from collections.abc import Callable
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apiauth.models import Account
from tests.conftest import Send
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row, key_headers


@pytest.fixture
def client(account: Account) -> APIClient:
    """A client with the account's key pair that is told of a 500 as its caller would be."""
    return APIClient(headers=key_headers(account), raise_request_exception=False)


@pytest.fixture
def path_to(account: Account, receipt: Send) -> Callable[[str], str]:
    """Return the path of a route, with the id of a row that is there."""
    ids = {
        "invoices": InvoiceFactory(account=account).pk,
        "customers": CustomerFactory(account=account, customer_number="4711").pk,
        "uploads": UUID(receipt([invoice_row()])["id"]),
    }
    return lambda route: "/" + re.sub("<.*?>", lambda _: str(ids[route.split("/")[1]]), route)
