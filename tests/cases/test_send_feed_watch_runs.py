"""Runs of a watcher: the key of each file, one watcher for a folder, its options, and how it ends."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.cases.watched_folder import ACCEPTED, REFUSED, drop, empty, keys
from tests.factories import invoice_row
from tests.http.servers import wait_until
from tests.uploads.foreign_servers import server_that_answers


def test_the_same_file_again_has_the_same_key(folder):
    with server_that_answers(200, ACCEPTED) as server:
        for _ in range(2):
            drop(folder, "night.json")
            empty(folder, server, "invoices")
    assert len(set(keys(server))) == 1


@pytest.mark.parametrize("status", [400, 413])
def test_a_refused_file_that_is_moved_back_is_a_new_try(folder, status):
    with server_that_answers(status, REFUSED) as server:
        for _ in range(3):
            drop(folder, "night.json")
            empty(folder, server, "invoices")
    assert len(set(keys(server))) == 3


DIFFERENT = {
    "bytes": {"rows": [invoice_row(invoiceNumber="2")]},
    "time": {"seconds": 1},
    "name": {"name": "other.json"},
    "folder": {"name": "invoices/night.json"},
}


@pytest.mark.parametrize("other", DIFFERENT.values(), ids=DIFFERENT)
def test_a_file_that_differs_has_another_key(folder, other):
    with server_that_answers(200, ACCEPTED) as server:
        for said in ({}, other):
            drop(folder, **({"name": "night.json"} | said))
            empty(folder, server, "invoices")
    assert len(set(keys(server))) == 2


@pytest.mark.parametrize("watched", ["", "invoices"], ids=["the same folder", "a subfolder"])
def test_a_second_watcher_ends_with_four(folder, watched):
    drop(folder, "invoices/night.json")
    with (folder / watched / ".send_feed.lock").open("wb") as lock, server_that_answers(200, ACCEPTED) as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert (empty(folder, server, "invoices"), server.requests) == (4, [])


def test_the_worst_code_of_the_files_is_that_of_the_command(folder):
    drop(folder, "bad.json").write_text("[")
    drop(folder, "good.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, "invoices") == 2


CONTRADICTORY = {
    "a file": ["invoices", "x.json", "--watch=."],
    "a trial": ["invoices", "--watch=.", "--dry-run"],
    "a key": ["invoices", "--watch=.", "--idempotency-key=1"],
    "a total": ["invoices", "--watch=.", "--expected-total=EUR:1"],
    "a file of bad rows": ["invoices", "--watch=.", "--rejected=x"],
    "once without a folder": ["invoices", "x.json", "--once"],
    "settling without a folder": ["invoices", "x.json", "--settle=3"],
    "a pattern without a folder": ["invoices", "x.json", "--pattern=invoices=*"],
    "no such folder": ["invoices", "--watch=nowhere"],
}


@pytest.mark.parametrize("arguments", CONTRADICTORY.values(), ids=CONTRADICTORY)
def test_options_that_contradict_each_other_are_refused(folder, arguments, monkeypatch):
    monkeypatch.chdir(folder)
    with pytest.raises(CommandError) as failed:
        call_command("send_feed", *arguments, "--key=a", "--url=http://127.0.0.1:9")
    assert failed.value.returncode == 4


@pytest.fixture
def watching(folder):
    """Start a watcher of the folder before a server; what is left of it ends with the test."""
    started = []

    def start(server, settle: float) -> subprocess.Popen[str]:
        url = f"--url=http://127.0.0.1:{server.server_port}"
        command = [settings.BASE_DIR / "manage.py", "send_feed", "invoices", f"--watch={folder}", url, "--key=a"]
        started.append(
            subprocess.Popen(
                [sys.executable, *command, f"--settle={settle}"],
                env={"PATH": os.environ["PATH"], "RECEIVABLES_API_SECRET": "s"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        wait_until((folder / ".send_feed.lock").exists)
        return started[-1]

    yield start
    for watcher in started:
        watcher.kill()
        watcher.communicate()


def test_a_file_that_grows_is_sent_when_it_stands_still(folder, watching):
    with server_that_answers(200, ACCEPTED) as server:
        watching(server, 1.5)
        with (folder / "night.json").open("w") as file:
            file.write("[")
            for number in range(4):
                time.sleep(0.7)
                assert server.requests == []
                file.write(f"{',' * bool(number)}{json.dumps(invoice_row(invoiceNumber=str(number)))}")
                file.flush()
            file.write("]")
        wait_until((folder / "sent/night.json.receipt.json").exists)
    assert [path.partition("?")[2] for path, _ in server.requests] == ["expectedRows=4"]


def test_a_watcher_that_is_told_to_stop_ends_with_zero(folder, watching):
    with server_that_answers(200, ACCEPTED) as server:
        watcher = watching(server, 0)
        drop(folder, "night.json")
        wait_until((folder / "sent/night.json.receipt.json").exists)
        watcher.send_signal(signal.SIGTERM)
        out, err = watcher.communicate(timeout=20)
    assert (watcher.returncode, out.count("sent/night.json"), err) == (0, 1, "")


def test_a_file_that_stays_is_tried_again_by_itself(folder, watching):
    with server_that_answers(503, Retry_After="1") as server:
        watcher = watching(server, 0)
        drop(folder, "night.json")
        wait_until(lambda: len(server.requests) == 2)
        watcher.send_signal(signal.SIGTERM)
        _, err = watcher.communicate(timeout=20)
    assert "Trying again in 5 s." in err
    assert len(set(keys(server))) == 1
