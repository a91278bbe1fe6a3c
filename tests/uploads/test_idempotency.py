"""The same request twice is one upload, where its sender names it with an Idempotency-Key."""

import gzip
import json
from datetime import timedelta
from uuid import UUID

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.worker import ingest_queued
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import BY_WORKER, customer_row, invoice_row

KEY = {"Idempotency-Key": "9d5f5e1c-a5b1-4bb0-8a45-5b1a2a0c0b5e"}
GOOD, BAD = invoice_row(), invoice_row(invoiceNumber="2", dueDate="soon")
BOTH = invoice_row() | customer_row()

ANSWERS = [
    pytest.param([GOOD], {}, "", 200, id="accepted"),
    pytest.param([GOOD, BAD], {}, "", 400, id="refused"),
    pytest.param([GOOD, BAD], {"Prefer": "handling=lenient"}, "", 207, id="partial"),
    pytest.param([BAD], {"Prefer": "handling=lenient"}, "", 400, id="lenient, but all are bad"),
    pytest.param([GOOD], {}, "?dryRun=true", 200, id="tried"),
    pytest.param([GOOD], {}, "?expectedRows=2", 400, id="unexpected"),
    pytest.param([GOOD], {}, "?expectedTotal=:12112&expectedRows=1", 200, id="expected"),
    pytest.param("[{", {}, "", 400, id="no JSON"),
    pytest.param([], {}, "", 200, id="no rows"),
]

ONE_KEY = [
    pytest.param("abc", '"abc"', id="bare and quoted"),
    pytest.param('a"b', r'"a\"b"', id="with a quotation mark"),
    pytest.param("a\\b", r'"a\\b"', id="with a backslash"),
    pytest.param("abc", " abc ", id="with blanks around"),
    pytest.param("a b", '"a b"', id="with a blank"),
    pytest.param("k" * 255, f'"{"k" * 255}"', id="of 255 characters"),
]

MALFORMED = [
    pytest.param("", id="empty"),
    pytest.param('""', id="quoted and empty"),
    pytest.param('" a"', id="a blank first"),
    pytest.param('"a "', id="a blank last"),
    pytest.param("clé", id="no ASCII"),
    pytest.param("a\tb", id="a tab"),
    pytest.param("a\x7f", id="a control character"),
    pytest.param("k" * 256, id="256 characters"),
    pytest.param(f'"{"k" * 256}"', id="256 characters, quoted"),
]

OTHER_TERMS = [
    pytest.param({"Prefer": "handling=lenient"}, "", id="lenient"),
    pytest.param({}, "?dryRun=true", id="dryRun"),
    pytest.param({}, "?expectedRows=1", id="expectedRows"),
    pytest.param({}, "?expectedTotal=:12112", id="expectedTotal"),
]

SAME_TERMS = [
    pytest.param({"Prefer": "handling=strict"}, "", id="the default said aloud"),
    pytest.param({"Prefer": "wait=5"}, "", id="a preference that is not known"),
    pytest.param({}, "?dryRun=false", id="no dry run, said aloud"),
]


def age(upload_id, **by):
    """Let an upload have been that much earlier."""
    make_earlier(Upload.objects.filter(pk=upload_id), timedelta(**by), "created_at")


@pytest.mark.parametrize(("body", "headers", "query", "status"), ANSWERS)
def test_a_request_sent_again_is_answered_with_the_first_receipt(upload, body, headers, query, status):
    first, again = (upload(body, headers=KEY | headers, query=query) for _ in range(2))
    assert (first.status_code, again.status_code) == (status, status)
    assert first.json() == again.json()
    assert Upload.objects.count() == 1


def test_a_request_sent_again_does_not_undo_what_came_in_between(receipt):
    receipt([invoice_row(status="open")], headers=KEY)
    receipt([invoice_row(status="paid")])
    assert receipt([invoice_row(status="open")], headers=KEY)["created"] == 1
    assert Invoice.objects.get().status == "paid"


def test_a_repetition_may_ask_for_the_counts_alone(receipt):
    whole = receipt([GOOD], headers=KEY)
    counts = receipt([GOOD], headers=KEY | {"Prefer": "return=minimal"})
    assert counts["id"] == whole["id"]
    assert "totals" not in counts


def test_a_repetition_may_be_compressed_otherwise(receipt):
    body = json.dumps([GOOD]).encode()
    first = receipt(body, headers=KEY)
    assert receipt(gzip.compress(body), headers=KEY | {"Content-Encoding": "gzip"})["id"] == first["id"]


@pytest.mark.parametrize(("headers", "query"), SAME_TERMS)
def test_the_same_terms_said_otherwise_are_a_repetition(receipt, headers, query):
    first = receipt([GOOD], headers=KEY)
    assert receipt([GOOD], headers=KEY | headers, query=query)["id"] == first["id"]


@pytest.mark.parametrize(("one", "other"), ONE_KEY)
def test_a_key_is_the_same_quoted_or_bare(receipt, one, other):
    first = receipt([GOOD], headers={"Idempotency-Key": one})
    assert receipt([GOOD], headers={"Idempotency-Key": other})["id"] == first["id"]


def test_keys_that_differ_by_case_are_two(receipt):
    first, second = (receipt([GOOD], headers={"Idempotency-Key": key}) for key in ("abc", "ABC"))
    assert first["id"] != second["id"]


@pytest.mark.parametrize("key", MALFORMED)
def test_a_malformed_key_is_refused_by_its_header(upload, key):
    response = upload([GOOD], headers={"Idempotency-Key": key})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["Idempotency-Key"]
    assert not Upload.objects.exists()


@pytest.mark.parametrize(("headers", "query"), OTHER_TERMS)
def test_a_key_used_again_with_other_terms_is_422(receipt, upload, headers, query):
    receipt([GOOD], headers=KEY)
    assert upload([GOOD], headers=KEY | headers, query=query).status_code == 422
    assert Upload.objects.count() == 1


@pytest.mark.parametrize("body", [[], [BAD], [GOOD, GOOD], "[{", "", json.dumps([GOOD]) + " "])
def test_a_key_used_again_with_another_body_is_422(receipt, upload, body):
    receipt([GOOD], headers=KEY)
    response = upload(body, headers=KEY)
    assert (response.status_code, response.headers["Content-Type"]) == (422, "application/problem+json")
    assert Upload.objects.count() == 1


def test_a_key_used_again_for_another_resource_is_422(receipt, upload):
    receipt([BOTH], headers=KEY)
    assert upload([BOTH], "customers", headers=KEY).status_code == 422


def test_a_key_of_a_tried_upload_is_no_key_of_the_real_one(receipt, upload):
    receipt([GOOD], headers=KEY, query="?dryRun=true")
    assert upload([GOOD], headers=KEY).status_code == 422
    assert not Invoice.objects.exists()


def test_a_key_is_kept_for_24_hours(receipt):
    first = receipt([GOOD], headers=KEY)
    age(first["id"], hours=23, minutes=59)
    assert receipt([GOOD], headers=KEY)["id"] == first["id"]


def test_after_24_hours_a_key_is_free(receipt):
    first = receipt([GOOD], headers=KEY)
    age(first["id"], hours=24)
    second = receipt([invoice_row(status="paid")], headers=KEY)
    assert (second["id"] != first["id"], second["updated"]) == (True, 1)
    assert receipt([invoice_row(status="paid")], headers=KEY)["id"] == second["id"]


def test_a_key_is_its_accounts_own(receipt, other_account):
    first = receipt([GOOD], headers=KEY)
    theirs = client_of(other_account).post("/jsonApi/upload/invoices", [GOOD], headers=KEY).json()
    assert (theirs["id"] != first["id"], theirs["created"]) == (True, 1)


def test_another_key_pair_of_the_account_repeats_the_same_request(receipt, account):
    first = receipt([GOOD], headers=KEY)
    assert client_of(account).post("/jsonApi/upload/invoices", [GOOD], headers=KEY).json() == first


def test_a_request_without_a_key_is_always_an_upload_of_its_own(receipt):
    receipt([GOOD], headers=KEY)
    assert receipt([GOOD])["unchanged"] == 1
    assert Upload.objects.count() == 2


def test_an_upload_that_a_worker_took_is_found_by_its_key(upload):
    queued = upload([GOOD], headers=KEY | BY_WORKER).json()
    ingest_queued(UUID(queued["id"]))
    again = upload([GOOD], headers=KEY)
    assert (again.status_code, again.json()["id"], again.json()["created"]) == (200, queued["id"], 1)


def test_an_array_too_large_leaves_its_key_free(upload, settings):
    settings.UPLOAD_MAX_ROWS = 1
    first, again = (upload([GOOD, BAD], headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (413, 413)
    settings.UPLOAD_MAX_ROWS = 2
    assert upload([GOOD], headers=KEY).status_code == 200
