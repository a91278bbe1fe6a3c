"""More refused rows of one upload than are remembered: what they name is not known, and nothing closes."""

import pytest

from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.confirming import confirm
from receivables.uploads.models import FullLoad, LoadState, ProtectedIdentity
from tests.factories import LENIENT
from tests.uploads.loads import begin, full_load, ledger, ledger_of, open_numbers, send_part

REMEMBERED = 10_000
FIRST_BAD = 1000  # an invoice number that no good row has


def refused(count):
    return ledger(*range(FIRST_BAD, FIRST_BAD + count), dueDate="soon")


def lacking_one(count):
    """Return nineteen of twenty rows, and bad ones of other items."""
    return ledger_of(19) + refused(count)


@pytest.fixture
def first_night(upload):
    full_load(upload, ledger_of(20))


@pytest.mark.usefixtures("first_night")
def test_as_many_refused_rows_as_are_remembered_keep_open_what_they_name_alone(upload):
    receipt = upload(lacking_one(REMEMBERED), query="?snapshot=true", headers=LENIENT).json()
    assert (receipt["snapshot"]["outcome"], receipt["closed"], receipt["rejected"]) == ("closed", 1, REMEMBERED)
    assert open_numbers() == [str(number) for number in range(1, 20)]


@pytest.mark.usefixtures("first_night")
def test_one_refused_row_more_than_is_remembered_withholds(upload):
    receipt = upload(lacking_one(REMEMBERED + 1), query="?snapshot=true", headers=LENIENT).json()
    [reason] = receipt["snapshot"]["reasons"]
    assert (receipt["snapshot"]["outcome"], reason["code"]) == ("withheld", "unreadable_rows")
    assert "not known: 1." in reason["message"]
    assert (len(open_numbers()), ProtectedIdentity.objects.count()) == (20, REMEMBERED)


@pytest.mark.usefixtures("first_night")
def test_a_load_with_more_refused_rows_than_are_remembered_is_not_confirmed(upload, source):
    upload(lacking_one(REMEMBERED + 1), query="?snapshot=true", headers=LENIENT)
    with pytest.raises(LoadRefused, match="Correct the rows"):
        confirm(FullLoad.objects.get(state=LoadState.WITHHELD), source)
    assert len(open_numbers()) == 20


@pytest.mark.usefixtures("first_night")
def test_a_part_that_comes_again_without_its_refused_rows_can_be_confirmed(client, source):
    load = begin(client)
    send_part(client, load, ledger_of(5) + refused(REMEMBERED + 1), 1, headers=LENIENT)
    send_part(client, load, ledger_of(5), 1)
    client.post(f"{load}/commit")
    assert confirm(FullLoad.objects.get(state=LoadState.WITHHELD), source).closed_count == 15


@pytest.mark.usefixtures("first_night")
def test_one_refused_row_more_than_is_remembered_in_a_part_withholds_the_load(client):
    load = begin(client)
    assert send_part(client, load, lacking_one(REMEMBERED + 1), 1, headers=LENIENT).status_code == 207
    commit = client.post(f"{load}/commit", {"parts": 1})
    assert (commit.status_code, commit.json()["snapshot"]["outcome"]) == (207, "withheld")
    assert len(open_numbers()) == 20


@pytest.mark.usefixtures("first_night")
def test_rows_that_contradict_each_other_are_refused_rows_as_well(upload):
    rivals = [row | {"invoiceAmount": amount} for row in refused(5001) for amount in (1, 2)]
    rows = ledger_of(19) + [row | {"dueDate": None} for row in rivals]
    receipt = upload(rows, query="?snapshot=true", headers=LENIENT).json()
    assert [reason["code"] for reason in receipt["snapshot"]["reasons"]] == ["unreadable_rows"]
    assert len(open_numbers()) == 20
