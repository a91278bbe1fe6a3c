"""Real servers over real sockets, for all tests: what a test client never shows.

The servers are processes of their own, so rows must be committed for them to see: a test with rows is
marked `django_db(transaction=True)`, and makes its own key pair, for the tables are emptied after each.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from apiauth.models import Account
from tests.factories import key_headers
from tests.http.servers import Server, gunicorn_command, running, runserver_command, wait_until

Start = Callable[..., Server]

BETWEEN_TRANSACTIONS = 0.03  # seconds, more than a server takes from one to the next


@pytest.fixture(scope="module")
def start(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start `gunicorn` or `runserver` with environment variables; it runs until the module's last test."""
    commands = {"gunicorn": gunicorn_command, "runserver": runserver_command}
    with ExitStack() as servers:
        yield lambda name, **variables: servers.enter_context(
            running(commands[name], tmp_path_factory.mktemp(name), **variables)
        )


@pytest.fixture(scope="session")
def gunicorn(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The production server, one for all tests that ask nothing special of it. Whoever ends a server starts another."""
    with running(gunicorn_command, tmp_path_factory.mktemp("gunicorn")) as server:
        yield server


@pytest.fixture
def pair(account: Account) -> Iterator[dict[str, str]]:
    """The headers that log in with a new key pair, in the published spelling.

    What a test broke off is over before the tables are emptied: what a server notes of it later would stay.
    """
    yield key_headers(account)
    wait_until(lambda: not is_transaction_open())
    time.sleep(BETWEEN_TRANSACTIONS)  # the receipt of a body that broke off is a transaction of its own
    wait_until(lambda: not is_transaction_open())


def is_transaction_open() -> bool:
    """Whether a server is within a transaction on the tests' database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND xact_start IS NOT NULL)"
        )
        return bool(cursor.fetchone()[0])
