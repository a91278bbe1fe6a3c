"""Full loads taken back: with their rows what they closed and opened again, and what they say of the next one."""

import pytest

from receivables.models import Invoice
from receivables.uploads.loads.ending import last_of_codes
from receivables.uploads.models import FullLoad, LoadState
from tests.uploads.loads import begin, full_load, ledger, ledger_of, open_numbers, send_part, status_and_code
from tests.uploads.undoing.rows import counts, state, taken_back

LATER = "&extractedAt=2999-01-01T00:00:00Z"


def snapshot_of(receipt):
    return receipt["snapshot"]["url"]


def sums(*receipts):
    """Return what receipts say of rows, and of closings, added up."""
    return tuple(
        sum(receipt[name] for receipt in receipts for name in names)
        for names in (("created", "updated"), ("closed", "reopened"))
    )


def sums_of_undo(receipt):
    found = receipt["undo"]
    return (
        sum(found[name] for name in ("reverted", "withdrawn", "kept", "repeated")),
        sum(found[name] for name in ("reopened", "reclosed", "keptClosings")),
    )


@pytest.fixture
def loaded(upload):
    """A ledger of twenty items, which a full load had; one of them was closed by the next full load."""
    full_load(upload, ledger_of(20))
    full_load(upload, ledger_of(19))
    assert Invoice.objects.get(invoice_number="20").closed_reason == "missing"


def test_load_in_one_request_is_as_if_it_had_not_come(loaded, upload, confirmer):
    before = state()
    changed = [*ledger(*range(3, 19)), *ledger(1, 2, invoiceAmount=7), *ledger(20, 21)]
    load = full_load(upload, changed)
    after = state()
    assert (load["created"], load["updated"], load["closed"], load["reopened"]) == (1, 3, 1, 1)
    undo = taken_back(confirmer, snapshot_of(load))
    assert counts(undo) == {"reverted": 3, "withdrawn": 1, "reopened": 1, "reclosed": 1}
    withdrawn = state()[-1]
    assert (state()[:-1], withdrawn["closed_reason"]) == (before, "withdrawn")
    assert sums_of_undo(undo) == sums(load)
    again = taken_back(confirmer, undo["url"])
    assert (state(), counts(again)) == (after, {"reverted": 4, "reopened": 1, "reclosed": 1})


def test_taken_back_load_is_undone_and_the_next_is_measured_against_the_one_before(loaded, upload, confirmer, account):
    load = full_load(upload, ledger_of(18))
    undo = taken_back(confirmer, snapshot_of(load))
    found = FullLoad.objects.get(pk=load["snapshot"]["id"])
    assert (found.state, last_of_codes(account, ["1000"])["1000"].row_count) == (LoadState.UNDONE, 19)
    assert confirmer.get(snapshot_of(load)).json()["state"] == "undone"
    taken_back(confirmer, undo["url"])
    found.refresh_from_db()
    assert (found.state, last_of_codes(account, ["1000"])["1000"].row_count) == (LoadState.CLOSED, 18)


def test_older_load_can_come_again_once_the_newer_one_is_taken_back(loaded, upload, confirmer):
    load = full_load(upload, ledger_of(19))
    earlier = FullLoad.objects.get(pk=load["snapshot"]["id"]).began_at.isoformat().replace("+00:00", "Z")
    newer = full_load(upload, ledger_of(19))
    old = f"?snapshot=true&companyCodes=1000&extractedAt={earlier}"
    assert status_and_code(upload(ledger_of(19), query=old)) == (409, "stale_snapshot")
    taken_back(confirmer, snapshot_of(newer))
    assert upload(ledger_of(19), query=old).status_code == 200


def test_load_in_parts_counts_a_row_of_two_parts_once(client, confirmer, loaded):
    before = state()
    url = begin(client)
    parts = [
        send_part(client, url, ledger(*range(1, 10), invoiceAmount=5), 1).json(),
        send_part(client, url, [*ledger(*range(5, 19), invoiceAmount=6), *ledger(30)], 2).json(),
        send_part(client, url, ledger(30, invoiceAmount=8), 3).json(),
    ]
    commit = client.post(f"{url}/commit").json()
    undo = taken_back(confirmer, url)
    assert counts(undo) == {"reverted": 18, "withdrawn": 1, "repeated": 6, "reopened": 1}
    assert sums_of_undo(undo) == sums(*parts, commit)
    assert state()[:-1] == before


def test_row_that_parts_changed_to_and_fro_is_reverted_without_a_trace(client, confirmer, loaded):
    before = state()
    url = begin(client)
    for number, amount in enumerate((5, 100), 1):
        send_part(client, url, ledger(*range(1, 20), invoiceAmount=amount), number)
    client.post(f"{url}/commit")
    moved = Invoice.objects.latest("updated_at").updated_at
    undo = taken_back(confirmer, url)
    assert counts(undo) == {"reverted": 19, "repeated": 19}
    assert (state(), Invoice.objects.latest("updated_at").updated_at) == (before, moved)
    again = taken_back(confirmer, undo["url"])
    assert counts(again) == {"reverted": 19}
    assert counts(taken_back(confirmer, again["url"])) == {"reverted": 19}


def test_confirmed_load_is_taken_back_with_what_it_closed(confirmer, upload):
    upload(ledger_of(30))
    load = full_load(upload, ledger_of(10))
    confirmation = confirmer.post(f"{snapshot_of(load)}/confirm").json()
    assert confirmation["closed"] == 20
    undo = taken_back(confirmer, snapshot_of(load))
    assert (counts(undo), len(open_numbers())) == ({"reopened": 20}, 30)
    taken_back(confirmer, undo["url"])
    assert len(open_numbers()) == 10


def test_withheld_load_is_withheld_again_once_its_undo_is_taken_back(confirmer, upload):
    upload(ledger_of(30))
    load = full_load(upload, ledger_of(10, invoiceAmount=7))
    undo = taken_back(confirmer, snapshot_of(load))
    assert status_and_code(confirmer.post(f"{snapshot_of(load)}/confirm")) == (409, "snapshot_not_withheld")
    taken_back(confirmer, undo["url"])
    assert confirmer.post(f"{snapshot_of(load)}/confirm").json()["closed"] == 20


def test_abandoned_load_is_taken_back_though_a_later_one_is_in(client, confirmer, upload):
    upload(ledger_of(5))
    url = begin(client)
    send_part(client, url, ledger(1, 2, invoiceAmount=1), 1)
    client.delete(url)
    undo = taken_back(confirmer, url)
    assert (counts(undo), confirmer.get(url).json()["state"]) == ({"reverted": 2}, "undone")
    taken_back(confirmer, undo["url"])
    assert confirmer.get(url).json()["state"] == "abandoned"


def test_later_load_of_the_same_code_is_named(loaded, upload, confirmer):
    load = full_load(upload, ledger_of(19))
    other = full_load(upload, ledger(1, companyCode="2000"), codes="2000")
    later = full_load(upload, ledger_of(19))
    response = confirmer.post(f"{snapshot_of(load)}/undo")
    assert status_and_code(response) == (409, "later_snapshot")
    assert snapshot_of(later) in response.json()["detail"]
    taken_back(confirmer, snapshot_of(later))
    taken_back(confirmer, snapshot_of(load))
    taken_back(confirmer, snapshot_of(other))


def test_undo_of_a_load_stays_once_a_later_load_is_in(loaded, upload, confirmer):
    undo = taken_back(confirmer, snapshot_of(full_load(upload, ledger_of(18))))
    full_load(upload, ledger_of(19))
    assert status_and_code(confirmer.post(f"{undo['url']}/undo")) == (409, "later_snapshot")


def test_open_load_is_committed_or_abandoned_first(client, confirmer):
    assert status_and_code(confirmer.post(f"{begin(client)}/undo")) == (409, "snapshot_open")


def test_uploads_of_a_load_name_the_load(client, confirmer, loaded):
    url = begin(client)
    part = send_part(client, url, ledger_of(19), 1).json()
    commit = client.post(f"{url}/commit").json()
    for receipt in (part, commit):
        response = confirmer.post(f"{receipt['url']}/undo")
        assert status_and_code(response) == (409, "of_snapshot")
        assert f"{url}/undo" in response.json()["detail"]
