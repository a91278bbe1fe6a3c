"""`sameBodyAs` names the latest earlier upload that took rows from the very same body: a file sent twice is seen."""

import gzip
import json

import pytest

from tests.conftest import client_of
from tests.factories import LENIENT, customer_row, invoice_row

BOTH = [invoice_row() | customer_row()]
BODY = json.dumps(BOTH)
SOME_BAD = [invoice_row(), invoice_row(invoiceNumber="2", dueDate="soon")]


def test_a_body_sent_for_the_first_time_is_the_same_as_none(receipt):
    assert receipt(BODY)["sameBodyAs"] is None


def test_a_body_sent_again_names_the_upload_that_took_it(receipt):
    first = receipt(BODY)
    assert receipt(BODY)["sameBodyAs"] == first["url"]


def test_a_body_sent_for_the_third_time_names_the_latest(receipt):
    receipt(BODY)
    second = receipt(BODY)
    assert receipt(BODY)["sameBodyAs"] == second["url"]


def test_a_body_sent_again_after_others_is_known(receipt):
    first = receipt(BODY)
    receipt([invoice_row(invoiceNumber="2")])
    assert receipt(BODY)["sameBodyAs"] == first["url"]


def test_the_same_rows_in_other_bytes_are_another_body(receipt):
    receipt(BODY)
    assert receipt(BODY + " ")["sameBodyAs"] is None


def test_a_compressed_body_is_the_same_as_the_plain_one(receipt):
    first = receipt(BODY)
    packed = receipt(gzip.compress(BODY.encode()), headers={"Content-Encoding": "gzip"})
    assert packed["sameBodyAs"] == first["url"]
    assert receipt(BODY)["sameBodyAs"] == packed["url"]


def test_a_body_that_was_taken_in_part_is_named(upload):
    first, second = (upload(SOME_BAD, headers=LENIENT).json() for _ in range(2))
    assert second["sameBodyAs"] == first["url"]


def test_a_refusal_tells_that_its_body_was_taken_before(upload):
    first = upload(SOME_BAD, headers=LENIENT).json()
    assert upload(SOME_BAD).json()["sameBodyAs"] == first["url"]


@pytest.mark.parametrize("query", ["?dryRun=true", "?expectedRows=2"], ids=["tried", "refused"])
def test_a_body_that_was_not_taken_is_not_named(receipt, upload, query):
    upload(BODY, query=query)
    assert receipt(BODY)["sameBodyAs"] is None


def test_an_upload_that_is_tried_names_the_one_that_took_its_body(receipt):
    first = receipt(BODY)
    assert receipt(BODY, query="?dryRun=true")["sameBodyAs"] == first["url"]


def test_a_body_for_another_resource_is_not_named(receipt):
    receipt(BODY)
    assert receipt(BODY, "customers")["sameBodyAs"] is None


def test_a_body_of_another_account_is_not_named(receipt, other_account):
    client_of(other_account).post("/jsonApi/upload/invoices", BODY, content_type="application/json")
    assert receipt(BODY)["sameBodyAs"] is None


def test_a_body_cut_short_is_not_the_same_as_another(receipt, upload):
    packed = gzip.compress(BODY.encode())
    receipt(packed, headers={"Content-Encoding": "gzip"})
    assert upload(packed[:-4], headers={"Content-Encoding": "gzip"}).json()["sameBodyAs"] is None
