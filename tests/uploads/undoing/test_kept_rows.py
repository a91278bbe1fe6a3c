"""What came later stays: a row that a later upload changed, or a later full load contained, is kept whole and named."""

import pytest

from receivables.models import Invoice, InvoiceChange
from tests.uploads.loads import begin, full_load, ledger, ledger_of, send_part
from tests.uploads.undoing.rows import counts, state, taken_back


def reasons(client, undo):
    """Return what an undo left: the invoice number, the reason and the upload of each row."""
    rows = client.get(f"{undo['url']}/kept").json()["results"]
    return [(row["identity"]["invoiceNumber"], row["reason"], row["upload"]["id"]) for row in rows]


@pytest.fixture
def wrong(receipt):
    """An upload that changed three items and created two."""
    receipt(ledger(1, 2, 3))
    return receipt([*ledger(1, 2, 3, currency="JPY"), *ledger(4, 5, currency="JPY")])


def test_rows_that_were_changed_since_are_kept_and_named(client, confirmer, receipt, wrong):
    receipt(ledger(2, currency="JPY", dueDate="2026-01-31"))
    later = receipt(ledger(2, 4, currency="JPY", dueDate="2026-02-28"))
    before = state()
    undo = taken_back(confirmer, wrong["url"])
    assert counts(undo) == {"reverted": 2, "withdrawn": 1, "kept": 2}
    assert reasons(client, undo) == [("2", "changed", later["id"]), ("4", "changed", later["id"])]
    assert [row for row in state() if row["invoice_number"] in "24"] == [before[1], before[3]]


@pytest.mark.parametrize("outcome", ["closed", "nothing_to_close", "withheld", "superseded"])
def test_rows_that_a_later_load_contained_are_kept_and_named(outcome, client, confirmer, upload, receipt, wrong):
    receipt(ledger(*range(10, 80)))
    everything = [*ledger(1, 2, 3, 4, currency="JPY"), *ledger(*range(10, 80))]
    if outcome in ("closed", "nothing_to_close"):
        everything += ledger(5, currency="JPY")
        assert full_load(upload, everything)["snapshot"]["outcome"] == "nothing_to_close"
    sent = {"closed": everything[:-1], "nothing_to_close": everything}.get(outcome, everything[:4])
    load = full_load(upload, sent)
    if outcome == "superseded":
        full_load(upload, everything)
    assert client.get(load["snapshot"]["url"]).json()["state"] == outcome
    found = {number: reason for number, reason, _ in reasons(client, taken_back(confirmer, wrong["url"]))}
    fifth = {"closed": {"5": "changed"}, "nothing_to_close": {"5": "contained"}}.get(outcome, {})
    assert found == dict.fromkeys("1234", "contained") | fifth


@pytest.mark.parametrize("end", ["abandon", "undo"])
def test_a_load_that_does_not_count_keeps_nothing(end, client, confirmer, receipt, wrong):
    url = begin(client)
    send_part(client, url, [*ledger(1, 2, 3, 4, 5, currency="JPY")], 1)
    if end == "abandon":
        client.delete(url)
    else:
        client.post(f"{url}/commit")
        taken_back(confirmer, url)
    assert counts(taken_back(confirmer, wrong["url"])) == {"reverted": 3, "withdrawn": 2}


def test_a_part_of_a_later_load_keeps_what_it_contained(client, confirmer, wrong):
    url = begin(client)
    part = send_part(client, url, ledger(1, 2, currency="JPY"), 1).json()
    client.post(f"{url}/commit")
    undo = taken_back(confirmer, wrong["url"])
    assert reasons(client, undo) == [("1", "contained", part["id"]), ("2", "contained", part["id"])]


def test_a_load_before_the_upload_keeps_nothing(confirmer, upload, receipt):
    full_load(upload, ledger(1, 2, 3))
    wrong = receipt(ledger(1, 2, 3, currency="JPY"))
    assert counts(taken_back(confirmer, wrong["url"])) == {"reverted": 3}


def test_what_was_taken_back_does_not_count_as_later(confirmer, receipt, wrong):
    later = receipt(ledger(2, 4, currency="EUR"))
    undo = taken_back(confirmer, later["url"])
    assert counts(taken_back(confirmer, wrong["url"])) == {"reverted": 3, "withdrawn": 2}
    assert counts(taken_back(confirmer, undo["url"])) == {"reverted": 2}


def test_what_was_later_and_came_again_counts_as_later(client, confirmer, receipt, wrong):
    later = receipt(ledger(2, currency="EUR"))
    undo_of_later = taken_back(confirmer, later["url"])
    undo = taken_back(confirmer, wrong["url"])
    taken_back(confirmer, undo_of_later["url"])
    again = taken_back(confirmer, undo["url"])
    assert (counts(again), reasons(client, again)) == ({"reverted": 4, "kept": 1}, [("2", "changed", later["id"])])
    assert Invoice.objects.get(invoice_number="2").currency == "EUR"


def test_what_is_in_effect_again_counts_as_later(client, confirmer, receipt, wrong):
    later = receipt(ledger(2, 4, currency="EUR"))
    taken_back(confirmer, taken_back(confirmer, later["url"])["url"])
    undo = taken_back(confirmer, wrong["url"])
    assert reasons(client, undo) == [("2", "changed", later["id"]), ("4", "changed", later["id"])]


def test_rows_left_by_an_undo_stay_as_they_are_through_all_that_follows(client, confirmer, receipt, wrong):
    receipt(ledger(2, currency="EUR"))
    last, amounts = wrong, []
    for _ in range(4):
        last = taken_back(confirmer, last["url"])
        amounts.append((counts(last), Invoice.objects.get(invoice_number="2").currency))
    first, again = {"reverted": 2, "withdrawn": 2, "kept": 1}, {"reverted": 4}
    assert amounts == [(first, "EUR"), (again, "EUR"), ({"reverted": 2, "withdrawn": 2}, "EUR"), (again, "EUR")]


def test_what_came_again_goes_back_to_what_was_before_it_came_again(confirmer, receipt, wrong):
    """Not to what was before it at first: that was taken back in between."""
    later = receipt(ledger(2, currency="EUR"))
    undo = taken_back(confirmer, later["url"])
    taken_back(confirmer, wrong["url"])
    taken_back(confirmer, undo["url"])
    assert Invoice.objects.get(invoice_number="2").currency == "EUR"
    last = taken_back(confirmer, later["url"])
    assert (counts(last), Invoice.objects.get(invoice_number="2").currency) == ({"reverted": 1}, "USD")


def test_entries_say_which_undo_they_do_not_count_for(confirmer, receipt):
    receipt(ledger(1))
    changed = receipt(ledger(1, currency="EUR"))
    first = taken_back(confirmer, changed["url"])
    second = taken_back(confirmer, first["url"])
    third = taken_back(confirmer, second["url"])
    marks = dict(InvoiceChange.objects.values_list("upload_id", "undone_by"))
    assert {str(upload): str(mark) for upload, mark in marks.items()} == {
        changed["id"]: first["id"],
        first["id"]: first["id"],
        second["id"]: third["id"],
        third["id"]: third["id"],
    }


def test_rows_are_listed_in_pages(client, confirmer, receipt):
    created = receipt(ledger_of(5))
    receipt(ledger_of(5, currency="EUR"))
    undo = taken_back(confirmer, created["url"])
    page = client.get(f"{undo['url']}/kept?pageSize=2&count=true").json()
    assert (len(page["results"]), page["count"]) == (2, 5)
    following = client.get(page["next"]).json()["results"]
    assert [row["identity"]["invoiceNumber"] for row in following] == ["3", "4"]


def test_an_upload_that_took_nothing_back_left_nothing(client, wrong):
    assert client.get(f"{wrong['url']}/kept").json()["results"] == []
