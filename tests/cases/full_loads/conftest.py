from collections.abc import Callable
from uuid import UUID

import pytest

from receivables.uploads.worker import ingest_queued
from tests.cases.full_loads.ledgers import Answer, Sender, items
from tests.conftest import client_of


@pytest.fixture
def sender(account) -> Sender:
    """A sender whose ledger the account does not have yet."""
    return Sender(client_of(account))


@pytest.fixture
def stored(sender) -> Sender:
    """A sender whose ledger of a hundred items came the night before, as its first full load."""
    sender.full_load(items(100))
    return sender


@pytest.fixture
def lacking_one(stored) -> Sender:
    """The same sender after a second night, whose full load lacked item I100 and closed it."""
    stored.full_load(items(99))
    return stored


@pytest.fixture
def other(account) -> Sender:
    """Another sender of the same account, with a key pair of its own."""
    return Sender(client_of(account))


@pytest.fixture
def work_off() -> Callable[..., None]:
    """Ingest queued uploads, as a worker does, in their order."""

    def run(*queued: Answer) -> None:
        for each in queued:
            ingest_queued(UUID(each.told["id"]))

    return run
