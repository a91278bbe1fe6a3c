import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpResponse
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from apiauth.models import Account
from config.embedded_postgres import socket_folder
from tests import lanes
from tests.cluster import is_cluster, use_cluster
from tests.emptying import empty_tables
from tests.factories import AccountFactory, key_headers
from tests.http.fixtures import gunicorn, pair, start  # noqa: F401
from tests.uploads.staff import Uploader

Send = Callable[..., Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    lanes.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    lanes.set_up_properties(config)
    TransactionTestCase._fixture_teardown = lambda test_case: empty_tables()  # what tests that commit end with
    # A shell has what it starts in the background ignore the signal, and all that tests start would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)  # what marks a test as a property comes before
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of the lane, those that wait for servers spread evenly among those that work: together they keep
    the machine busy.
    """
    lanes.deselect(config, items)
    files = dict.fromkeys(item.path for item in items)
    waiting = {item.path for item in items if lanes.needs_server(item)}
    order: dict[Path, float] = {}
    for does_wait in (True, False):
        alike = [file for file in files if (file in waiting) is does_wait]
        order |= {file: number / len(alike) for number, file in enumerate(alike)}
    items.sort(key=lambda item: order[item.path])


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Have the embedded PostgreSQL of the tests promise nothing: no crash of it is tested, and it waits for no disk.

    Tests of faults run databases of their own (tests/faults/processes.py), which keep what they commit. Where
    DATABASE_URL names a database of a cluster, those of the tests are spread over it.
    """
    if settings.DATABASES["default"]["ENGINE"] == "config.embedded_postgres":
        with psycopg.connect(f"postgresql://postgres@/postgres?host={socket_folder(settings.VAR_DIR)}") as server:
            server.autocommit = True
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                server.execute(f"ALTER SYSTEM SET {name} = off")
            server.execute("SELECT pg_reload_conf()")
    else:
        with django_db_blocker.unblock():
            use_cluster()


@pytest.fixture(autouse=True)
def _plain_postgresql_alone(request: pytest.FixtureRequest) -> None:
    """Skip what a test says of plain PostgreSQL alone, where the test database is spread over a cluster."""
    marker = request.node.get_closest_marker("plain_postgresql")
    if marker:
        request.getfixturevalue("django_db_setup")
        if is_cluster():
            pytest.skip(f"of plain PostgreSQL alone: {marker.kwargs['reason']}")


@pytest.fixture(autouse=True)
def _static_files_on_demand(settings: Any) -> None:
    """Every test client makes the middleware anew, which would list some 170 static files each time. They have their
    plain names, whatever an earlier test collected.
    """
    settings.WHITENOISE_AUTOREFRESH = True
    staticfiles_storage.hashed_files = {}


@pytest.fixture
def account(db: None) -> Account:
    return AccountFactory(name="Acme")


@pytest.fixture
def client(account: Account) -> APIClient:
    """A client that sends the account's key pair with every request."""
    return client_of(account)


def client_of(account: Account, **options: Any) -> APIClient:
    return APIClient(headers=key_headers(account, **options))


@pytest.fixture
def uploader(account: Account) -> Uploader:
    """Staff of the account at the upload page."""
    return Uploader(account)


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
