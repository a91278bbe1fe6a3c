"""Automatic loads are withheld sooner than others: nobody counted them."""

from receivables.uploads.models import LoadState
from tests.uploads.loads import codes_of, ledger, ledger_of, open_numbers


def test_fewer_than_95_in_100_rows_withhold(first_night, night):
    load = night(ledger_of(94))
    assert load.state == LoadState.WITHHELD
    assert "fewer_rows" in codes_of(load)
    assert len(open_numbers()) == 100


def test_a_quarter_of_the_limit_withholds(night):
    night(ledger_of(300))
    load = night(ledger_of(286) + ledger(*range(400, 414)))  # as many rows, and 14 missing: over 12, and under 5 %
    assert load.state == LoadState.CLOSED
    load = night(ledger(*range(21, 287), *range(400, 434)))
    assert (load.state, codes_of(load)) == (LoadState.WITHHELD, ["too_many_items", "too_much_money"])


def test_no_rows_at_all_close_nothing(night):
    night(ledger(1, 2))
    load = night([])
    assert (load.state, codes_of(load)) == (LoadState.REFUSED, ["no_rows"])
    assert open_numbers() == ["1", "2"]


def test_a_code_that_the_last_night_had_and_this_one_lacks_withholds(night):
    night(ledger_of(10) + ledger(*range(20, 31), companyCode="2000"))
    load = night(ledger_of(10))
    assert load.state == LoadState.WITHHELD
    assert load.company_codes == ["1000", "2000"]
