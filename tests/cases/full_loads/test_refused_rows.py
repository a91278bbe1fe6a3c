"""What came and was refused is there: a full load does not close what its rows name."""

import json

from receivables.uploads.models import FullLoad
from tests.cases.full_loads.ledgers import item, items
from tests.factories import LENIENT


def test_a_row_with_a_bad_amount_keeps_its_item_open(stored):
    bad = item(1, invoiceAmount="a lot")
    second = stored.full_load([bad, *items(98, first=2)], headers=LENIENT)
    assert (second.status, second.outcome) == (207, "closed")
    assert stored.closed() == {"I100"}


def test_rows_that_contradict_each_other_keep_their_item_open(stored):
    rows = [item(1, invoiceAmount=1), item(1, invoiceAmount=2), *items(98, first=2)]
    assert stored.full_load(rows, headers=LENIENT).outcome == "closed"
    assert stored.closed() == {"I100"}


def test_the_same_row_twice_keeps_its_item_open(stored):
    second = stored.full_load([*items(99), item(1)])
    assert second.warnings == {"duplicate_row": 1}
    assert stored.closed() == {"I100"}


def test_a_row_without_a_customer_keeps_all_items_open_that_agree(stored):
    stored.changes([item(1, customerNumber="9")])
    bad = item(1, customerNumber=None)
    stored.full_load([bad, *items(98, first=2)], headers=LENIENT)
    assert stored.closed() == {"I100"}


def test_a_row_that_names_its_number_twice_keeps_both_open_or_withholds(stored):
    text = json.dumps(items(98, first=3))
    twice = '{"companyCode":"1000","customerNumber":"4711","invoiceAmount":1,"invoiceNumber":"I1","invoiceNumber":"I2"}'
    second = stored.full_load(f"[{twice},{text[1:]}", headers=LENIENT)
    assert stored.closed() == set()
    assert (second.outcome, second.reasons) == ("withheld", ["unreadable_rows"])


def test_a_row_of_which_no_number_can_be_read_withholds(stored):
    second = stored.full_load([item(1, invoiceNumber=None), *items(98, first=2)], headers=LENIENT)
    assert (second.outcome, second.reasons) == ("withheld", ["unreadable_rows"])
    assert stored.closed() == set()


def test_a_row_that_is_no_object_withholds(stored):
    second = stored.full_load(["I1", *items(98, first=2)], headers=LENIENT)
    assert (second.outcome, second.reasons) == ("withheld", ["unreadable_rows"])


def test_a_row_of_another_company_in_small_letters_keeps_its_item_open(stored):
    bad = item(1, invoiceAmount="a lot", invoiceNumber="i1")
    stored.full_load([bad, *items(98, first=2)], headers=LENIENT)
    assert stored.closed() == {"I1", "I100"}


def test_a_strict_load_with_a_bad_row_closes_nothing(stored):
    second = stored.full_load([item(1, invoiceAmount="a lot"), *items(90, first=2)])
    assert (second.status, stored.closed()) == (400, set())
    assert FullLoad.objects.count() == 1
