import pytest
from rest_framework.test import APIClient

from apiauth.models import Account
from tests.conftest import client_of


@pytest.fixture
def confirmer(account: Account) -> APIClient:
    """A client whose key may take back anything of the account."""
    return client_of(account, scopes=["read", "upload", "confirm"])
