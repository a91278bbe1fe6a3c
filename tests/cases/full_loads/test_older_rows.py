"""Rows that are older than a full load neither open again what it closed, nor close what came since."""

from receivables.uploads.models import Upload
from tests.cases.full_loads.ledgers import ago, item, items, time_passes
from tests.factories import BY_WORKER


def test_a_change_extracted_before_the_load_leaves_its_item_closed(lacking_one):
    change = lacking_one.changes([item(100, invoiceAmount=7)], extractedAt=ago(hours=1))
    assert (change.counts, change.warnings) == ({"unchanged": 1}, {"older_than_full_load": 1})
    assert lacking_one.closed() == {"I100"}
    assert [row["invoiceAmount"] for row in lacking_one.found(closed="true")] == [100]


def test_a_change_extracted_after_the_load_opens_its_item_again(stored):
    time_passes(hours=3)
    stored.full_load(items(99), extractedAt=ago(hours=2))
    assert stored.closed() == {"I100"}
    change = stored.changes([item(100)], extractedAt=ago(hours=1))
    assert change.counts == {"updated": 1, "reopened": 1}


def test_a_part_of_a_load_extracted_before_leaves_an_item_closed(lacking_one, other):
    load = other.begin("2000", extractedAt=ago(hours=1)).told["id"]
    part = other.part(load, [item(100)])
    assert (part.counts, part.warnings) == ({"unchanged": 1}, {"outside_scope": 1, "older_than_full_load": 1})
    assert part.told["extractedAt"] == other.client.get(f"/jsonApi/snapshots/{load}").json()["extractedAt"]
    assert lacking_one.closed() == {"I100"}


def test_a_part_extracted_later_than_its_load_opens_an_item_again(stored, other):
    time_passes(hours=3)
    stored.full_load(items(99), extractedAt=ago(hours=2))
    load = other.begin("2000", extractedAt=ago(hours=2.5)).told["id"]
    part = other.part(load, [item(100)], extractedAt=ago(hours=1))
    assert part.counts == {"updated": 1, "reopened": 1}


def test_a_load_older_than_the_last_one_is_refused(stored):
    second = stored.full_load(items(50), extractedAt=ago(hours=1))
    assert (second.status, second.errors) == (409, ["stale_snapshot"])
    assert stored.closed() == set()


def test_a_load_waits_for_an_earlier_queued_change(stored):
    queued = stored.changes([item(100)], headers=BY_WORKER)
    second = stored.full_load(items(99))
    assert (second.status, second.errors) == (409, ["upload_waiting"])
    assert queued.status == 202


def test_a_queued_load_does_not_wait_for_what_is_queued_behind_it(stored, work_off):
    load = stored.full_load(items(99), headers=BY_WORKER)
    change = stored.changes([item(101)], headers=BY_WORKER)
    work_off(load, change)
    assert [Upload.objects.get(pk=each.told["id"]).outcome for each in (load, change)] == ["accepted"] * 2
    assert stored.closed() == {"I100"}


def test_what_came_while_a_load_was_queued_stays_open(stored, other, work_off):
    load = stored.full_load(items(98), headers=BY_WORKER)
    other.changes([item(99), item(500)])
    work_off(load)
    assert stored.closed() == {"I100"}
