"""Items that were withdrawn with the upload that created them, and that come again."""

import pytest
from django.utils import timezone

from receivables.models import Invoice
from tests.uploads.loads import full_load, ledger, ledger_of, open_numbers
from tests.uploads.undoing.rows import counts, state, taken_back

EARLY = "?extractedAt=2026-01-31T18:00:00Z"


@pytest.fixture
def withdrawn(client, confirmer, receipt):
    receipt(ledger(1))
    taken_back(confirmer, receipt(ledger(2, 3))["url"])


@pytest.mark.parametrize("query", ["", EARLY])
def test_withdrawn_item_opens_whenever_it_left_the_ledger(query, withdrawn, receipt):
    again = receipt(ledger(2), query=query)
    assert (again["updated"], again["reopened"], again["created"], open_numbers()) == (1, 1, 0, ["1", "2"])
    assert again["warnings"] == []
    assert Invoice.objects.get(invoice_number="2").closed_at is None


def test_item_that_a_load_closed_stays_closed_for_an_earlier_extract(receipt, upload):
    full_load(upload, ledger(1, 2))
    full_load(upload, ledger(1))
    again = receipt(ledger(2), query=EARLY)
    assert (again["reopened"], [warning["code"] for warning in again["warnings"]]) == (0, ["older_than_full_load"])


def test_list_of_ours_that_is_sent_back_opens_nothing(withdrawn, client, receipt):
    rows = client.get("/jsonApi/invoices").json()["results"]
    assert receipt(rows)["reopened"] == 0
    assert open_numbers() == ["1"]


def test_upload_that_brought_it_again_is_taken_back(withdrawn, confirmer, receipt):
    before = state()
    again = receipt(ledger(2, 4, invoiceAmount=50))
    undo = taken_back(confirmer, again["url"])
    assert (counts(undo), open_numbers()) == ({"reverted": 1, "withdrawn": 1, "reclosed": 1}, ["1"])
    assert state()[:-1] == before


def test_what_came_again_is_kept_by_the_undo_of_the_undo(client, confirmer, receipt):
    first = receipt(ledger(2, 3))
    undo = taken_back(confirmer, first["url"])
    receipt(ledger(2, invoiceAmount=50))
    assert counts(taken_back(confirmer, undo["url"])) == {"reverted": 1, "kept": 1}
    assert open_numbers() == ["2", "3"]


def test_withdrawn_item_is_missing_in_no_full_load(withdrawn, upload):
    assert full_load(upload, ledger(1))["snapshot"]["outcome"] == "nothing_to_close"


def test_full_load_opens_it_again(withdrawn, upload):
    assert full_load(upload, ledger_of(3))["reopened"] == 2
    assert open_numbers() == ["1", "2", "3"]


def test_copy_in_step_learns_of_it(withdrawn, client):
    since = {"updatedSince": Invoice.objects.get(invoice_number="1").updated_at.isoformat(), "closed": "true"}
    found = client.get("/jsonApi/invoices", since).json()["results"]
    assert [(row["invoiceNumber"], row["openAmount"], row["closedReason"]) for row in found] == [
        ("2", 0, "withdrawn"),
        ("3", 0, "withdrawn"),
    ]
    assert found[0]["closedAt"] < timezone.now().isoformat()
