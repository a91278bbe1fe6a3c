"""Uploads without rows: a success that changes nothing, in each form and way in."""

import gzip
from uuid import UUID

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from receivables.uploads.worker import ingest_queued
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row
from tests.uploads.staff import Uploader, uploaded, words

LINES = "application/x-ndjson"
NOTHING = {
    "an empty array": ("[]", "application/json"),
    "an empty array with blanks": (" [ \n ] \n", "application/json"),
    "an empty body": ("", "application/json"),
    "blanks alone": (" \r\n\t\n", "application/json"),
    "a byte order mark": ("\ufeff", "application/json"),
    "a byte order mark and an array": ("\ufeff[]", "application/json"),
    "no line": ("", LINES),
    "a blank line": ("\n", LINES),
    "blank lines": (" \r\n\t\n", LINES),
    "a byte order mark in lines": ("\ufeff\n", LINES),
    "no line under another name": ("\n", "application/ndjson"),
}
every_nothing = pytest.mark.parametrize(("body", "form"), NOTHING.values(), ids=NOTHING)


@every_nothing
@pytest.mark.parametrize("resource", ["invoices", "customers"])
@pytest.mark.parametrize("query", ["", "?expectedRows=0", "?dryRun=true"])
def test_an_upload_without_rows_is_a_success(body, form, resource, query, receipt):
    told = receipt(body.encode(), resource, query=query, content_type=form)
    counts = [told[name] for name in ("received", "created", "updated", "unchanged", "rejected")]
    assert (told["outcome"], counts, told["errors"], told["warnings"]) == ("accepted", [0] * 5, [], [])
    assert Upload.objects.get().is_dry_run == (query == "?dryRun=true")


@every_nothing
def test_rows_that_were_expected_are_missed(body, form, errors):
    [error] = errors(body.encode(), query="?expectedRows=5", content_type=form)
    assert (error["code"], "expectedRows is 5, but 0 came" in error["message"]) == ("unexpected_rows", True)


@every_nothing
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_worker_takes_an_upload_without_rows(body, form, coding, upload, client):
    sent = gzip.compress(body.encode()) if coding == "gzip" else body.encode()
    headers = {"Prefer": "respond-async", "Content-Encoding": coding}
    queued = upload(sent, content_type=form, headers=headers)
    assert queued.status_code == 202
    ingest_queued(UUID(queued.json()["id"]))
    told = client.get(f"/jsonApi/uploads/{queued.json()['id']}").json()
    assert (told["outcome"], told["received"], told["state"]) == ("accepted", 0, "finished")


@pytest.mark.parametrize("body", [b"", b"[]", b" \n"], ids=repr)
def test_nothing_may_come_compressed(body, receipt):
    assert receipt(gzip.compress(body), headers={"Content-Encoding": "gzip"})["received"] == 0


def test_a_compressed_body_of_no_bytes_has_no_rows(receipt):
    assert receipt(b"", headers={"Content-Encoding": "gzip"})["received"] == 0


def test_compressed_nothing_that_is_cut_short_is_refused(errors):
    [error] = errors(gzip.compress(b"")[:-9], headers={"Content-Encoding": "gzip"})
    assert error["code"] == "body_cut_short"


def test_a_request_without_a_body_is_an_upload_without_rows(client):
    response = client.post("/jsonApi/upload/invoices")
    assert (response.status_code, response.json()["received"]) == (200, 0)


@every_nothing
def test_the_same_nothing_under_a_key_is_one_upload(body, form, receipt, upload):
    options = {"content_type": form, "headers": {"Idempotency-Key": "night"}}
    first, again = (receipt(body.encode(), **options) for _ in range(2))
    assert again == first
    assert upload([invoice_row()], headers={"Idempotency-Key": "night"}).status_code == 422


@pytest.mark.parametrize("body", ["null", '""', "0", "[", "[]]", "[],", "{", "false"])
def test_what_is_not_even_nothing_is_refused(body, upload):
    assert upload(body.encode()).status_code == 400


def test_nothing_stored_is_lost_by_an_upload_without_rows(receipt, account):
    InvoiceFactory(account=account)
    CustomerFactory(account=account)
    receipt(b"")
    assert (Invoice.objects.count(), account.customers.count()) == (1, 1)


def test_staff_are_shown_an_upload_without_rows(receipt, account):
    told = receipt(b"")
    page = Uploader(account).page(f"{told['id']}/change/")
    assert page.status_code == 200
    assert "The upload had no rows, so nothing changed." in words(page)


FILES = {
    "a header alone": ("night.csv", b"customerNumber,invoiceNumber,invoiceAmount\n"),
    "a header without its line end": ("night.csv", b"customerNumber;invoiceNumber;invoiceAmount"),
    "a header and blank lines": ("night.csv", b"customerNumber,invoiceNumber,invoiceAmount\r\n\r\n\r\n"),
    "an empty array": ("night.json", b"[]"),
    "an empty JSON file": ("night.json", b""),
    "an empty file of lines": ("night.ndjson", b""),
    "blank lines": ("night.jsonl", b"\n \n"),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES)
def test_a_file_without_rows_is_said_to_be_one_and_taken(name, content, account):
    uploader = Uploader(account)
    page = uploader.choose(name, content)
    assert "The file has no rows." in words(page)
    assert "All rows can be taken" not in words(page)
    page = uploader.go("confirm")
    assert "The upload had no rows, so nothing changed." in words(page)
    assert (uploaded().outcome, uploaded().received_count) == ("accepted", 0)
