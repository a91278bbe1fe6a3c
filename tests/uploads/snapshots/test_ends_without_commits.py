"""Full loads in parts that end without a commit."""

from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.uploads.models import FullLoad
from tests.factories import BY_WORKER
from tests.uploads.loads import full_load, ledger, open_numbers, send_part, status_and_code
from tests.uploads.snapshots.nights import NIGHT
from tests.uploads.staff import LOADS, words


def test_an_abandoned_load_closes_nothing_and_takes_no_part(client, second_night):
    send_part(client, second_night, ledger(1))
    assert [client.delete(second_night).status_code for _ in range(2)] == [204, 204]
    assert send_part(client, second_night, ledger(2)).status_code == 409
    assert client.post(f"{second_night}/commit").status_code == 409
    assert open_numbers() == list("12345")


def test_a_load_that_ended_is_not_abandoned(client, second_night):
    send_part(client, second_night, NIGHT)
    client.post(f"{second_night}/commit")
    response = client.delete(second_night)
    assert status_and_code(response) == (409, "snapshot_ended")


@pytest.fixture
def overdue(second_night):
    """A load to which nothing came for six hours; return its address."""
    late = timezone.now() - timedelta(hours=6, minutes=1)
    FullLoad.objects.under_way().update(last_part_at=late, began_at=late)
    return second_night


def test_a_load_expires_six_hours_after_its_last_part(client, overdue):
    response = client.post(f"{overdue}/commit")
    assert (response.status_code, client.get(overdue).json()["state"]) == (409, "expired")


def test_a_load_in_one_request_is_taken_after_one_in_parts_expired_without_a_worker(upload, overdue):
    assert full_load(upload, ledger(1, 2, 3, 4))["snapshot"]["outcome"] == "closed"
    assert open_numbers() == list("1234")


def test_a_load_is_queued_after_one_in_parts_expired_without_a_worker(upload, overdue):
    assert upload(NIGHT, query="?snapshot=true&companyCodes=1000", headers=BY_WORKER).status_code == 202


def test_a_load_is_shown_as_expired_without_a_worker(client, overdue):
    assert {load["state"] for load in client.get("/jsonApi/snapshots").json()["results"]} == {
        "expired",
        "nothing_to_close",
    }
    assert client.get("/jsonApi/snapshots?state=open").json()["results"] == []


def test_one_load_is_shown_as_expired_without_a_worker(client, overdue):
    shown = client.get(overdue).json()
    assert (shown["state"], shown["expiresAt"]) == ("expired", None)


def test_staff_see_a_load_as_expired_without_a_worker(manager, overdue):
    assert "expired" in words(manager.browser.get(f"{LOADS}{overdue.rpartition('/')[2]}/change/"))
