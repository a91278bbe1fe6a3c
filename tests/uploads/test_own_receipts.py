"""A key that may upload and not read: it finds the receipts of its own uploads, and nothing else."""

from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apiauth.models import Account
from receivables.uploads.worker import ingest_queued
from tests.factories import LENIENT, invoice_row, key_headers
from tests.uploads.rows_of_each_kind import BAD

ROWS = [invoice_row(), BAD]


def sender_of(account: Account, *scopes: str) -> APIClient:
    return APIClient(headers=key_headers(account, scopes=list(scopes)))


def sent(client: APIClient, **headers: str) -> dict:
    return client.post("/jsonApi/upload/invoices", ROWS, format="json", headers=LENIENT | headers).json()


@pytest.fixture
def uploader(account):
    return sender_of(account, "upload")


def test_it_reads_the_receipt_of_what_it_sent(uploader):
    told = sent(uploader)
    assert uploader.get(told["url"]).json() == told


def test_it_reads_errors_and_rejected_rows_of_what_it_sent(uploader):
    url = sent(uploader)["url"]
    assert [error["code"] for error in uploader.get(f"{url}/errors").json()["results"]] == ["invalid_date"]
    assert uploader.get(f"{url}/rejected").json() == [BAD]


def test_it_follows_an_upload_that_a_worker_takes(uploader):
    queued = sent(uploader, Prefer="handling=lenient, respond-async")
    assert uploader.get(queued["url"]).json()["state"] == "queued"
    ingest_queued(UUID(queued["id"]))
    assert uploader.get(queued["url"]).json()["outcome"] == "partial"


@pytest.mark.parametrize("what", ["", "/errors", "/rejected"])
def test_another_keys_receipts_are_not_there_for_it(account, other_account, uploader, what):
    others = sender_of(account, "upload"), sender_of(account, "read", "upload"), sender_of(other_account, "upload")
    for other in others:
        assert uploader.get(sent(other)["url"] + what).status_code == 404


@pytest.mark.parametrize("path", ["uploads", "invoices", "customers", "invoices/1", "customers/1", "reports/aging"])
def test_everything_else_is_refused_as_before(uploader, path):
    assert uploader.get(f"/jsonApi/{path}").status_code == 403


def test_a_key_that_reads_finds_every_receipt_of_its_account(account, uploader):
    url = sent(uploader)["url"]
    assert sender_of(account, "read").get(url).status_code == 200


def test_a_key_without_a_scope_finds_none(account, uploader):
    assert sender_of(account).get(sent(uploader)["url"]).status_code == 403
