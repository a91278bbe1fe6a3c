"""Full loads in parts are begun over REST."""

import pytest

from receivables.uploads.models import FullLoad
from tests.conftest import client_of
from tests.uploads.loads import begin, ledger, load_of_one_part, send_part, status_and_code
from tests.uploads.snapshots.nights import NIGHT


def test_a_load_is_begun_once_under_an_idempotency_key(client):
    said, key = {"companyCodes": ["1000"]}, {"Idempotency-Key": "night-1"}
    first, second = (client.post("/jsonApi/snapshots", said, headers=key) for _ in range(2))
    assert (first.status_code, first.json(), first["Location"]) == (201, second.json(), first.json()["url"])


def test_an_idempotency_key_of_another_load_is_refused(client):
    key = {"Idempotency-Key": "night-1"}
    client.post("/jsonApi/snapshots", {"companyCodes": ["1000"]}, headers=key)
    assert client.post("/jsonApi/snapshots", {"companyCodes": ["2000"]}, headers=key).status_code == 422


def test_a_sender_that_begins_again_hears_of_the_load_it_abandons(client):
    first = begin(client)
    second = client.get(begin(client)).json()
    assert second["abandoned"] == [first]
    shown = client.get(first).json()
    assert (shown["state"], shown["abandonedFor"]) == ("abandoned", second["url"])


def test_another_senders_open_load_of_the_same_code_is_named(client, account):
    url = begin(client, "1000", "2000")
    response = client_of(account).post("/jsonApi/snapshots", {"companyCodes": ["2000", "3000"]})
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"], url in error["message"]) == (409, "snapshot_open", True)


def test_two_senders_load_different_codes_side_by_side(client, account):
    begin(client, "1000")
    begin(client_of(account), "2000")
    assert FullLoad.objects.under_way().count() == 2


def test_a_load_in_one_request_is_refused_while_one_in_parts_is_open(client, upload):
    begin(client)
    response = upload(ledger(1), query="?snapshot=true")
    assert status_and_code(response) == (409, "snapshot_open")


def test_a_load_is_not_begun_while_an_earlier_upload_waits(client, waiting):
    response = client.post("/jsonApi/snapshots", {"companyCodes": ["1000"]})
    assert status_and_code(response) == (409, "upload_waiting")


def test_a_code_with_characters_that_nobody_sees_is_that_of_the_rows(client, stored):
    load_of_one_part(client, NIGHT)
    url = begin(client, "1000\u200b", " \ufeff1000 ", "\u200b" + "2" * 32, "\u200b")
    assert client.get(url).json()["companyCodes"] == ["", "1000", "2" * 32]
    assert send_part(client, url, ledger(1, 2, 3, 4)).json()["warnings"] == []
    assert client.post(f"{url}/commit").json()["snapshot"]["outcome"] == "closed"


BEGINNINGS = {
    "no codes": {"companyCodes": []},
    "no object": [1],
    "codes that are no list": {"companyCodes": "1000"},
    "a code that is too long": {"companyCodes": ["x" * 33]},
    "a code with NUL": {"companyCodes": ["a\0"]},
    "a code that is true": {"companyCodes": [True]},
    "another resource": {"resource": "customers", "companyCodes": ["1000"]},
    "a resource that is a list": {"resource": [], "companyCodes": ["1000"]},
    "an unknown member": {"companyCodes": ["1000"], "extractedat": "2026-01-31T18:00:00Z"},
}


@pytest.mark.parametrize("said", BEGINNINGS.values(), ids=BEGINNINGS)
def test_a_beginning_that_cannot_be_read_is_refused(client, said):
    response = client.post("/jsonApi/snapshots", said, format="json")
    assert (response.status_code, FullLoad.objects.count()) == (400, 0), response.content
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-01-31T18:00:00", "2099-01-01T00:00:00Z", "2026-01-31T18:00:00Z\0", 5, [], {}]
)
def test_a_moment_that_no_rows_left_the_ledger_at_is_refused(client, moment):
    response = client.post("/jsonApi/snapshots", {"companyCodes": ["1000"], "extractedAt": moment}, format="json")
    assert response.status_code == 422, response.content


@pytest.mark.parametrize(
    "body",
    ["{", '{"companyCodes": ["\\ud800"]}', "[" * 100_000, '{"companyCodes": [NaN]}', "\xff", '"x"', "null", "1" * 5000],
)
def test_a_body_that_is_no_object_is_refused(client, body):
    response = client.post("/jsonApi/snapshots", body.encode("latin-1"), content_type="application/json")
    assert response.status_code == 400, response.content
