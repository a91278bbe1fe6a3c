"""The clock of the service is set back by an hour: all that is stored is of the future then."""

import pytest

from tests.cases.full_loads.ledgers import item, items, time_passes


@pytest.fixture
def set_back(lacking_one):
    time_passes(hours=-1)
    return lacking_one


def test_a_full_load_closes_what_is_missing(set_back):
    assert set_back.full_load(items(98)).counts == {"unchanged": 98, "closed": 1}
    assert set_back.closed() == {"I99", "I100"}


def test_an_item_that_comes_again_is_open_again(set_back):
    assert set_back.changes([item(100)]).counts == {"updated": 1, "reopened": 1}


def test_an_item_that_comes_again_in_a_full_load_is_open_again(set_back):
    assert set_back.full_load(items(100)).counts == {"updated": 1, "unchanged": 99, "reopened": 1}


def test_what_another_sender_brings_is_not_closed(set_back, other):
    other.changes([item(500)])
    set_back.full_load(items(99), extractedAt="2020-01-01T00:00:00Z")
    assert set_back.open() >= {"I500"}


def test_moments_still_follow_each_other(set_back):
    moments = [set_back.changes([item(number)]).told["id"] for number in (600, 601, 602)]
    rows = {row["invoiceNumber"]: row["updatedAt"] for row in set_back.found()}
    assert len(set(moments)) == 3
    assert max(rows[f"I{number}"] for number in range(1, 101)) < rows["I600"] < rows["I601"] < rows["I602"]
