"""What cannot be taken back, and why; nothing has changed then."""

from datetime import timedelta

import pytest

from receivables.models import InvoiceChange
from receivables.uploads.models import Upload
from receivables.uploads.worker import ingest_queued
from tests.conftest import client_of
from tests.earlier import make_earlier
from tests.factories import BY_WORKER, customer_row, invoice_row
from tests.uploads.loads import full_load, ledger, ledger_of, status_and_code
from tests.uploads.undoing.rows import state, taken_back


@pytest.fixture
def changed(receipt):
    receipt(ledger(1, 2))
    return receipt(ledger(1, 2, currency="EUR"))


def refused(client, url, query=""):
    return status_and_code(client.post(f"{url}/undo{query}"))


@pytest.mark.parametrize("query", ["", "?confirm=true"])
@pytest.mark.parametrize(
    ("code", "rows", "options"),
    [
        ("dry_run", ledger(1), {"query": "?dryRun=true"}),
        ("not_finished", ledger(1), {"headers": BY_WORKER}),
        ("nothing_stored", [invoice_row(invoiceAmount="many")], {}),
        ("nothing_stored", [], {}),
    ],
    ids=["dry-run", "queued", "refused", "no-rows"],
)
def test_upload_that_stored_nothing_has_nothing_to_take_back(query, code, rows, options, upload, confirmer):
    upload(rows, **options)
    assert refused(confirmer, f"/jsonApi/uploads/{Upload.objects.get().pk}", query) == (409, code)


def test_queued_upload_is_taken_back_once_it_is_finished(upload, confirmer, receipt):
    receipt(ledger(1))
    queued = upload(ledger(1, currency="EUR"), headers=BY_WORKER).json()
    ingest_queued(Upload.objects.get(pk=queued["id"]).pk)
    assert taken_back(confirmer, queued["url"])["undo"]["reverted"] == 1


def test_refused_full_load_has_nothing_to_take_back(upload, confirmer):
    full_load(upload, ledger(1))
    load = full_load(upload, ledger(1), "&expectedOpen=1000/USD:1")
    assert refused(confirmer, load["url"]) == (409, "nothing_stored")


def test_upload_of_an_earlier_release_is_not_taken_back(changed, confirmer):
    Upload.objects.filter(pk=changed["id"]).update(has_full_history=False)
    assert refused(confirmer, changed["url"]) == (409, "no_full_history")


@pytest.mark.parametrize(("days", "status"), [(29, 200), (31, 409)])
def test_window_is_thirty_days(days, status, changed, confirmer):
    for rows, column in ((Upload.objects, "merged_at"), (InvoiceChange.objects, "changed_at")):
        make_earlier(rows, timedelta(days=days), column)
    response = confirmer.post(f"{changed['url']}/undo")
    assert response.status_code == status
    if status == 409:
        assert status_and_code(response) == (409, "too_old")


def test_window_is_a_setting(changed, confirmer, settings):
    settings.UNDO_DAYS = 0
    assert refused(confirmer, changed["url"]) == (409, "too_old")


def test_what_was_taken_back_names_its_undo(changed, confirmer):
    undo = taken_back(confirmer, changed["url"])
    response = confirmer.post(f"{changed['url']}/undo")
    assert (status_and_code(response), undo["url"] in response.json()["detail"]) == ((409, "already_undone"), True)


def test_confirmed_again_the_first_receipt_is_the_answer(changed, confirmer):
    undo = taken_back(confirmer, changed["url"])
    before = state(), Upload.objects.count()
    assert taken_back(confirmer, changed["url"], f"?confirm=true&preview={'0' * 64}") == undo
    assert (state(), Upload.objects.count()) == before


@pytest.mark.parametrize(
    ("query", "status"),
    [("?preview=" + "0" * 64, 400), ("?confirm=true&preview=soon", 400), ("?confirm=maybe", 400), ("?force=1", 400)],
)
def test_parameters_that_say_nothing_clear_are_refused(query, status, changed, confirmer):
    assert confirmer.post(f"{changed['url']}/undo{query}").status_code == status


@pytest.mark.parametrize("later", ["changed", "undone", "contained"])
def test_preview_that_is_no_longer_true_is_not_confirmed(later, changed, confirmer, receipt, upload):
    preview = taken_back(confirmer, changed["url"], "")["preview"]
    if later == "contained":
        full_load(upload, ledger(1, currency="EUR"))
    else:
        undo = receipt(ledger(2, currency="CHF"))
    if later == "undone":
        taken_back(confirmer, undo["url"])
    before = state()
    response = confirmer.post(f"{changed['url']}/undo?confirm=true&preview={preview}")
    if later == "undone":
        assert response.status_code == 200
    else:
        assert (status_and_code(response), state()) == ((409, "preview_changed"), before)


def test_upload_of_another_account_is_not_found(changed, other_account):
    stranger = client_of(other_account, scopes=["read", "upload", "confirm"])
    assert stranger.post(f"{changed['url']}/undo?confirm=true").status_code == 404


def test_body_may_be_sent_again_once_its_upload_was_taken_back(changed, confirmer, receipt):
    assert receipt(ledger(1, 2, currency="EUR"))["sameBodyAs"] == changed["url"]
    for url in [upload["url"] for upload in confirmer.get("/jsonApi/uploads").json()["results"][:2]]:
        taken_back(confirmer, url)
    assert receipt(ledger(1, 2, currency="EUR"))["sameBodyAs"] is None


def test_idempotency_key_gives_the_first_receipt_though_it_was_taken_back(confirmer, receipt):
    key = {"Idempotency-Key": "night"}
    first = receipt(ledger(1), headers=key)
    undo = taken_back(confirmer, first["url"])
    assert receipt(ledger(1), headers=key) == first | {"undoneBy": undo["url"]}


def test_customers_of_another_name_have_theirs_back(confirmer, receipt):
    receipt([customer_row(companyname="Old")], "customers")
    wrong = receipt([customer_row(companyname="New")], "customers")
    receipt(ledger_of(3))
    assert taken_back(confirmer, wrong["url"])["totals"] == []
