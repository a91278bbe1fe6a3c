"""What one upload moved."""

from uuid import uuid4

import pytest

from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import BY_WORKER, AccountFactory, customer_row, invoice_row
from tests.receivables.movements import shortly
from tests.uploads.loads import full_load, ledger, ledger_of, load_of_one_part

pytestmark = pytest.mark.django_db


def changes(client, receipt, **query):
    """Return what an upload moved."""
    response = client.get(f"/jsonApi/uploads/{receipt['id']}/changes", query)
    assert response.status_code == 200, response.content
    return response.json()


def test_each_upload_has_its_own_changes_whatever_came_later(client, receipt):
    first = receipt(ledger(1, 2))
    second = receipt(ledger(2, balanceAmount="40") + ledger(3))
    receipt(ledger(2, 3, balanceAmount="0"))
    assert shortly(changes(client, first)) == [("new", "1", "USD", "100"), ("new", "2", "USD", "100")]
    assert shortly(changes(client, second)) == [("reduced", "2", "USD", "-60"), ("new", "3", "USD", "100")]


def test_changes_agree_with_the_totals_of_the_receipt(client, receipt):
    receipt(ledger_of(5))
    second = receipt(ledger(1, balanceAmount="0") + ledger(2, balanceAmount="250") + ledger(6))
    [total] = second["totals"]
    moved = sum(int(row["amount"]) for row in changes(client, second)["sums"])
    assert moved == int(total["openAfter"]) - int(total["openBefore"])


def test_the_changes_of_a_full_load_are_what_it_closed_too(client, upload):
    full_load(upload, ledger_of(100))
    second = full_load(upload, ledger_of(99, balanceAmount="90"))
    kinds = [(row["kind"], row["items"], row["amount"]) for row in changes(client, second)["sums"]]
    assert kinds == [("closed", 1, "-100"), ("reduced", 99, "-990")]


def test_the_end_of_a_full_load_in_parts_has_what_it_closed(client, upload):
    full_load(upload, ledger_of(100))
    _, answer = load_of_one_part(client, ledger_of(99))
    assert shortly(changes(client, answer.json())) == [("closed", "100", "USD", "-100")]


def test_an_upload_that_changed_no_amount_moved_nothing(client, receipt):
    receipt(ledger(1))
    found = changes(client, receipt(ledger(1, dueDate="2026-01-31")))
    assert (found["results"], found["sums"], found["next"]) == ([], [], None)


def test_pages_and_filters_are_those_of_the_report(client, receipt):
    first = receipt(ledger_of(3))
    page = changes(client, first, pageSize=2, kind="new")
    assert len(page["results"]) == 2
    following = client.get(page["next"]).json()
    assert (shortly(following), following["sums"]) == ([("new", "3", "USD", "100")], page["sums"])
    table = client.get(f"{first['url']}/changes", {"format": "csv"})
    assert b"".join(table.streaming_content).count(b"\n") == 4


NOTHING = {"since": None, "until": None, "sums": [], "next": None, "results": []}


def test_uploads_that_stored_no_invoices_have_no_changes(client, upload, receipt):
    dry = receipt(ledger(1), query="?dryRun=true")
    refused = upload([{"invoiceNumber": "1"}]).json()
    customers = receipt([customer_row()], "customers")
    assert [changes(client, one) for one in (dry, refused, customers)] == [NOTHING] * 3
    assert client.get(f"{dry['url']}/changes", {"format": "csv"}).status_code == 200


def test_an_upload_under_way_is_to_be_asked_again(client, upload):
    queued = upload(ledger(1), headers=BY_WORKER).json()
    assert client.get(f"{queued['url']}/changes").status_code == 409


def test_what_an_earlier_release_stored_is_not_known(client, receipt):
    first = receipt(ledger(1))
    Upload.objects.update(has_full_history=False)
    response = client.get(f"{first['url']}/changes")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "not_known_then")
    assert f"uploadId={first['id']}" in response.json()["errors"][0]["message"]


def test_an_upload_before_one_of_an_earlier_release_is_not_known_either(client, receipt):
    first, second = receipt(ledger(1)), receipt(ledger(1, balanceAmount="40"))
    Upload.objects.filter(pk=second["id"]).update(has_full_history=False)
    assert client.get(f"{first['url']}/changes").status_code == 422


def test_uploads_of_others_are_not_found(client, receipt):
    stranger = client_of(AccountFactory())
    sent = stranger.post("/jsonApi/upload/invoices", [invoice_row()], format="json").json()
    assert client.get(f"/jsonApi/uploads/{sent['id']}/changes").status_code == 404
    assert client.get(f"/jsonApi/uploads/{uuid4()}/changes").status_code == 404


def test_a_key_that_may_only_upload_reads_no_changes(account, receipt):
    first = receipt(ledger(1))
    assert client_of(account, scopes=["upload"]).get(f"{first['url']}/changes").status_code == 403
