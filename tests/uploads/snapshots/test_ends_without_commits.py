"""Full loads in parts that end without a commit."""

from datetime import timedelta

from django.utils import timezone

from receivables.uploads.models import FullLoad
from tests.uploads.loads import ledger, open_numbers, send_part, status_and_code
from tests.uploads.snapshots.nights import NIGHT


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


def test_a_load_expires_six_hours_after_its_last_part(client, second_night):
    late = timezone.now() - timedelta(hours=6, minutes=1)
    FullLoad.objects.under_way().update(last_part_at=late, began_at=late)
    response = client.post(f"{second_night}/commit")
    assert (response.status_code, client.get(second_night).json()["state"]) == (409, "expired")
