"""Every path answers with and without its trailing slash."""

import re

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.config.routes import api_routes
from tests.factories import InvoiceFactory, customer_row, invoice_row
from tests.uploads.loads import begin

POSTED_TO = ("/commit", "/confirm", "/undo")
READ = [route for route in api_routes() if "/upload/" not in route and not route.endswith(POSTED_TO)]


def without_csrf_token(content):
    return re.sub(rb'"X-CSRFTOKEN"\] = ".*?"', b"", content)


@pytest.mark.parametrize("route", READ)
def test_a_path_answers_alike_with_and_without_its_trailing_slash(route, path_to, client):
    path, _, query = path_to(route).partition("?")
    bare, slashed = (client.get(f"{spelling}?{query}") for spelling in (path, f"{path}/"))
    assert (bare.status_code, slashed.status_code) == (200, 200)
    assert without_csrf_token(slashed.content) == without_csrf_token(bare.content)


@pytest.mark.parametrize(("resource", "row"), [("invoices", invoice_row()), ("customers", customer_row())])
def test_an_upload_reaches_its_path_with_a_trailing_slash(resource, row, client):
    response = client.post(f"/jsonApi/upload/{resource}/", [row])
    assert (response.status_code, response.json()["created"]) == (200, 1)


def test_a_commit_reaches_its_path_with_a_trailing_slash(client):
    assert client.post(f"{begin(client)}/commit/", {"allowEmpty": True}).json()["outcome"] == "accepted"


def test_a_refused_upload_reads_its_body_behind_a_trailing_slash(client):
    response = client.post("/jsonApi/upload/invoices/", [invoice_row(invoiceAmount="many")])
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, "/0/invoiceAmount")


def test_a_trailing_slash_keeps_the_query(client, account):
    InvoiceFactory.create_batch(2, account=account)
    assert len(client.get("/jsonApi/invoices/?pageSize=1").json()["results"]) == 1


@pytest.mark.parametrize("path", ["/jsonApi/invoices", "/jsonApi/invoices/"])
def test_the_next_page_is_named_without_the_slash(path, client, account):
    InvoiceFactory.create_batch(2, account=account)
    assert client.get(path, {"pageSize": 1}).json()["next"].startswith("http://testserver/jsonApi/invoices?")


def test_a_receipts_address_leads_to_the_receipt(client, receipt):
    sent = receipt([invoice_row()])
    assert client.get(sent["url"]).json() == sent
    assert (Upload.objects.count(), Invoice.objects.count()) == (1, 1)


def test_an_api_path_in_another_case_is_another_path(client):
    assert client.get("/jsonapi/invoices").status_code == 404
