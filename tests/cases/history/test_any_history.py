"""Whatever is uploaded and taken back, in whatever order: what was recorded is what is said of that time later."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from tests.cases.full_loads.ledgers import Sender
from tests.cases.history.events import Event, Feeds, events, few, most
from tests.cases.history.recorded import RecordedAccount, difference, stored
from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.lanes import examples, rolled_back

happenings = st.lists(events(), min_size=1, max_size=10)
of_feeds = st.lists(events(["changes", "full_load", "customers"]), max_size=4)


def feeds() -> Feeds:
    account = AccountFactory(closing_max_items=0, closing_max_share=60)
    return Feeds(Sender(client_of(account, scopes=["read", "upload", "confirm"])))


@examples(10, at_night=2000)
@given(first=most, happened=happenings)
def test_any_report_is_answered_as_it_was_recorded(db, first, happened):
    with rolled_back():
        own = feeds()
        account = RecordedAccount(own.sender)
        for event in [Event("changes", first, 0), *happened]:
            own.happen(event)
            account.record()
        for record in account.records:
            assert {address: account.results_as_of(address, record) for address in record.reports} == record.reports


@examples(10, at_night=2000)
@given(first=most, happened=happenings)
def test_any_movements_add_up_to_the_difference_of_two_reports(db, first, happened):
    with rolled_back():
        own = feeds()
        account = RecordedAccount(own.sender)
        for event in [Event("changes", first, 0), *happened]:
            own.happen(event)
            account.record()
        for earlier, later in combinations(account.records, 2):
            assert account.moved(earlier, later) == difference(earlier.open, later.open)


@examples(20, at_night=3000)
@given(before=of_feeds, rows=few, is_load=st.booleans())
def test_an_upload_taken_back_leaves_all_as_before_and_its_undo_as_after(db, before, rows, is_load):
    with rolled_back():
        own = feeds()
        for event in before:
            own.happen(event)
        was = {row["id"]: row for row in stored()}
        own.happen(Event("full_load" if is_load else "changes", rows, 0))
        after = stored()
        own.happen(Event("undo", [], 0))
        now = stored()
        assert {row["id"]: row for row in now if row["id"] in was} == was
        assert {(row["closed_reason"], row["open_amount"]) for row in now if row["id"] not in was} <= {("withdrawn", 0)}
        own.happen(Event("undo", [], 0))
        assert stored() == after
