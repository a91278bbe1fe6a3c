import pytest

from tests.factories import AccountFactory


@pytest.fixture
def account(db):
    return AccountFactory(name="Acme", amount_decimal_places=4)
