import pytest

from tests.conftest import client_of
from tests.uploads.automatic_loads.nights import MINUTES, ended
from tests.uploads.loads import ledger_of


@pytest.fixture
def client(account):
    """A client whose uploads are full loads."""
    return client_of(account, name="nightly", full_load_minutes=MINUTES)


@pytest.fixture
def changes(account):
    """A client of the same account whose uploads are changes."""
    return client_of(account)


@pytest.fixture
def night(receipt):
    """Upload rows as a whole load, and end it; return the load as it ended."""

    def send(rows):
        receipt(rows)
        return ended()

    return send


@pytest.fixture
def first_night(night):
    """The first load of the key, of a hundred items; return it as it ended."""
    return night(ledger_of(100))
