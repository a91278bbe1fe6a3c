"""What others brought since a full load was extracted stays open, though they changed nothing."""

import pytest

from receivables.uploads.loads import confirming
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.models import FullLoad
from receivables.uploads.sources import Source
from tests.cases.full_loads.ledgers import ago, item, items, time_passes


def test_what_another_sender_created_after_the_extract_stays_open(stored, other):
    time_passes(hours=2)
    other.changes([item(500)])
    second = stored.full_load(items(99), extractedAt=ago(hours=1))
    assert stored.closed() == {"I100"}
    assert second.counts == {"unchanged": 99, "closed": 1}


def test_what_another_sender_merely_saw_after_the_extract_stays_open(stored, other):
    time_passes(hours=2)
    assert other.changes([item(99)]).counts == {"unchanged": 1}
    stored.full_load(items(98), extractedAt=ago(hours=1))
    assert stored.closed() == {"I100"}


def test_what_another_sender_saw_less_than_a_quarter_of_an_hour_before_the_extract_stays_open(stored, other):
    time_passes(hours=2)
    other.changes([item(99)])
    time_passes(minutes=14)
    stored.full_load(items(98), extractedAt=ago(minutes=0))
    assert stored.closed() == {"I100"}


def test_what_another_sender_saw_earlier_is_missing(stored, other):
    time_passes(hours=2)
    other.changes([item(99)])
    time_passes(minutes=16)
    stored.full_load(items(98), extractedAt=ago(minutes=0))
    assert stored.closed() == {"I99", "I100"}


@pytest.fixture
def first(sender, other):
    """The first full load, which was extracted after another sender's change and before anybody noted what came."""
    sender.changes(items(100))
    time_passes(hours=2)
    other.changes([item(99)])
    return sender.full_load(items(98), extractedAt=ago(hours=1))


def test_what_was_seen_before_the_first_full_load_is_not_closed_by_one_of_an_older_extract(first):
    assert (first.outcome, first.reasons) == ("withheld", ["first_load", "seen_unknown"])


def test_a_load_of_a_code_that_another_sender_loads_withholds_the_first_time(stored, other):
    theirs = other.full_load(items(99))
    assert (theirs.outcome, theirs.reasons) == ("withheld", ["new_to_key"])


def test_loads_of_two_senders_close_only_in_their_own_codes(stored, other):
    other.full_load(items(20, companyCode="2000"))
    stored.full_load(items(99))
    other.full_load(items(19, companyCode="2000"))
    assert {row["companyCode"] + row["invoiceNumber"] for row in stored.found(closed="true")} == {
        "1000I100",
        "2000I20",
    }


def test_a_load_of_which_it_is_not_known_what_came_since_can_not_be_confirmed(sender, first):
    load = FullLoad.objects.get(pk=first.load)
    with pytest.raises(LoadRefused, match="no longer known"):
        confirming.confirm(load, Source(load.account, staff_username="carla"))
    assert sender.closed() == set()
