import pytest

from tests.conftest import client_of
from tests.uploads.loads import begin, ledger_of, load_of_one_part
from tests.uploads.snapshots.nights import NIGHT


@pytest.fixture
def stored(receipt):
    """A ledger of five items that no full load had."""
    receipt(NIGHT)


@pytest.fixture
def second_night(client, stored):
    """Begin the second full load of a ledger of five items; return its address."""
    _, commit = load_of_one_part(client, NIGHT)
    assert commit.status_code == 200
    return begin(client)


@pytest.fixture
def withheld(client, stored):
    """The first full load of a company code, without two of five items."""
    url, commit = load_of_one_part(client, ledger_of(3))
    assert commit.status_code == 207
    return url


@pytest.fixture
def confirmer(account):
    return client_of(account, scopes=["read", "upload", "confirm"])
