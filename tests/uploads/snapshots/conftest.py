from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import BY_WORKER
from tests.uploads.loads import begin, ledger, ledger_of, load_of_one_part
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
def waiting(upload):
    """An upload that came a second ago and waits for a worker."""
    upload(ledger(1), headers=BY_WORKER)
    Upload.objects.update(created_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def confirmer(account):
    return client_of(account, scopes=["read", "upload", "confirm"])
