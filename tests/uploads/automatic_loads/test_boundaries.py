"""Keys whose uploads are full loads, which end when none came for some minutes."""

from receivables.models import Invoice
from receivables.uploads.loads.pending import end_pending
from receivables.uploads.models import FullLoad, LoadState, Upload
from receivables.uploads.worker import ingest_queued
from tests.factories import BY_WORKER
from tests.uploads.automatic_loads.nights import MINUTES, ended, pass_time, states
from tests.uploads.loads import ledger, ledger_of, open_numbers


def test_a_load_is_not_ended_before_its_time(receipt):
    receipt(ledger(1))
    pass_time(MINUTES - 1)
    end_pending()
    assert states() == ["open"]


def test_the_first_load_closes_nothing_and_lacks_nothing_of_an_empty_ledger(night):
    assert night(ledger(1, 2)).state == LoadState.NOTHING_TO_CLOSE


def test_what_the_second_night_lacks_is_closed(first_night, night):
    load = night(ledger_of(98))
    assert load.state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in range(1, 99)]
    assert set(Invoice.objects.filter(closed_reason="missing").values_list("invoice_number", flat=True)) == {
        "99",
        "100",
    }


def test_a_load_has_a_receipt_of_its_commit_by_the_same_key(first_night, night):
    load = night(ledger_of(98))
    commit = Upload.objects.get(pk=load.commit_id)
    assert (commit.kind, commit.closed_count, commit.api_key, commit.outcome) == ("commit", 2, load.api_key, "accepted")


def test_uploads_that_come_together_are_one_load(receipt, first_night):
    receipt(ledger_of(49))
    pass_time(MINUTES - 1)
    receipt(ledger(*range(50, 98)))
    pass_time(MINUTES - 1)
    receipt(ledger(98))
    load = ended()
    assert (load.state, load.row_count, len(states())) == ("closed", 98, 2)
    assert len(open_numbers()) == 98


def test_the_boundary_is_where_uploads_came_and_not_where_a_worker_ran(receipt, first_night):
    receipt(ledger_of(98))
    pass_time()
    receipt(ledger_of(97))
    assert states() == ["nothing_to_close", "open", "open"]
    end_pending()
    assert states() == ["nothing_to_close", "closed", "open"]
    ended()
    assert states() == ["nothing_to_close", "closed", "closed"]
    assert open_numbers() == [str(number) for number in range(1, 98)]


def test_two_days_without_a_worker_are_ended_in_their_order(receipt, first_night):
    for missing in (1, 2, 3):
        receipt(ledger(*range(1 + missing, 101)))
        pass_time()
    end_pending()
    assert states() == ["nothing_to_close", "closed", "closed", "closed"]
    closed_by = [Invoice.objects.get(invoice_number=number).closed_by for number in "123"]
    loads = FullLoad.objects.filter(state="closed").order_by("began_at")
    assert closed_by == list(loads.values_list("commit_id", flat=True))


def test_queued_uploads_are_waited_for(first_night, upload):
    queued = upload(ledger_of(98), headers=BY_WORKER)
    assert (queued.status_code, ended().state) == (202, LoadState.OPEN)
    assert len(open_numbers()) == 100
    ingest_queued(queued.json()["id"])
    assert (ended().state, len(open_numbers())) == (LoadState.CLOSED, 98)


def test_a_later_load_waits_for_the_one_before_it(first_night, receipt, upload):
    queued = upload(ledger_of(98), headers=BY_WORKER)
    pass_time()
    receipt(ledger_of(97))
    ended()
    assert states() == ["nothing_to_close", "open", "open"]
    ingest_queued(queued.json()["id"])
    end_pending()
    assert states() == ["nothing_to_close", "closed", "nothing_to_close"]
    assert "98" in open_numbers()  # an upload that merged after the second load had begun saw it
