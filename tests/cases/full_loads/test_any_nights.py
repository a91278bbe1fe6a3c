"""Whatever senders and staff do, in whatever order: what is open is what the rules say, and so is every answer."""

from hypothesis import given
from hypothesis import strategies as st

from tests.cases.full_loads.events import IN_PARTS, KINDS, NUMBERS, Event, events
from tests.cases.full_loads.ledgers import Sender
from tests.cases.full_loads.model import Model
from tests.cases.full_loads.model_records import Limits, Rows
from tests.cases.full_loads.world import World
from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.lanes import examples, rolled_back

limits = st.builds(
    Limits,
    max_share=st.sampled_from([20, 50]),
    max_items=st.sampled_from([0, 1, 50]),
    max_items_by_amount=st.sampled_from([0, 1, 10]),
    max_amount=st.sampled_from([None, None, 150]),
    min_rows=st.sampled_from([10, 70]),
)
first_nights = st.sampled_from([True, True, False])


@examples(70, at_night=6000)
@given(limits=limits, begins_with_all=first_nights, happened=st.lists(events(KINDS + IN_PARTS), max_size=14))
def test_any_nights_leave_open_what_the_rules_leave_open(db, limits, begins_with_all, happened):
    with rolled_back():
        columns = {f"closing_{name}": value for name, value in vars(limits).items()}
        account = AccountFactory(**columns)
        scopes = ["read", "upload", "confirm"]
        senders = [Sender(client_of(account, scopes=scopes)) for _ in range(2)]
        world = World(Model(limits), senders)
        if begins_with_all:
            everything = Rows(dict.fromkeys(NUMBERS, 100))
            happened = [Event("full_load", 0, everything, None, None, 0, False), *happened]
        for event in happened:
            world.happen(event)
