"""Which uploads of a key are automatic loads, and what a change of its setting changes."""

from datetime import timedelta

from rest_framework.test import APIClient

from apiauth.models import ApiKey
from receivables.uploads.models import Form, FullLoad, LoadState, Upload
from tests.factories import customer_row
from tests.uploads.automatic_loads.nights import MINUTES, ended, states
from tests.uploads.loads import ledger, ledger_of, open_numbers


def test_an_upload_of_such_a_key_is_written_down_as_part_of_a_full_load(receipt):
    upload = Upload.objects.get(pk=receipt(ledger(1))["id"])
    load = FullLoad.objects.get()
    assert (load.form, load.state, upload.load_id) == (Form.AUTOMATIC, LoadState.OPEN, load.pk)
    assert upload.terms["snapshot"] == "automatic"
    assert upload.terms["fullLoadMinutes"] == MINUTES


def test_snapshot_false_sends_a_change(receipt, first_night):
    upload = Upload.objects.get(pk=receipt(ledger(1, invoiceAmount=50), query="?snapshot=false")["id"])
    assert (upload.load_id, "snapshot" in upload.terms) == (None, False)
    assert len(states()) == 1


def test_customers_are_no_full_load(upload):
    assert upload([customer_row()], "customers").status_code == 200
    assert states() == []


def test_a_repeated_request_counts_once_and_fails_nothing(first_night, upload):
    again = {"Idempotency-Key": "tonight"}
    first, second = (upload(ledger_of(98), headers=again).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert ended().state == LoadState.CLOSED


def test_a_request_repeated_after_the_setting_changed_gets_its_receipt(upload):
    again = {"Idempotency-Key": "tonight"}
    first = upload(ledger(1), headers=again).json()
    ApiKey.objects.update(full_load_minutes=5)
    assert upload(ledger(1), headers=again).json()["id"] == first["id"]
    ApiKey.objects.update(full_load_minutes=None)
    assert upload(ledger(1), headers=again).json()["id"] == first["id"]


def test_a_repetition_long_after_leaves_no_load_behind(night, upload):
    again = {"Idempotency-Key": "tonight"}
    upload(ledger(1, 2), headers=again)
    ended()
    upload(ledger(1, 2), headers=again)
    ended()
    assert states() == ["nothing_to_close"]


def test_the_setting_is_that_of_the_arrival(receipt, first_night):
    receipt(ledger_of(98))
    ApiKey.objects.update(full_load_minutes=None)
    receipt(ledger(1, invoiceAmount=7))
    assert ended().state == LoadState.CLOSED
    assert len(open_numbers()) == 98


def test_a_successor_goes_on_with_the_load_of_the_pair_that_it_replaces(first_night, receipt):
    receipt(ledger_of(49))
    key, pair = ApiKey.objects.get(name="nightly").replace(timedelta(days=1))
    assert key.full_load_minutes == MINUTES
    newer = APIClient(headers={"api_key": pair.key, "api_secret": pair.secret})
    assert newer.post("/jsonApi/upload/invoices", ledger(*range(50, 99))).status_code == 200
    assert (ended().state, len(states())) == (LoadState.CLOSED, 2)


def test_whoami_shows_what_the_uploads_are(client, changes):
    minutes = [each.get("/jsonApi/whoami").json()["fullLoadMinutes"] for each in (client, changes)]
    assert minutes == [MINUTES, None]
