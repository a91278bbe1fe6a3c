"""Full loads in parts, as other modules begin, commit and confirm them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.commits import abandon, begin, commit
from receivables.uploads.loads.confirming import confirm
from receivables.uploads.loads.expiry import expire
from receivables.uploads.loads.terms import CommitTerms
from receivables.uploads.models import FullLoad, Kind, LoadState, MissingItem, Upload
from receivables.uploads.sources import Source
from tests.uploads.loads import OF_1000, ledger, ledger_of, open_numbers, part_of


@pytest.fixture
def begun(source):
    return lambda: begin(source, OF_1000)


@pytest.fixture
def part(upload):
    def send(load, rows, number=None):
        response = upload(rows, query=part_of(load.pk, number))
        assert response.status_code == 200, response.content
        return response.json()

    return send


@pytest.fixture
def first_night(receipt, begun, part, source):
    """A ledger of five items whose first full load lacked nothing."""
    receipt(ledger_of(5))
    load = begun()
    part(load, ledger_of(5))
    commit(load, CommitTerms(), source)


def test_a_commit_closes_exactly_what_no_part_had(first_night, begun, part, source):
    load = begun()
    part(load, ledger(1, 3), 1)
    part(load, ledger(4, 5), 2)
    upload = commit(load, CommitTerms(parts=2, expected_rows=4), source)
    assert (upload.kind, upload.outcome, upload.closed_count, upload.snapshot["outcome"]) == (
        Kind.COMMIT,
        "accepted",
        1,
        "closed",
    )
    assert open_numbers() == ["1", "3", "4", "5"]


@pytest.fixture
def lacking_one(first_night, begun, part):
    """A second full load, whose only part lacks item 2; nothing ended it yet."""
    load = begun()
    part(load, ledger(1, 3, 4, 5))
    return load


def test_a_commit_has_totals_of_what_it_closed(lacking_one, source):
    assert commit(lacking_one, CommitTerms(), source).totals == [
        {
            "companyCode": "1000",
            "currency": "USD",
            "rows": 1,
            "invoiceAmount": "100",
            "openBefore": "100",
            "openAfter": "0",
        }
    ]


def test_a_second_commit_gives_the_same_receipt(lacking_one, source):
    assert commit(lacking_one, CommitTerms(), source) == commit(lacking_one, CommitTerms(), source)
    assert Upload.objects.filter(kind=Kind.COMMIT, load_id=lacking_one.pk).count() == 1


def test_a_commit_that_is_only_tried_closes_nothing_and_leaves_the_load_open(lacking_one, source):
    upload = commit(lacking_one, CommitTerms(is_dry_run=True), source)
    assert (upload.is_dry_run, upload.snapshot["wouldBe"], upload.merged_at) == (True, "closed", None)
    assert open_numbers() == ["1", "2", "3", "4", "5"]
    assert FullLoad.objects.get(pk=lacking_one.pk).state == LoadState.OPEN


def test_what_another_upload_merely_saw_while_the_load_was_open_stays_open(lacking_one, source, receipt):
    receipt(ledger(2))
    assert commit(lacking_one, CommitTerms(), source).snapshot["outcome"] == "nothing_to_close"
    assert open_numbers() == ["1", "2", "3", "4", "5"]


@pytest.fixture
def withheld(receipt, begun, part, source):
    """The first full load of a company code, which lacks two of three items."""
    receipt(ledger(1, 2, 3))
    load = begun()
    part(load, ledger(1))
    commit(load, CommitTerms(), source)
    return FullLoad.objects.get(pk=load.pk)


def test_a_withheld_load_closes_nothing_until_it_is_confirmed(withheld, source):
    assert (withheld.state, open_numbers()) == (LoadState.WITHHELD, ["1", "2", "3"])
    upload = confirm(withheld, source)
    assert (upload.kind, upload.closed_count, upload.load_id) == (Kind.CONFIRMATION, 2, withheld.pk)
    assert open_numbers() == ["1"]


def test_a_confirmation_leaves_out_what_came_since(withheld, source, receipt):
    receipt(ledger(2))
    receipt(ledger(3, itemText="disputed"))
    upload = confirm(withheld, source)
    assert (upload.closed_count, upload.snapshot["droppedOut"]) == (0, 2)
    fates = MissingItem.objects.order_by("invoice_id").values_list("fate", flat=True)
    assert (list(fates), open_numbers()) == (["seen", "changed"], ["1", "2", "3"])


def test_a_second_confirmation_gives_the_same_receipt(withheld, source):
    assert confirm(withheld, source) == confirm(FullLoad.objects.get(pk=withheld.pk), source)


def test_a_load_is_not_confirmed_once_a_later_one_is_in(withheld, source, begun, part):
    later = begun()
    part(later, ledger(1))
    commit(later, CommitTerms(), source)
    with pytest.raises(LoadRefused, match="superseded"):
        confirm(FullLoad.objects.get(pk=withheld.pk), source)


def test_a_sender_that_begins_again_abandons_its_own_open_load(begun):
    first, second = begun(), begun()
    first.refresh_from_db()
    assert (first.state, first.abandoned_for) == (LoadState.ABANDONED, second.pk)


def test_the_open_load_of_another_sender_refuses_a_second(begun, account):
    begun()
    with pytest.raises(LoadRefused, match="is open"):
        begin(Source(account, staff_username="controller"), OF_1000)


def test_an_abandoned_load_takes_no_commit(begun, source):
    load = begun()
    abandon(load, source)
    with pytest.raises(LoadRefused, match="abandoned"):
        commit(FullLoad.objects.get(pk=load.pk), CommitTerms(), source)


def test_a_load_expires_six_hours_after_its_last_part(begun):
    early, late = begun(), begun()
    FullLoad.objects.update(state=LoadState.OPEN)
    FullLoad.objects.filter(pk=late.pk).update(last_part_at=timezone.now() - timedelta(hours=6, seconds=1))
    assert expire() == 1
    late.refresh_from_db()
    early.refresh_from_db()
    assert (early.state, late.state) == (LoadState.OPEN, LoadState.EXPIRED)
