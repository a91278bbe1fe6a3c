"""`amounts=string`: every digit for readers whose JSON numbers are rounded."""

import json

import pytest

from apiauth.models import Account
from receivables.models import Invoice
from tests.factories import invoice_row

LARGE = "9007199254740993.01"  # as a double it would end in 992


@pytest.fixture
def invoice(account, upload):
    Account.objects.update(amount_decimal_places=2)
    account.refresh_from_db()
    row = json.dumps([invoice_row(invoiceAmount="?", localAmount=None)]).replace('"?"', LARGE)
    assert upload(row).status_code == 200
    return Invoice.objects.get()


@pytest.mark.parametrize("more", ["", "&fields=invoiceAmount,openAmount,localAmount"])
def test_a_list_gives_amounts_as_text(client, invoice, more):
    [row] = client.get(f"/jsonApi/invoices?amounts=string{more}").json()["results"]
    assert (row["invoiceAmount"], row["openAmount"], row["localAmount"]) == (LARGE, LARGE, None)


def test_one_invoice_gives_amounts_as_text(client, invoice):
    row = client.get(f"/jsonApi/invoices/{invoice.pk}?amounts=string").json()
    assert (row["invoiceAmount"], row["openAmount"], row["localAmount"]) == (LARGE, LARGE, None)


def test_lines_give_amounts_as_text(client, invoice):
    body = b"".join(client.get("/jsonApi/invoices?format=ndjson&amounts=string"))
    assert json.loads(body)["openAmount"] == LARGE


def test_a_history_gives_amounts_as_text(client, invoice, receipt):
    receipt([invoice_row(invoiceAmount=7)])
    [change] = client.get(f"/jsonApi/invoices/{invoice.pk}/history?amounts=string").json()["results"]
    assert {"field": "invoiceAmount", "before": LARGE, "after": "7"} in change["changes"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_refuses_amounts_as_text(client, invoice, form):
    answer = client.get(f"/jsonApi/invoices?format={form}&amounts=string")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "amounts")


def test_any_other_kind_of_amounts_is_refused(client, invoice):
    answer = client.get("/jsonApi/invoices?amounts=float")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid_choice")
