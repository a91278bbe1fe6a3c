from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apiauth.models import Account
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.sources import Source
from tests.conftest import Send
from tests.factories import LENIENT, AccountFactory, invoice_row
from tests.uploads.staff import MANAGER, VIEWER, Uploader

Refusal = Callable[..., dict[str, Any]]


@pytest.fixture
def other_account(db: None) -> Account:
    return AccountFactory(name="Another")


@pytest.fixture
def refusal(upload: Callable[..., Any]) -> Refusal:
    """Upload what is refused, see that nothing of it was stored, and return the problem document."""

    def send(body: Any, resource: str = "invoices", status: int = 400, **options: Any) -> dict[str, Any]:
        response = upload(body, resource, **options)
        assert response.status_code == status, response.content
        assert response.headers["Content-Type"] == "application/problem+json"
        assert not Invoice.objects.exists()
        assert not Customer.objects.exists()
        return response.json()

    return send


@pytest.fixture
def staff(account: Account) -> Uploader:
    """Someone who may look at the account's uploads and invoices."""
    return Uploader(account, may=("view_upload", "view_invoice"))


@pytest.fixture
def viewer(account: Account) -> Uploader:
    """Someone who may look at the account's uploads, invoices and full loads."""
    return Uploader(account, may=VIEWER)


@pytest.fixture
def manager(account: Account) -> Uploader:
    """Someone who may confirm full loads, too."""
    return Uploader(account, may=MANAGER)


@pytest.fixture
def sent(upload: Send) -> Callable[..., Upload]:
    """Upload rows and return the record that the upload left."""

    def send(rows: Any, resource: str = "invoices", **options: Any) -> Upload:
        upload(rows, resource, **options)
        return Upload.objects.latest("created_at")

    return send


@pytest.fixture
def source(account: Account, client: APIClient) -> Source:
    """The key pair of the client, as what sends uploads."""
    return Source(account, account.api_keys.get())


@pytest.fixture
def with_bad_row(sent: Callable[..., Upload]) -> Upload:
    return sent([invoice_row(), invoice_row(invoiceNumber="=2", invoiceAmount="many")], headers=LENIENT)
