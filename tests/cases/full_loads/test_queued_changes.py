"""A change that a worker ingests late: it is older than a full load that came and ended meanwhile, or it is not."""

import pytest

from tests.cases.full_loads.ledgers import Sender, ago, item, items, time_passes
from tests.conftest import client_of
from tests.factories import BY_WORKER
from tests.uploads.automatic_loads.nights import MINUTES, ended


@pytest.fixture
def nightly(account) -> Sender:
    """A sender whose uploads are full loads, and whose ledger of a hundred items came the night before."""
    sender = Sender(client_of(account, full_load_minutes=MINUTES))
    sender.changes(items(100))
    ended()
    return sender


def test_a_queued_change_extracted_before_the_load_leaves_its_item_closed(lacking_one, other, work_off):
    change = other.changes([item(100, invoiceAmount=7)], extractedAt=ago(minutes=5), headers=BY_WORKER)
    work_off(change)
    assert lacking_one.closed() == {"I100"}
    assert [row["invoiceAmount"] for row in lacking_one.found(closed="true")] == [100]


def test_a_queued_change_that_came_before_an_automatic_load_ended_keeps_its_item_open(nightly, other, work_off):
    change = other.changes([item(100, invoiceAmount=7)], headers=BY_WORKER)
    nightly.changes(items(99))
    work_off(change)
    ended()
    assert nightly.closed() == set()
    assert {row["openAmount"] for row in nightly.found(invoiceNumber="I100")} == {7}


def test_a_queued_change_older_than_an_automatic_load_that_ended_leaves_its_item_closed(nightly, other, work_off):
    change = other.changes([item(100, invoiceAmount=7)], headers=BY_WORKER)
    time_passes(minutes=5)
    nightly.changes(items(99))
    ended()
    assert nightly.closed() == {"I100"}
    work_off(change)
    assert nightly.closed() == {"I100"}


def test_a_queued_change_behind_the_load_opens_its_item_again(lacking_one, other, work_off):
    change = other.changes([item(100)], headers=BY_WORKER)
    work_off(change)
    assert lacking_one.closed() == set()
