"""`?dryRun=true`: the very receipt of the upload, and nothing changed."""

import pytest
from django.apps import apps

from receivables.models import Invoice
from receivables.uploads.models import RejectedRow, Upload
from tests.factories import LENIENT, customer_row, invoice_row
from tests.uploads.rows_of_each_kind import BAD, STORED

TRY = "?dryRun=true"
# What tells one upload from another, whatever they say.
ITS_OWN = {"id", "url", "dryRun", "createdAt", "durationSeconds"}

NEW = invoice_row(invoiceNumber="new", currency="USD", companyCode="US01")
CHANGED = invoice_row(invoiceNumber="stored", status="paid", dueDate="20260131", colour="red")

UPLOADS = [
    pytest.param([], {}, "", id="no rows"),
    pytest.param([NEW, CHANGED, STORED[1]], {}, "", id="one row of each kind"),
    pytest.param([NEW, NEW, CHANGED], {}, "", id="a repeated row"),
    pytest.param([NEW, BAD], {}, "", id="a bad row"),
    pytest.param([NEW, BAD, CHANGED], LENIENT, "", id="a bad row, lenient"),
    pytest.param([BAD], LENIENT, "", id="bad rows alone, lenient"),
    pytest.param([NEW, CHANGED, STORED[0]], {}, "", id="a contradiction"),
    pytest.param([NEW, CHANGED, STORED[0]], LENIENT, "", id="a contradiction, lenient"),
    pytest.param([NEW, CHANGED], {}, "&expectedRows=2&expectedTotal=USD:12112,:12112", id="as expected"),
    pytest.param([NEW], {}, "&expectedRows=2&expectedTotal=EUR:1", id="not as expected"),
    pytest.param("[{}, x", {}, "", id="no JSON"),
]


@pytest.fixture
def tables():
    """Return every stored row, of every model, but for the receipts and who called when."""

    def read():
        left_out = {"uploads.Upload", "uploads.RejectedRow", "apiauth.ApiKey", "apiauth.QuotaUse"}
        models = [model for model in apps.get_models() if model._meta.label not in left_out]
        return {model._meta.label: list(model.objects.order_by("pk").values()) for model in models}

    return read


def said(told):
    return {name: value for name, value in told.items() if name not in ITS_OWN}


@pytest.mark.parametrize(("rows", "headers", "query"), UPLOADS)
def test_a_tried_upload_is_told_what_the_real_one_is_told(receipt, upload, rows, headers, query):
    receipt(STORED)
    tried = upload(rows, query=TRY + query, headers=headers)
    real = upload(rows, query=query.replace("&", "?", 1), headers=headers)
    assert (tried.status_code, said(tried.json())) == (real.status_code, said(real.json()))


@pytest.mark.parametrize(("rows", "headers", "query"), UPLOADS)
def test_a_tried_upload_changes_nothing(receipt, upload, tables, rows, headers, query):
    receipt(STORED)
    receipt([CHANGED | {"status": "late"}])
    before = tables()
    upload(rows, query=TRY + query, headers=headers)
    assert tables() == before


def test_a_tried_upload_of_customers_changes_nothing(receipt, tables):
    receipt([customer_row(firstname="John")], "customers")
    before = tables()
    told = receipt([customer_row(firstname="Jane"), customer_row(customerno="2")], "customers", query=TRY)
    assert (told["updated"], told["created"]) == (1, 1)
    assert tables() == before


def test_a_tried_upload_says_so(receipt, client):
    told = receipt([NEW], query=TRY)
    assert (told["dryRun"], told["outcome"]) == (True, "accepted")
    assert client.get(told["url"]).json() == told


def test_a_tried_upload_keeps_its_receipt_alone(upload, client):
    url = upload([NEW, BAD], query=TRY, headers=LENIENT).json()["url"]
    response = client.get(f"{url}/rejected")
    assert (response.status_code, "only tried" in response.json()["detail"]) == (409, True)
    assert (Upload.objects.count(), RejectedRow.objects.count()) == (1, 0)


def test_the_errors_of_a_tried_upload_are_one_page(upload, client):
    rows = [BAD | {"invoiceNumber": f"{number}", "invoiceAmount": "many"} for number in range(3)]
    told = upload([NEW, *rows], query=TRY, headers=LENIENT).json()
    page = client.get(f"{told['url']}/errors?pageSize=1&count=true").json()
    assert page == {"next": None, "previous": None, "count": 3, "results": told["errors"]}


@pytest.mark.parametrize("value", ["true", "True", "1", "yes", "on"])
def test_a_dry_run_may_be_asked_for_in_these_words(receipt, value):
    assert receipt([NEW], query=f"?dryRun={value}")["dryRun"] is True
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("value", ["false", "False", "0", "no", "off"])
def test_a_dry_run_may_be_declined_in_these_words(receipt, value):
    assert receipt([NEW], query=f"?dryRun={value}")["dryRun"] is False
    assert Invoice.objects.exists()


def test_an_upload_after_a_tried_one_is_merged(receipt):
    receipt([NEW], query=TRY)
    assert receipt([NEW])["created"] == 1
    assert receipt([NEW | {"status": "paid"}], query=TRY)["updated"] == 1
    assert receipt([NEW | {"status": "paid"}])["updated"] == 1
