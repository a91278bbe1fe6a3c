"""What a sender says beside a full load: a dry run, expected sums, no rows at all."""

from receivables.uploads.models import FullLoad
from tests.cases.full_loads.ledgers import Answer, item, items


def test_a_dry_run_says_what_would_be_and_stores_nothing(stored):
    tried: Answer = stored.full_load(items(99), dryRun="true")
    assert (tried.status, tried.outcome, tried.told["snapshot"]["wouldBe"]) == (200, None, "closed")
    assert (stored.closed(), FullLoad.objects.count()) == (set(), 1)
    assert stored.full_load(items(99)).counts == {"unchanged": 99, "closed": 1}


def test_expected_sums_that_agree_close(stored):
    assert stored.full_load(items(99), expectedOpen="1000/USD:9900").outcome == "closed"


def test_expected_sums_that_differ_refuse_all_rows(stored):
    second = stored.full_load([item(1, invoiceAmount=1), *items(98, first=2)], expectedOpen="1000/USD:9900")
    assert (second.status, second.errors, stored.sums()) == (400, ["unexpected_open"], {("1000", "USD"): 10_000})


def test_expected_sums_do_not_lift_the_brake(sender):
    sender.full_load(items(1000))
    second = sender.full_load(items(700), expectedOpen="1000/USD:70000")
    assert (second.status, second.outcome) == (207, "withheld")


def test_no_rows_are_refused(stored):
    assert stored.full_load([]).status == 422
    assert stored.full_load([], allowEmpty="true").status == 422


def test_no_rows_that_are_meant_withhold(stored):
    second = stored.full_load([], allowEmpty="true", companyCodes="1000")
    assert (second.status, second.outcome, stored.closed()) == (207, "withheld", set())


def test_the_same_request_again_closes_once(stored):
    key = {"Idempotency-Key": "night 2"}
    first, again = (stored.full_load(items(99), headers=key) for _ in range(2))
    assert (first.counts, again.told) == ({"unchanged": 99, "closed": 1}, first.told)


def test_an_item_of_unknown_amount_is_closed_as_well(stored):
    stored.changes([item(1, balanceAmount="?")])
    second = stored.full_load(items(99, first=2))
    assert (second.counts, stored.closed()) == ({"unchanged": 99, "closed": 1}, {"I1"})


def test_credits_are_weighed_by_their_magnitude(sender):
    debits, owed_back = items(11, invoiceAmount=1000), items(11, first=100, invoiceAmount=-1000)
    sender.full_load([*debits, *owed_back, *items(100, first=200, invoiceAmount=1)])
    second = sender.full_load(items(100, first=200, invoiceAmount=1))
    assert (second.outcome, second.reasons) == ("withheld", ["too_much_money"])
