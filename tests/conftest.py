from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from rest_framework.test import APIClient

from apiauth.models import Account
from tests.factories import AccountFactory, key_headers

Send = Callable[..., Any]

# Their tests wait for servers and browsers.
WAITING = ("faults", "browser", "http")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the files whose tests wait evenly among those that work: together they keep the machine busy."""
    files = dict.fromkeys(item.path for item in items)
    places: dict[Path, float] = {}
    for does_wait in (True, False):
        alike = [file for file in files if (file.parent.name in WAITING) is does_wait]
        places |= {file: place / len(alike) for place, file in enumerate(alike)}
    items.sort(key=lambda item: places[item.path])


@pytest.fixture(autouse=True)
def _static_files_on_demand(settings: Any) -> None:
    """Every test client makes the middleware anew, which would list some 170 static files each time."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture
def account(db: None) -> Account:
    return AccountFactory(name="Acme")


@pytest.fixture
def client(account: Account) -> APIClient:
    """A client that sends the account's key pair with every request."""
    return client_of(account)


def client_of(account: Account) -> APIClient:
    return APIClient(headers=key_headers(account))


@pytest.fixture
def upload(client: APIClient) -> Send:
    """Upload rows, or a body as text or bytes, to `invoices` unless told otherwise; returns the response.

    `query` is `?dryRun=true` and the like; options are the client's: `headers`, of a raw body `content_type`.
    """

    def send(body: Any, resource: str = "invoices", query: str = "", **options: Any) -> HttpResponse:
        is_raw = isinstance(body, (str, bytes))
        form = {"content_type": "application/json"} if is_raw else {"format": "json"}
        return client.post(f"/jsonApi/upload/{resource}{query}", body, **form | options)

    return send


@pytest.fixture
def receipt(upload: Send) -> Send:
    """Upload rows that are taken, and return the receipt."""

    def send(rows: Any, resource: str = "invoices", **options: Any) -> dict[str, Any]:
        response = upload(rows, resource, **options)
        assert response.status_code == 200, response.content
        return response.json()

    return send


@pytest.fixture
def errors(upload: Send) -> Send:
    """Upload rows that are refused with 400, and return the errors."""

    def send(rows: Any, resource: str = "invoices", **options: Any) -> list[dict[str, Any]]:
        response = upload(rows, resource, **options)
        assert response.status_code == 400, response.content
        return response.json()["errors"]

    return send
