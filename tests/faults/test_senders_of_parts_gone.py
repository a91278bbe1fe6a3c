"""The command that sends a large full load in parts is killed between them, and sent again: the load ends once."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from tests.cases.full_loads.ledgers import items, numbers
from tests.faults.processes import Service
from tests.faults.test_full_loads import closings, open_numbers, sums, told_sums
from tests.faults.test_full_loads import sender as account_without_items  # noqa: F401 - a fixture
from tests.faults.test_workers import merging_held, waiting
from tests.http.senders import Sender
from tests.http.servers import wait_until

ITEMS, MISSING, PART_ROWS = 3000, 30, 500
PARTS = 6
SECONDS = 60
OF_LOAD = ["--snapshot", "--company-code=1000", f"--part-rows={PART_ROWS}", "--allow-http"]
PARTS_IN = "SELECT count(*) FROM uploads_upload WHERE load_id IN (SELECT id FROM uploads_fullload WHERE state = 'open')"
STATES = "SELECT state FROM uploads_fullload ORDER BY began_at"

Start = Callable[[Sender], "subprocess.Popen[str]"]


def by_hand(sender: Sender) -> "subprocess.Popen[str]":
    return sender.start("invoices", "night.json", *OF_LOAD)


def from_a_folder(sender: Sender) -> "subprocess.Popen[str]":
    return sender.watch("invoices", "--once", "--settle=0", *OF_LOAD)


@pytest.fixture
def second_night(service: Service, account_without_items, tmp_path: Path) -> Sender:  # noqa: F811
    """A file of most of a ledger that is stored, and who sends it."""
    assert account_without_items.upload(items(ITEMS), "?snapshot=true")[0] == 200
    (tmp_path / "night.json").write_text(json.dumps(items(ITEMS - MISSING)))
    pair = service.pair
    return Sender(tmp_path, f"http://127.0.0.1:{service.web.port}", pair["api_key"], pair["api_secret"])


@contextmanager
def held_after(service: Service, parts: int) -> Iterator[None]:
    """Wait until so many parts are in and what comes next is under way; let it wait until the block ends."""
    end = monotonic() + SECONDS
    while monotonic() < end:
        with merging_held(service):
            if service.database.query(PARTS_IN)[0][0] >= parts:
                wait_until(lambda: waiting(service, "advisory") != [])
                yield
                return
    raise AssertionError(f"{parts} parts did not come in time")


def states(service: Service) -> list[str]:
    return [state for (state,) in service.database.query(STATES)]


def closed_once(service: Service) -> None:
    assert open_numbers(service) == numbers(items(ITEMS - MISSING))
    assert closings(service) == [1] * MISSING
    assert service.database.query("SELECT count(*) FROM receivables_invoice") == [(ITEMS,)]
    assert sums(service) == told_sums(service)


AGAIN = {
    "by hand, between two parts": (by_hand, 2, ["abandoned", "closed"]),
    "from a folder, between two parts": (from_a_folder, 2, ["closed"]),
    "by hand, during the commit": (by_hand, PARTS, ["closed", "nothing_to_close"]),
    "from a folder, during the commit": (from_a_folder, PARTS, ["closed"]),
}


@pytest.mark.parametrize(("start", "parts", "ends"), AGAIN.values(), ids=AGAIN)
def test_a_load_whose_sender_is_killed_is_sent_again_and_closes_once(
    service: Service, second_night: Sender, start: Start, parts: int, ends: list[str]
):
    with start(second_night) as killed:
        with held_after(service, parts):
            killed.kill()
        killed.wait(SECONDS)
    wait_until(lambda: waiting(service, "advisory") == [])
    with start(second_night) as again:
        assert again.wait(SECONDS) == 0
    assert states(service)[1:] == ends
    closed_once(service)


@pytest.mark.parametrize("start", [by_hand, from_a_folder])
def test_a_load_whose_server_is_killed_between_parts_goes_on_and_closes_once(
    service: Service, second_night: Sender, start: Start
):
    with start(second_night) as sender:
        with held_after(service, 2):
            service.web.kill()
        service.web.keep_up()
        sender.wait(SECONDS)
    if sender.returncode:  # the folder: its files are tried again by whoever started it
        with start(second_night) as again:
            assert again.wait(SECONDS) == 0
    closed_once(service)
