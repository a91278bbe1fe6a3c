"""A request of a key that fails while its automatic load comes withholds the load."""

import json
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey, Scope
from config.http.bodies import WholeBodies
from receivables.uploads.ingest import ingest_once
from receivables.uploads.loads import automatic
from receivables.uploads.loads.terms import LoadTerms
from receivables.uploads.models import FullLoad, LoadRequest, LoadState
from receivables.uploads.reading.bodies import BulkJSONParser
from receivables.uploads.rows.serializers import InvoiceUploadSerializer
from receivables.uploads.session import UploadSession
from receivables.uploads.sources import Source
from receivables.uploads.terms import Terms
from receivables.uploads.worker import ingest_queued
from tests.config.recording import running
from tests.factories import BY_WORKER, LENIENT, invoice_row
from tests.uploads.automatic_loads.nights import MINUTES, ended, pass_time, states
from tests.uploads.loads import codes_of, ledger, ledger_of, open_numbers, status_and_code

KEY = {"Idempotency-Key": "night"}
TERMS = Terms(idempotency_key="night", of_load=LoadTerms(minutes=MINUTES))


@pytest.mark.parametrize(
    ("body", "query", "options", "status"),
    [
        pytest.param([invoice_row(invoiceAmount="much")], "", {}, 400, id="refused"),
        pytest.param("[{", "", {}, 400, id="unreadable"),
        pytest.param([], "?expectedRows=many", {}, 400, id="bad parameter"),
        pytest.param([], "?snapshot=perhaps", {}, 400, id="neither true nor false"),
        pytest.param([], "?part=1", {}, 400, id="a part of nothing"),
        pytest.param([], "?page=2", {}, 400, id="an unknown parameter"),
        pytest.param([], "?expectedRows=1&expectedRows=2", {}, 400, id="a parameter twice"),
        pytest.param("a,b", "", {"content_type": "text/csv"}, 415, id="another media type"),
    ],
)
def test_a_request_that_fails_in_between_withholds(first_night, receipt, upload, body, query, options, status):
    receipt(ledger_of(49))
    assert upload(body, query=query, **options).status_code == status
    receipt(ledger(*range(50, 99)))
    load = ended()
    assert (load.state, codes_of(load)) == (LoadState.WITHHELD, ["failed_requests"])
    assert len(open_numbers()) == 100


@pytest.mark.django_db(transaction=True)  # the answer's end ends the connection
def test_a_body_refused_for_its_declared_length_in_between_withholds(first_night, receipt, client):
    receipt(ledger_of(98))
    body = b" " * 1001
    request = RequestFactory(**client.defaults).post("/jsonApi/upload/invoices", body, content_type="application/json")
    statuses = []
    answer = WholeBodies(WSGIHandler(), max_bytes=1000)(request.environ, lambda status, _: statuses.append(status))
    assert (b"larger than" in b"".join(answer), statuses[0][:3]) == (True, "413")
    assert codes_of(ended()) == ["failed_requests"]


def test_rows_sent_with_another_method_withhold(first_night, receipt, client):
    receipt(ledger_of(98))
    assert client.put("/jsonApi/upload/invoices", ledger(99, 100), format="json").status_code == 405
    assert codes_of(ended()) == ["failed_requests"]


def test_a_refused_request_of_nobody_withholds_nothing(first_night, receipt):
    receipt(ledger_of(98))
    assert APIClient().post("/jsonApi/upload/invoices?page=2", [], format="json").status_code == 400
    assert ended().state == LoadState.CLOSED


def test_a_throttled_request_in_between_withholds(first_night, receipt, upload, settings):
    receipt(ledger_of(98))
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"upload": 1}
    assert [upload([]).status_code for _ in range(3)] == [429, 429, 429]
    load = ended()
    assert codes_of(load) == ["failed_requests"]
    assert load.reasons[0]["message"].endswith("while the load came: 3.")


def test_a_request_that_its_process_never_answered_withholds(first_night, receipt):
    receipt(ledger_of(98))
    load = FullLoad.objects.get(state="open")
    request = load.requests.get()
    LoadRequest.objects.create(
        account_id=load.account_id, load=load, upload_id=load.pk, arrived_at=request.arrived_at, ends_at=request.ends_at
    )
    assert codes_of(ended()) == ["failed_requests"]


def test_failed_requests_count_in_their_own_load_alone(first_night, receipt, upload):
    upload("[{")
    pass_time()
    receipt(ledger_of(98))
    load = ended()
    assert states() == ["nothing_to_close", "refused", "closed"]
    assert len(open_numbers()) == 98
    refused = FullLoad.objects.get(state="refused")
    assert codes_of(refused) == ["failed_requests", "no_rows"]
    assert load.reasons == []


def test_a_lenient_upload_with_bad_rows_is_part_of_the_load_and_spares_what_they_name(first_night, upload):
    bad = ledger(100, invoiceAmount="much")
    assert upload(ledger_of(97) + bad, headers=LENIENT).status_code == 207
    load = ended()
    assert load.state == LoadState.CLOSED
    assert open_numbers() == [str(number) for number in (*range(1, 98), 100)]


@pytest.mark.parametrize("query", ["?snapshot=false", "?dryRun=true"])
def test_what_says_that_it_is_no_full_load_withholds_none_where_it_fails(first_night, receipt, upload, query):
    receipt(ledger_of(98))
    assert upload("[{", query=query).status_code == 400
    assert ended().state == LoadState.CLOSED


def test_rows_older_than_the_last_load_are_refused_and_withhold(first_night, receipt, upload):
    receipt(ledger_of(98))
    response = upload(ledger(99, 100), query="?extractedAt=2026-01-31T18:00:00Z")
    assert status_and_code(response) == (409, "stale_snapshot")
    load = ended()
    assert (codes_of(load), load.extracted_at) == (["failed_requests"], None)


def test_a_queued_upload_that_is_refused_withholds(first_night, receipt, upload):
    receipt(ledger_of(98))
    queued = upload([invoice_row(invoiceAmount="much")], headers=BY_WORKER)
    ingest_queued(queued.json()["id"])
    assert codes_of(ended()) == ["failed_requests"]


def test_a_key_that_may_no_longer_upload_withholds_what_it_had_begun(first_night, receipt, upload):
    receipt(ledger_of(98))
    ApiKey.objects.update(scopes=[Scope.READ])
    assert upload(ledger(99, 100)).status_code == 403
    assert codes_of(ended()) == ["failed_requests"]


def test_a_repetition_sent_while_the_first_request_runs_does_not_withhold(first_night, account, upload):
    first = UploadSession(Source(account, account.api_keys.get()), "invoices", TERMS)
    first.load = automatic.attach(first.source.api_key, first.id, first.arrived_at, MINUTES)
    with running(account, "night"):
        assert upload(ledger_of(98), headers=KEY).status_code == 409
    ingest_once(first, InvoiceUploadSerializer, BulkJSONParser.rows(BytesIO(json.dumps(ledger_of(98)).encode())))
    assert ended().state == LoadState.CLOSED


def test_a_repetition_of_a_request_that_was_killed_withholds(first_night, account, receipt, upload):
    automatic.attach(account.api_keys.get(), uuid4(), timezone.now(), MINUTES)
    with running(account, "night"):
        assert upload(ledger_of(98), headers=KEY).status_code == 409
    receipt(ledger_of(98))
    load = ended()
    assert codes_of(load) == ["failed_requests"]
    assert load.reasons[0]["message"].endswith("while the load came: 1.")


def test_a_request_whose_key_another_kind_of_request_holds_withholds(first_night, account, receipt, upload):
    receipt(ledger_of(98))
    with running(account, "night"):
        assert upload(ledger(99), headers=KEY).status_code == 409
    assert codes_of(ended()) == ["failed_requests"]
