"""One upload taken back: every column is as it was, and the counts say what happened."""

import pytest

from receivables.models import Invoice, InvoiceChange
from receivables.uploads.models import Upload
from tests.factories import customer_row, invoice_row
from tests.uploads.loads import ledger, open_numbers
from tests.uploads.undoing.rows import counts, customers, state, taken_back

ROW = {"invoiceNumber": "1", "currency": "EUR", "balanceAmount": "100", "dueDate": "2026-01-31", "extraThing": "x"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"currency": "USD"}, id="currency"),
        pytest.param({"balanceAmount": "0"}, id="paid"),
        pytest.param({"balanceAmount": "odd"}, id="no-amount"),
        pytest.param({"balanceAmount": None, "invoiceAmount": 7}, id="cleared"),
        pytest.param({"dueDate": None, "invoiceDate": "2026-02-28"}, id="dates"),
        pytest.param({"billAddr": {"street": None, "lines": [1.50, "two"]}}, id="address"),
        pytest.param({"extraThing": "y", "anotherThing": {"deep": [None]}}, id="extra"),
        pytest.param({"customerNumber": "0023123123", "itemText": 'quote " and \\ and é'}, id="texts"),
    ],
)
def test_updated_row_has_every_column_as_before(confirmer, receipt, change):
    receipt([invoice_row(**ROW)])
    before = state()
    changed = receipt([invoice_row(**ROW) | change])
    after = state()
    assert before != after
    undo = taken_back(confirmer, changed["url"])
    assert (state(), counts(undo)) == (before, {"reverted": 1})
    again = taken_back(confirmer, undo["url"])
    assert (state(), counts(again)) == (after, {"reverted": 1})


def test_created_items_are_withdrawn_and_come_back(confirmer, receipt):
    receipt(ledger(1))
    created = receipt(ledger(2, 3))
    undo = taken_back(confirmer, created["url"])
    assert (open_numbers(), counts(undo)) == (["1"], {"withdrawn": 2})
    withdrawn = Invoice.objects.get(invoice_number="2")
    assert (withdrawn.closed_reason, str(withdrawn.closed_by)) == ("withdrawn", undo["id"])
    assert [(total["openBefore"], total["openAfter"]) for total in undo["totals"]] == [("200", "0")]
    again = taken_back(confirmer, undo["url"])
    assert (open_numbers(), counts(again)) == (["1", "2", "3"], {"reverted": 2})


def test_receipt_of_the_undo_names_what_it_took_back(client, confirmer, receipt):
    first = receipt(ledger(1))
    undo = taken_back(confirmer, first["url"])
    assert (undo["kind"], undo["outcome"], undo["received"]) == ("undo", "accepted", 0)
    assert undo["undo"]["of"] == {"id": first["id"], "url": first["url"]}
    assert client.get(first["url"]).json()["undoneBy"] == undo["url"]
    assert client.get(undo["url"]).json()["undo"] == undo["undo"]


def test_preview_says_the_same_and_stores_nothing(confirmer, receipt):
    receipt(ledger(1, 2))
    changed = receipt(ledger(1, 3, invoiceAmount=70, currency="EUR"))
    before = state(), Upload.objects.count(), InvoiceChange.objects.count()
    preview = taken_back(confirmer, changed["url"], query="")
    assert (state(), Upload.objects.count(), InvoiceChange.objects.count()) == before
    undo = taken_back(confirmer, changed["url"], query=f"?confirm=true&preview={preview['preview']}")
    assert (preview["undo"], preview["totals"]) == (undo["undo"], undo["totals"])


def test_customers_are_reverted_and_created_ones_stay(confirmer, client, receipt):
    receipt([customer_row(customerno="1", companyname="Old")], "customers")
    changed = receipt([customer_row(customerno=n, companyname="New") for n in "12"], "customers")
    undo = taken_back(confirmer, changed["url"])
    assert counts(undo) == {"reverted": 1, "kept": 1}
    assert [customer["company_name"] for customer in customers()] == ["Old", "New"]
    (row,) = client.get(f"{undo['url']}/kept").json()["results"]
    assert (row["reason"], row["upload"]["id"]) == ("created", changed["id"])
