import re
from collections.abc import Callable
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apiauth.models import Account
from tests.apiauth.conftest import staff, superuser  # noqa: F401 - fixtures, of the accounts below
from tests.conftest import Send
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, invoice_row, key_headers
from tests.uploads.loads import begin


@pytest.fixture
def client(account: Account) -> APIClient:
    """A client with the account's key pair that is told of a 500 as its caller would be."""
    return APIClient(headers=key_headers(account), raise_request_exception=False)


@pytest.fixture
def path_to(account: Account, client: APIClient, receipt: Send) -> Callable[[str], str]:
    """Return the path of a route, with the id of a row that is there and with the parameters that it must have."""
    ids = {
        "invoices": InvoiceFactory(account=account).pk,
        "customers": CustomerFactory(account=account, customer_number="4711").pk,
        "uploads": UUID(receipt([invoice_row()])["id"]),
        "snapshots": UUID(begin(client).rpartition("/")[2]),
    }
    required = {"jsonApi/reports/movements": f"?since=load:{ids['uploads']}"}
    return lambda route: "/" + re.sub("<.*?>", lambda _: str(ids[route.split("/")[1]]), route) + required.get(route, "")


@pytest.fixture
def own(db: None) -> Account:
    return AccountFactory(name="Own Ltd")


@pytest.fixture
def foreign(db: None) -> Account:
    account = AccountFactory(name="Foreign Ltd")
    InvoiceFactory(account=account, currency="CHF", invoice_amount=777, customer_name="Foreign customer")
    return account
