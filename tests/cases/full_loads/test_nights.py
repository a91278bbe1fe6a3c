"""A second night: what the ledger no longer has is closed, or withheld, and open again once it comes."""

import pytest

from tests.cases.full_loads.ledgers import item, items, moved, numbers

HUNDRED = {"companyCode": "1000", "currency": "USD", "items": 100, "openAmount": "10000"}


@pytest.fixture
def thousand(sender):
    """Have a first night of a thousand items, which closes nothing."""
    first = sender.full_load(items(1000))
    assert (first.status, first.outcome, first.counts) == (200, "nothing_to_close", {"created": 1000})
    return sender


def test_a_second_night_without_a_hundred_items_closes_exactly_these(thousand):
    second = thousand.full_load(items(900, first=101))
    assert (second.status, second.outcome) == (200, "closed")
    assert second.counts == {"unchanged": 900, "closed": 100}
    assert second.told["snapshot"]["missing"] == [HUNDRED]
    assert thousand.closed() == numbers(items(100))
    assert thousand.open() == numbers(items(900, first=101))


def test_what_a_second_night_closes_is_in_the_totals_of_its_receipt(thousand):
    second = thousand.full_load(items(900, first=101))
    [total] = second.told["totals"]
    assert (total["openBefore"], total["openAfter"]) == ("100000", "90000")
    assert moved([second]) == {("1000", "USD"): -10_000}


def test_a_closed_item_says_when_by_what_and_why(thousand):
    second = thousand.full_load(items(999, first=2))
    [row] = thousand.found(closed="true")
    assert (row["invoiceNumber"], row["openAmount"], row["invoiceAmount"]) == ("I1", 0, 100)
    assert (row["closedBy"], row["closedReason"]) == (second.told["id"], "missing")
    assert row["closedAt"] == row["updatedAt"]


def test_a_second_night_without_a_third_of_the_items_withholds_and_stores_its_rows(thousand):
    second = thousand.full_load([item(301, invoiceAmount=7), *items(699, first=302)])
    assert (second.status, second.told["outcome"], second.outcome) == (207, "partial", "withheld")
    assert second.reasons == ["too_many_items", "too_much_money"]
    assert second.counts == {"updated": 1, "unchanged": 699}
    assert thousand.closed() == set()
    assert thousand.sums() == {("1000", "USD"): 1000 * 100 - 93}


def test_a_second_night_with_fewer_than_seventy_percent_of_the_rows_withholds(sender):
    sender.full_load(items(10))
    second = sender.full_load(items(6))
    assert (second.status, second.reasons, sender.closed()) == (207, ["fewer_rows"], set())


def test_an_item_that_comes_again_is_open_again(thousand):
    thousand.full_load(items(900, first=101))
    third = thousand.full_load(items(901, first=100))
    assert (third.outcome, third.counts) == ("nothing_to_close", {"updated": 1, "unchanged": 900, "reopened": 1})
    assert moved([third]) == {("1000", "USD"): 100}
    assert thousand.open() == numbers(items(901, first=100))


def test_an_item_that_comes_again_as_a_change_is_open_again(thousand):
    thousand.full_load(items(900, first=101))
    change = thousand.changes([item(100, invoiceAmount=30)])
    assert change.counts == {"updated": 1, "reopened": 1}
    assert thousand.sums() == {("1000", "USD"): 90_030}


def test_an_item_that_comes_again_settled_stays_closed(thousand):
    thousand.full_load(items(999, first=2))
    change = thousand.changes([item(1, balanceAmount="0")])
    assert change.counts == {"updated": 1}
    assert thousand.closed() == {"I1"}


def test_a_ledger_of_three_items_one_of_them_paid_closes_it(sender):
    sender.full_load(items(3))
    assert sender.full_load(items(2)).counts == {"unchanged": 2, "closed": 1}
    assert sender.open() == numbers(items(2))


def test_a_ledger_of_three_items_two_of_them_missing_withholds(sender):
    sender.full_load(items(3))
    second = sender.full_load(items(1))
    assert (second.status, second.reasons) == (207, ["fewer_rows"])


def test_the_first_full_load_of_stored_items_withholds_what_is_missing(sender):
    sender.changes(items(10))
    first = sender.full_load(items(9))
    assert (first.status, first.reasons, sender.closed()) == (207, ["first_load"], set())


def test_a_full_load_of_one_company_code_closes_nothing_in_another(sender):
    ours, theirs = items(10), items(10, companyCode="2000")
    sender.full_load([*ours, *theirs])
    second = sender.full_load(ours[:9], companyCodes="1000")
    assert (second.counts, second.told["snapshot"]["leftOut"]) == ({"unchanged": 9, "closed": 1}, ["2000"])
    assert sender.open(companyCode="2000") == numbers(theirs)


def test_a_blank_company_code_is_one(sender):
    ours, theirs = items(10, companyCode=""), items(10)
    sender.full_load([*ours, *theirs])
    assert sender.full_load(ours[:9], companyCodes='""').counts == {"unchanged": 9, "closed": 1}
    assert sender.open(companyCode="1000") == numbers(theirs)


def test_a_load_that_names_no_codes_is_of_those_that_its_key_loaded_before(sender):
    ours, theirs = items(20), items(1, companyCode="2000")
    sender.full_load([*ours, *theirs])
    second = sender.full_load(ours)
    assert (second.status, second.reasons) == (207, ["fewer_rows"])
    assert second.told["snapshot"]["companyCodes"] == ["1000", "2000"]


def test_a_row_outside_the_named_codes_is_a_change_and_warned_of(sender):
    sender.full_load(items(10))
    second = sender.full_load([*items(10), item(1, companyCode="2000")], companyCodes="1000")
    assert second.counts == {"created": 1, "unchanged": 10}
    assert second.warnings == {"outside_scope": 1}
