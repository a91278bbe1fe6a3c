"""Keys whose uploads are full loads, which end when none came for some minutes."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey, Scope
from receivables.models import Invoice
from receivables.uploads.loads.pending import end_pending
from receivables.uploads.models import Form, FullLoad, LoadRequest, LoadState, Upload
from receivables.uploads.worker import ingest_queued
from tests.factories import LENIENT, customer_row, invoice_row, key_headers
from tests.uploads.loads import ledger, open_numbers

MINUTES = 30


@pytest.fixture
def client(account):
    """A client whose uploads are full loads."""
    return APIClient(headers=key_headers(account, name="nightly", full_load_minutes=MINUTES))


@pytest.fixture
def changes(account):
    """A client of the same account whose uploads are changes."""
    return APIClient(headers=key_headers(account))


def pass_time(minutes=MINUTES + 1):
    """Have everything that came so far come so many minutes earlier."""
    earlier = timedelta(minutes=minutes)
    LoadRequest.objects.update(arrived_at=F("arrived_at") - earlier, ends_at=F("ends_at") - earlier)


@pytest.fixture
def night(receipt):
    """Upload rows as a whole load, and end it; return the load as it ended."""

    def send(rows):
        receipt(rows)
        return ended()

    return send


def ended():
    pass_time()
    end_pending()
    return FullLoad.objects.latest("began_at")


def states():
    return list(FullLoad.objects.order_by("began_at").values_list("state", flat=True))


def codes_of(load):
    return [reason["code"] for reason in load.reasons]


def test_an_upload_of_such_a_key_is_written_down_as_part_of_a_full_load(receipt):
    upload = Upload.objects.get(pk=receipt(ledger(1))["id"])
    load = FullLoad.objects.get()
    assert (load.form, load.state, upload.load_id) == (Form.AUTOMATIC, LoadState.OPEN, load.pk)
    assert upload.terms["snapshot"] == "automatic"
    assert upload.terms["fullLoadMinutes"] == MINUTES


def test_a_load_is_not_ended_before_its_time(receipt):
    receipt(ledger(1))
    pass_time(MINUTES - 1)
    end_pending()
    assert states() == ["open"]


def test_the_first_load_closes_nothing_and_lacks_nothing_of_an_empty_ledger(night):
    assert night(ledger(1, 2)).state == LoadState.NOTHING_TO_CLOSE


def test_what_the_second_night_lacks_is_closed(night):
    night(ledger(*range(1, 101)))
    load = night(ledger(*range(1, 99)))
    assert load.state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in range(1, 99)]
    assert set(Invoice.objects.filter(closed_reason="missing").values_list("invoice_number", flat=True)) == {
        "99",
        "100",
    }


def test_a_load_has_a_receipt_of_its_commit_by_the_same_key(night):
    night(ledger(*range(1, 101)))
    load = night(ledger(*range(1, 99)))
    commit = Upload.objects.get(pk=load.commit_id)
    assert (commit.kind, commit.closed_count, commit.api_key, commit.outcome) == ("commit", 2, load.api_key, "accepted")


def test_uploads_that_come_together_are_one_load(receipt, night):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 50)))
    pass_time(MINUTES - 1)
    receipt(ledger(*range(50, 98)))
    pass_time(MINUTES - 1)
    receipt(ledger(98))
    load = ended()
    assert (load.state, load.row_count, len(states())) == ("closed", 98, 2)
    assert len(open_numbers()) == 98


def test_the_boundary_is_where_uploads_came_and_not_where_a_worker_ran(receipt, night):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    pass_time()
    receipt(ledger(*range(1, 98)))
    assert states() == ["nothing_to_close", "open", "open"]
    end_pending()
    assert states() == ["nothing_to_close", "closed", "open"]
    ended()
    assert states() == ["nothing_to_close", "closed", "closed"]
    assert open_numbers() == [str(number) for number in range(1, 98)]


def test_two_days_without_a_worker_are_ended_in_their_order(receipt, night):
    night(ledger(*range(1, 101)))
    for missing in (1, 2, 3):
        receipt(ledger(*range(1 + missing, 101)))
        pass_time()
    end_pending()
    assert states() == ["nothing_to_close", "closed", "closed", "closed"]
    closed_by = [Invoice.objects.get(invoice_number=number).closed_by for number in "123"]
    loads = FullLoad.objects.filter(state="closed").order_by("began_at")
    assert closed_by == list(loads.values_list("commit_id", flat=True))


def test_fewer_than_95_in_100_rows_withhold(night):
    night(ledger(*range(1, 101)))
    load = night(ledger(*range(1, 95)))
    assert load.state == LoadState.WITHHELD
    assert "fewer_rows" in codes_of(load)
    assert len(open_numbers()) == 100


def test_a_quarter_of_the_limit_withholds(night):
    night(ledger(*range(1, 301)))
    load = night(ledger(*range(1, 287), *range(400, 414)))  # as many rows, and 14 missing: over 12, and under 5 %
    assert load.state == LoadState.CLOSED
    load = night(ledger(*range(21, 287), *range(400, 434)))
    assert (load.state, codes_of(load)) == (LoadState.WITHHELD, ["too_many_items", "too_much_money"])


@pytest.mark.parametrize(
    ("body", "query", "options", "status"),
    [
        pytest.param([invoice_row(invoiceAmount="much")], "", {}, 400, id="refused"),
        pytest.param("[{", "", {}, 400, id="unreadable"),
        pytest.param([], "?expectedRows=many", {}, 400, id="bad parameter"),
        pytest.param([], "?snapshot=perhaps", {}, 400, id="neither true nor false"),
        pytest.param([], "?part=1", {}, 400, id="a part of nothing"),
        pytest.param("a,b", "", {"content_type": "text/csv"}, 415, id="another media type"),
    ],
)
def test_a_request_that_fails_in_between_withholds(night, receipt, upload, body, query, options, status):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 50)))
    assert upload(body, query=query, **options).status_code == status
    receipt(ledger(*range(50, 99)))
    load = ended()
    assert (load.state, codes_of(load)) == (LoadState.WITHHELD, ["failed_requests"])
    assert len(open_numbers()) == 100


def test_a_throttled_request_in_between_withholds(night, receipt, upload, settings):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"upload": 1}
    assert [upload([]).status_code for _ in range(3)] == [429, 429, 429]
    load = ended()
    assert codes_of(load) == ["failed_requests"]
    assert load.reasons[0]["message"].endswith("while the load came: 3.")


def test_a_request_that_its_process_never_answered_withholds(night, receipt):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    load = FullLoad.objects.get(state="open")
    request = load.requests.get()
    LoadRequest.objects.create(
        account_id=load.account_id, load=load, upload_id=load.pk, arrived_at=request.arrived_at, ends_at=request.ends_at
    )
    assert codes_of(ended()) == ["failed_requests"]


def test_failed_requests_count_in_their_own_load_alone(night, receipt, upload):
    night(ledger(*range(1, 101)))
    upload("[{")
    pass_time()
    receipt(ledger(*range(1, 99)))
    load = ended()
    assert states() == ["nothing_to_close", "refused", "closed"]
    assert len(open_numbers()) == 98
    refused = FullLoad.objects.get(state="refused")
    assert codes_of(refused) == ["failed_requests", "no_rows"]
    assert load.reasons == []


def test_a_lenient_upload_with_bad_rows_is_part_of_the_load_and_spares_what_they_name(night, receipt, upload):
    night(ledger(*range(1, 101)))
    bad = ledger(100, invoiceAmount="much")
    assert upload(ledger(*range(1, 98)) + bad, headers=LENIENT).status_code == 207
    load = ended()
    assert load.state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in (*range(1, 98), 100)]


def test_no_rows_at_all_close_nothing(night):
    night(ledger(1, 2))
    load = night([])
    assert (load.state, codes_of(load)) == (LoadState.REFUSED, ["no_rows"])
    assert open_numbers() == ["1", "2"]


def test_snapshot_false_sends_a_change(receipt, night):
    night(ledger(*range(1, 101)))
    upload = Upload.objects.get(pk=receipt(ledger(1, invoiceAmount=50), query="?snapshot=false")["id"])
    assert (upload.load_id, "snapshot" in upload.terms) == (None, False)
    assert len(states()) == 1


@pytest.mark.parametrize("query", ["?snapshot=false", "?dryRun=true"])
def test_what_says_that_it_is_no_full_load_withholds_none_where_it_fails(night, receipt, upload, query):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    assert upload("[{", query=query).status_code == 400
    assert ended().state == LoadState.CLOSED


def test_customers_are_no_full_load(upload):
    assert upload([customer_row()], "customers").status_code == 200
    assert states() == []


def test_a_change_by_another_key_is_spared(night, receipt, changes):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    changes.post("/jsonApi/upload/invoices", ledger(99))
    assert ended().state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in range(1, 100)]


def test_a_repeated_request_counts_once_and_fails_nothing(night, upload):
    night(ledger(*range(1, 101)))
    again = {"Idempotency-Key": "tonight"}
    first, second = (upload(ledger(*range(1, 99)), headers=again).json() for _ in range(2))
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


def test_the_setting_is_that_of_the_arrival(receipt, night):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    ApiKey.objects.update(full_load_minutes=None)
    receipt(ledger(1, invoiceAmount=7))
    assert ended().state == LoadState.CLOSED
    assert len(open_numbers()) == 98


def test_a_successor_goes_on_with_the_load_of_the_pair_that_it_replaces(account, night, receipt):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 50)))
    key, pair = ApiKey.objects.get(name="nightly").replace(timedelta(days=1))
    assert key.full_load_minutes == MINUTES
    newer = APIClient(headers={"api_key": pair.key, "api_secret": pair.secret})
    assert newer.post("/jsonApi/upload/invoices", ledger(*range(50, 99))).status_code == 200
    assert (ended().state, len(states())) == (LoadState.CLOSED, 2)


def test_a_code_that_the_last_night_had_and_this_one_lacks_withholds(night):
    night(ledger(*range(1, 11)) + ledger(*range(20, 31), companyCode="2000"))
    load = night(ledger(*range(1, 11)))
    assert load.state == LoadState.WITHHELD
    assert load.company_codes == ["1000", "2000"]


def test_what_came_within_15_minutes_before_the_extract_is_spared(night, receipt):
    night(ledger(*range(1, 101)))
    extracted_at = timezone.now()
    receipt(ledger(*range(1, 99)), query=f"?extractedAt={extracted_at:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert ended().extracted_at == extracted_at
    assert len(open_numbers()) == 100


def test_rows_older_than_the_last_load_are_refused_and_withhold(night, receipt, upload):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    response = upload(ledger(99, 100), query="?extractedAt=2026-01-31T18:00:00Z")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "stale_snapshot")
    load = ended()
    assert (codes_of(load), load.extracted_at) == (["failed_requests"], None)


def test_a_full_load_in_one_request_is_refused_while_an_automatic_one_is_open(receipt, changes):
    receipt(ledger(1))
    response = changes.post("/jsonApi/upload/invoices?snapshot=true", ledger(1))
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "snapshot_open")


def test_queued_uploads_are_waited_for(night, upload):
    night(ledger(*range(1, 101)))
    queued = upload(ledger(*range(1, 99)), headers={"Prefer": "respond-async"})
    assert (queued.status_code, ended().state) == (202, LoadState.OPEN)
    assert len(open_numbers()) == 100
    ingest_queued(queued.json()["id"])
    assert (ended().state, len(open_numbers())) == (LoadState.CLOSED, 98)


def test_a_later_load_waits_for_the_one_before_it(night, receipt, upload):
    night(ledger(*range(1, 101)))
    queued = upload(ledger(*range(1, 99)), headers={"Prefer": "respond-async"})
    pass_time()
    receipt(ledger(*range(1, 98)))
    ended()
    assert states() == ["nothing_to_close", "open", "open"]
    ingest_queued(queued.json()["id"])
    end_pending()
    assert states() == ["nothing_to_close", "closed", "nothing_to_close"]
    assert "98" in open_numbers()  # an upload that merged after the second load had begun saw it


def test_a_queued_upload_that_is_refused_withholds(night, receipt, upload):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    queued = upload([invoice_row(invoiceAmount="much")], headers={"Prefer": "respond-async"})
    ingest_queued(queued.json()["id"])
    assert codes_of(ended()) == ["failed_requests"]


def test_whoami_shows_what_the_uploads_are(client, changes):
    minutes = [each.get("/jsonApi/whoami").json()["fullLoadMinutes"] for each in (client, changes)]
    assert minutes == [MINUTES, None]


def test_a_key_that_may_no_longer_upload_withholds_what_it_had_begun(night, receipt, upload):
    night(ledger(*range(1, 101)))
    receipt(ledger(*range(1, 99)))
    ApiKey.objects.update(scopes=[Scope.READ])
    assert upload(ledger(99, 100)).status_code == 403
    assert codes_of(ended()) == ["failed_requests"]
