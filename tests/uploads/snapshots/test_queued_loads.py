"""Full loads in one request that a worker ingests."""

from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.uploads.models import FullLoad, LoadState, Upload
from receivables.uploads.worker import ingest_queued
from tests.factories import BY_WORKER
from tests.uploads.loads import ledger, open_numbers, send_part, status_and_code
from tests.uploads.snapshots.nights import BAD, NIGHT


def test_a_queued_load_in_one_request_is_stored_when_it_is_accepted(stored, upload):
    queued = upload(NIGHT, query="?snapshot=true&companyCodes=1000", headers=BY_WORKER).json()
    load = FullLoad.objects.get()
    assert (load.state, load.company_codes, load.cutoff) == (
        LoadState.OPEN,
        ["1000"],
        Upload.objects.get(merged_at__isnull=False).merged_at,
    )
    ingest_queued(queued["id"])
    load.refresh_from_db()
    assert (load.state, str(load.commit_id)) == (LoadState.NOTHING_TO_CLOSE, queued["id"])


@pytest.fixture
def loaded(stored, upload):
    """The ledger, of which a full load had all."""
    upload(NIGHT, query="?snapshot=true")


def test_what_merges_before_a_queued_load_has_its_turn_stays_open(loaded, upload, receipt):
    queued = upload(ledger(1, 2, 3, 4), query="?snapshot=true", headers=BY_WORKER).json()
    receipt(ledger(5))
    ingest_queued(queued["id"])
    assert open_numbers() == list("12345")


def test_a_later_upload_that_is_queued_does_not_refuse_a_queued_load(loaded, upload):
    queued = upload(ledger(1, 2, 3, 4), query="?snapshot=true", headers=BY_WORKER).json()
    Upload.objects.filter(pk=queued["id"]).update(created_at=timezone.now() - timedelta(minutes=1))
    FullLoad.objects.under_way().update(began_at=timezone.now() - timedelta(minutes=1))
    upload(ledger(7), headers=BY_WORKER)
    ingest_queued(queued["id"])
    assert open_numbers() == list("1234")


def test_a_queued_load_that_is_refused_ends(client, stored, upload):
    queued = upload(BAD, query="?snapshot=true", headers=BY_WORKER).json()
    ingest_queued(queued["id"])
    assert (FullLoad.objects.get().state, client.get(queued["url"]).json()["outcome"]) == (LoadState.REFUSED, "refused")


def test_the_receipt_of_a_queued_load_that_is_refused_says_so(client, stored, upload):
    queued = upload(BAD, query="?snapshot=true", headers=BY_WORKER).json()
    ingest_queued(queued["id"])
    told = client.get(queued["url"]).json()["snapshot"]
    assert (told["id"], told["outcome"]) == (str(FullLoad.objects.get().pk), "refused")


def test_a_load_is_asked_to_wait_for_a_queued_one_of_its_company_codes(loaded, upload):
    upload(NIGHT, query="?snapshot=true", headers=BY_WORKER)
    for headers in (BY_WORKER, {}):
        response = upload(NIGHT, query="?snapshot=true", headers=headers)
        assert status_and_code(response) == (409, "snapshot_open")
        assert "waits for a worker or is under way. Send this one" in response.json()["errors"][0]["message"]


def test_a_part_of_a_load_in_one_request_is_told_how_parts_are_sent(client, loaded):
    response = send_part(client, f"/jsonApi/snapshots/{FullLoad.objects.get().pk}", NIGHT)
    assert status_and_code(response) == (409, "snapshot_not_in_parts")
    assert "begin it first (POST /jsonApi/snapshots)" in response.json()["errors"][0]["message"]


def test_a_queued_load_that_is_only_tried_leaves_none(stored, upload):
    queued = upload(ledger(1), query="?snapshot=true&dryRun=true", headers=BY_WORKER).json()
    ingest_queued(queued["id"])
    assert (FullLoad.objects.count(), open_numbers()) == (0, list("12345"))


def test_a_queued_load_is_refused_at_once_while_an_earlier_upload_waits(upload, waiting):
    response = upload(ledger(1), query="?snapshot=true", headers=BY_WORKER)
    assert status_and_code(response) == (409, "upload_waiting")
    assert FullLoad.objects.count() == 0


def test_a_queued_load_in_one_request_takes_no_part_and_is_neither_committed_nor_abandoned(client, upload):
    upload(ledger(1), query="?snapshot=true", headers=BY_WORKER)
    url = f"/jsonApi/snapshots/{FullLoad.objects.get().pk}"
    answers = [send_part(client, url, ledger(1)), client.post(f"{url}/commit"), client.delete(url)]
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert {answer.json()["errors"][0]["code"] for answer in answers} == {"snapshot_not_in_parts"}
