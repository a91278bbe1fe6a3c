"""Withheld full loads are confirmed by a key pair."""

from receivables.uploads.models import FullLoad
from tests.uploads.loads import ledger, ledger_of, load_of_one_part, open_numbers, status_and_code


def test_a_key_without_the_scope_confirms_nothing(client, withheld):
    assert client.post(f"{withheld}/confirm").status_code == 403
    assert open_numbers() == list("12345")


def test_a_key_with_the_scope_confirms(confirmer, withheld):
    first, second = (confirmer.post(f"{withheld}/confirm") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    shown = confirmer.get(withheld).json()
    assert (shown["state"], shown["confirmation"], open_numbers()) == ("closed", first.json()["url"], list("123"))


def test_a_load_in_one_request_is_confirmed_as_well(confirmer, stored, upload):
    upload(ledger(1, 2, 3), query="?snapshot=true")
    load = FullLoad.objects.get()
    assert confirmer.post(f"/jsonApi/snapshots/{load.pk}/confirm").status_code == 200
    assert open_numbers() == list("123")


def test_an_open_load_is_not_confirmed(confirmer, second_night):
    response = confirmer.post(f"{second_night}/confirm")
    assert status_and_code(response) == (409, "snapshot_not_withheld")


def test_a_later_load_that_is_whole_supersedes_a_withheld_one(confirmer, client, withheld):
    later, _ = load_of_one_part(client, ledger_of(3))
    assert confirmer.post(f"{withheld}/confirm").status_code == 409
    assert confirmer.post(f"{later}/confirm").status_code == 200
