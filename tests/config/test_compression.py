"""Answers to readers who take them compressed."""

import gzip

import pytest
from django.db.models.functions import MD5

from receivables.models import Invoice
from tests.factories import InvoiceFactory, many_invoices

GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def ask(client, path, coding=None, **headers):
    response = client.get(path, headers={"Accept-Encoding": coding or "gzip, deflate, br"} | headers)
    return response, response.getvalue()


@pytest.fixture
def invoices(account):
    many_invoices(account, 1_000)


@pytest.mark.parametrize("path", ["/jsonApi/invoices", "/jsonApi/schema", "/admin/login/"])
def test_an_answer_is_compressed_for_who_takes_it(path, client, invoices):
    plain, body = ask(client, path, "identity")
    packed, shorter = ask(client, path)
    assert ("Content-Encoding" in plain, packed["Content-Encoding"]) == (False, "gzip")
    assert len(shorter) * 2 < len(body)
    assert "Accept-Encoding" in packed["Vary"]
    assert "Accept-Encoding" in plain["Vary"]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_file_is_compressed_while_it_is_sent(form, client, invoices):
    Invoice.objects.update(reference1=MD5("invoice_number"))  # of which little can be saved
    path = f"/jsonApi/invoices?format={form}"
    packed = client.get(path, headers=GZIP)
    pieces = list(packed.streaming_content)
    assert gzip.decompress(b"".join(pieces)) == ask(client, path, "identity")[1]
    assert len(pieces) > 2


def test_a_compressed_answer_is_asked_for_again_by_its_weak_etag(client, invoices):
    packed, _ = ask(client, "/jsonApi/invoices")
    assert packed["ETag"].startswith('W/"')
    again, _ = ask(client, "/jsonApi/invoices", **{"If-None-Match": packed["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_etag_is_the_same_compressed_or_not(client, invoices):
    plain, _ = ask(client, "/jsonApi/invoices", "identity")
    again, _ = ask(client, "/jsonApi/invoices", **{"If-None-Match": plain["ETag"]})
    assert again.status_code == 304


def test_a_spreadsheet_is_compressed_once(client, invoices):
    packed, body = ask(client, "/jsonApi/invoices?format=xlsx")
    assert ("Content-Encoding" in packed, body[:2]) == (False, b"PK")


@pytest.mark.parametrize("coding", ["gzip;q=0", "gzip; q=0.000, identity", "br, gzip ; q=0"])
def test_an_answer_is_plain_for_who_refuses_it_compressed(coding, client, invoices):
    assert "Content-Encoding" not in ask(client, "/jsonApi/invoices", coding)[0]


def test_an_answer_of_few_bytes_is_left_as_it_is(client, account):
    InvoiceFactory(account=account)
    assert "Content-Encoding" not in ask(client, "/healthz")[0]
