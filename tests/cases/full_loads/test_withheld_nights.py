"""A night that is withheld, confirmed by staff, and one of whose items comes back."""

import pytest

from tests.cases.full_loads.ledgers import item, items, moved, numbers
from tests.uploads.staff import Uploader


@pytest.fixture
def withheld(sender) -> str:
    """A night that lacks three in ten of a thousand items; its id."""
    sender.full_load(items(1000))
    second = sender.full_load(items(700, first=301))
    assert (second.status, second.outcome, sender.closed()) == (207, "withheld", set())
    return second.load


@pytest.fixture
def confirmed(account, withheld) -> None:
    """Have a member of staff confirm it, as the page does after its preview."""
    manager = Uploader(account, may=("view_fullload", "confirm_fullload", "view_upload", "view_invoice"))
    page = f"/admin/uploads/fullload/{withheld}/confirm/"
    assert "Close 300 items" in manager.browser.get(page).content.decode()
    assert manager.browser.post(page, follow=True).status_code == 200


@pytest.mark.usefixtures("confirmed")
def test_a_night_without_thirty_percent_confirmed_by_staff_closes_exactly_these(sender):
    assert sender.closed() == numbers(items(300))
    assert sender.sums() == {("1000", "USD"): 70_000}


@pytest.mark.usefixtures("confirmed")
def test_one_of_what_staff_confirmed_comes_back_and_is_open_again(sender):
    third = sender.full_load([item(300), *items(700, first=301)])
    assert (third.outcome, third.counts) == ("nothing_to_close", {"updated": 1, "unchanged": 700, "reopened": 1})
    assert moved([third]) == {("1000", "USD"): 100}
    assert sender.closed() == numbers(items(299))
