import pytest

from tests.conftest import client_of
from tests.uploads.loads import begin, ledger, send_part
from tests.uploads.snapshots.nights import NIGHT


@pytest.fixture
def second_night(client, receipt):
    """Begin the second full load of a ledger of five items; return its address."""
    receipt(ledger(*NIGHT))
    first = begin(client)
    send_part(client, first, ledger(*NIGHT))
    assert client.post(f"{first}/commit").status_code == 200
    return begin(client)


@pytest.fixture
def withheld(client, receipt):
    """The first full load of a company code, without two of five items."""
    receipt(ledger(*NIGHT))
    url = begin(client)
    send_part(client, url, ledger(1, 2, 3))
    assert client.post(f"{url}/commit").status_code == 207
    return url


@pytest.fixture
def confirmer(account):
    return client_of(account, scopes=["read", "upload", "confirm"])
