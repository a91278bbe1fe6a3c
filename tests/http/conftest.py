"""Real servers over real sockets: what a test client never shows.

The servers are processes of their own, so rows must be committed for them to see: a test with rows is
marked `django_db(transaction=True)`, and makes its own key pair, for the tables are emptied after each.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from apiauth.models import Account
from tests.factories import key_headers
from tests.http.servers import Server, gunicorn_command, running, runserver_command

Start = Callable[..., Server]


@pytest.fixture(scope="module")
def start(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start `gunicorn` or `runserver` with environment variables; it runs until the module's last test."""
    commands = {"gunicorn": gunicorn_command, "runserver": runserver_command}
    with ExitStack() as servers:
        yield lambda name, **variables: servers.enter_context(
            running(commands[name], tmp_path_factory.mktemp(name), **variables)
        )


@pytest.fixture(scope="module")
def gunicorn(start: Start) -> Server:
    """The production server."""
    return start("gunicorn")


@pytest.fixture
def pair(account: Account) -> dict[str, str]:
    """The headers that log in with a new key pair, in the published spelling."""
    return key_headers(account)
