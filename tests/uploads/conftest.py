from collections.abc import Callable
from typing import Any

import pytest

from apiauth.models import Account
from customers.models import Customer
from receivables.models import Invoice
from tests.factories import AccountFactory

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
