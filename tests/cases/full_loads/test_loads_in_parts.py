"""A second night in parts: parts that come twice, that are refused and then taken, and a clock that is set back."""

import pytest

from tests.cases.full_loads.ledgers import Sender, item, items, moved, numbers, time_passes

BAD = item(100, dueDate="soon")


@pytest.fixture
def load(stored: Sender) -> str:
    """The second night's full load, of which nothing has come yet; its id."""
    begun = stored.begin("1000")
    assert begun.status == 201
    return str(begun.told["id"])


def test_the_same_part_twice_counts_once_and_closes_what_no_part_had(stored, load):
    first, again = (stored.part(load, items(50), 1) for _ in range(2))
    assert (first.counts, again.counts) == ({"unchanged": 50}, {"unchanged": 50})
    stored.part(load, items(48, first=51), 2)
    commit = stored.commit(load, parts=2, expectedRows=98)
    assert (commit.outcome, commit.counts) == ("closed", {"closed": 2})
    assert stored.closed() == {"I99", "I100"}


def test_the_same_part_with_other_rows_keeps_open_what_either_had(stored, load):
    stored.part(load, items(98), 1)
    stored.part(load, items(98, first=2), 1)
    assert stored.commit(load, parts=1).counts == {"closed": 1}
    assert stored.closed() == {"I100"}


def test_part_two_refused_holds_up_the_commit_and_closes_nothing(stored, load):
    stored.part(load, items(50), 1)
    assert stored.part(load, [*items(48, first=51), BAD], 2).status == 400
    commit = stored.commit(load, parts=2)
    assert (commit.status, commit.errors) == (409, ["parts_refused"])
    assert stored.closed() == set()


def test_part_two_refused_then_taken_closes_what_no_part_had(stored, load):
    stored.part(load, items(50), 1)
    assert stored.part(load, [*items(48, first=51), BAD], 2).status == 400
    assert stored.part(load, items(48, first=51), 2).status == 200
    commit = stored.commit(load, parts=2, expectedRows=98)
    assert (commit.outcome, commit.counts) == ("closed", {"closed": 2})
    assert stored.closed() == {"I99", "I100"}  # I100 was named only in what was refused, and not in what came instead


def test_part_two_taken_then_refused_holds_up_the_commit(stored, load):
    stored.part(load, items(50), 1)
    stored.part(load, items(48, first=51), 2)
    assert stored.part(load, [*items(48, first=51), BAD], 2).status == 400
    assert stored.commit(load, parts=2).errors == ["parts_refused"]
    assert stored.closed() == set()


@pytest.fixture
def set_back(stored: Sender, load: str) -> Sender:
    """A sender whose first part came before the clock was set back by an hour: it is of the future then."""
    stored.part(load, [item(1, invoiceAmount=7), *items(48, first=2)], 1)
    time_passes(hours=-1)
    return stored


def test_the_clock_set_back_within_a_load_in_parts_closes_what_no_part_had(set_back, load):
    assert set_back.part(load, [item(50, invoiceAmount=7), *items(48, first=51)], 2).counts == {
        "updated": 1,
        "unchanged": 48,
    }
    commit = set_back.commit(load, parts=2, expectedRows=98)
    assert (commit.outcome, commit.counts) == ("closed", {"closed": 2})
    assert set_back.closed() == {"I99", "I100"}
    assert moved([commit]) == {("1000", "USD"): -200}


def test_the_clock_set_back_within_a_load_in_parts_keeps_open_what_another_sender_brings(set_back, load, other):
    assert other.changes([item(99), item(500)]).counts == {"created": 1, "unchanged": 1}
    set_back.part(load, items(49, first=50), 2)
    assert set_back.commit(load, parts=2).counts == {"closed": 1}
    assert set_back.open() == numbers(items(99)) | {"I500"}


def test_what_closed_while_the_clock_was_set_back_is_open_again_once_it_comes(set_back, load):
    set_back.part(load, items(49, first=50), 2)
    set_back.commit(load, parts=2)
    assert set_back.changes([item(100)]).counts == {"updated": 1, "reopened": 1}
    assert set_back.closed() == {"I99"}
