"""A watched folder, before a server that is not ours: which files are sent, in which order, and where they go."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.factories import invoice_row
from tests.http.servers import wait_until
from tests.uploads.foreign_servers import server_that_answers


def receipt(outcome: str, **members: object) -> str:
    counts = {"received": 1, "created": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    shared = {"outcome": outcome, "resource": "invoices", "dryRun": False, "id": "1", "detail": "No row was taken."}
    return json.dumps(shared | counts | members)


ACCEPTED, REFUSED = receipt("accepted"), receipt("refused")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RECEIVABLES_API_SECRET", "sk_secret")
    return tmp_path


def drop(folder: Path, name: str, *, seconds: float = 0, rows: object = None) -> Path:
    """Put a file there that was last written so many seconds after the first."""
    file = folder / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([invoice_row()] if rows is None else rows))
    os.utime(file, (1_700_000_000 + seconds,) * 2)
    return file


def empty(folder: Path, server, *arguments: str) -> int:
    """Send what lies in the folder, and return the exit code."""
    fixed = ["--key=ak_1", f"--url=http://127.0.0.1:{server.server_port}", f"--watch={folder}", "--once", "--settle=0"]
    with pytest.raises((SystemExit, CommandError)) as ended:
        call_command("send_feed", *arguments, *fixed)
    return ended.value.code if isinstance(ended.value, SystemExit) else ended.value.returncode


def names(folder: Path) -> list[str]:
    """Return the files in the folder that are not hidden."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if not path.name.startswith("."))


def keys(server) -> list[str]:
    return [headers["Idempotency-Key"] for _, headers in server.requests]


def test_a_file_that_was_taken_lies_in_sent_with_its_receipt(folder):
    drop(folder, "night.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, "invoices") == 0
    assert names(folder) == ["sent/night.json", "sent/night.json.receipt.json", "sent/night.json.receipt.txt"]
    assert json.loads((folder / "sent/night.json.receipt.json").read_text()) == json.loads(ACCEPTED)
    assert (folder / "sent/night.json.receipt.txt").read_text().startswith("invoices: accepted")


REFUSALS = {
    "by the server": (400, REFUSED, "No row was taken."),
    "by a proxy, for its size": (413, "<html>", "client_max_body_size"),
}


@pytest.mark.parametrize(("status", "text", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_a_file_that_was_refused_lies_in_refused_with_the_reason(folder, status, text, reason):
    drop(folder, "night.json")
    with server_that_answers(status, text) as server:
        assert empty(folder, server, "invoices") == 2
    assert "refused/night.json" in names(folder)
    assert reason in (folder / "refused/night.json.receipt.json").read_text()
    assert reason in (folder / "refused/night.json.receipt.txt").read_text()


UNREADABLE = {"half a file": '[{"customerNumber": "1"', "no JSON": "customerNumber", "rows of no feed": '{"a": [1}'}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_is_broken_is_refused_and_never_sent(folder, text):
    drop(folder, "night.json").write_text(text)
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (2, [])
    assert "refused/night.json" in names(folder)


PAGE = "<html></html>"
LATER = {
    "a busy server": (503, PAGE, {"Retry_After": "3600"}, 3),
    "a limit": (429, PAGE, {"Retry_After": "3600"}, 3),
    "a broken server": (500, PAGE, {}, 3),
    "a wrong key": (401, PAGE, {}, 2),
    "no right to upload": (403, PAGE, {}, 2),
    "a wrong address": (404, PAGE, {}, 2),
    "a redirect": (302, PAGE, {"Location": "/login"}, 4),
    "another page": (200, PAGE, {}, 4),
    "a body cut on its way": (400, receipt("refused", errors=[{"field": None, "code": "body_cut_short"}]), {}, 3),
}


@pytest.mark.parametrize(("status", "text", "headers", "code"), LATER.values(), ids=LATER)
def test_what_is_not_the_fault_of_the_file_leaves_it_there(folder, status, text, headers, code):
    drop(folder, "night.json")
    with server_that_answers(status, text, **headers) as server:
        assert empty(folder, server, "invoices") == code
    assert names(folder) == ["night.json"]


def test_without_a_network_the_file_stays(folder):
    drop(folder, "night.json")
    with server_that_answers(200) as server:
        pass
    assert (empty(folder, server, "invoices"), names(folder)) == (3, ["night.json"])


def test_files_behind_one_that_stays_wait_for_it(folder):
    drop(folder, "invoices/b.json")
    drop(folder, "invoices/a.json", seconds=1)
    drop(folder, "customers/c.json", seconds=2)
    with server_that_answers(500) as server:
        empty(folder, server)
    assert [sent.partition("?")[0] for sent, _ in server.requests] == [
        "/jsonApi/upload/invoices",
        "/jsonApi/upload/customers",
    ]


def test_the_oldest_file_goes_first_and_names_decide_a_tie(folder, capsys):
    for name, seconds in {"c.json": 1, "a.json": 2, "b.json": 1, "z.json": 0}.items():
        drop(folder, name, seconds=seconds)
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "z.json",
        "b.json",
        "c.json",
        "a.json",
    ]


RESOURCES = {
    "its subfolder": ("customers/x.json", ["invoices"], "customers"),
    "its name": ("DEB_1.json", ["invoices", "--pattern=customers=DEB*"], "customers"),
    "the first pattern that fits": (
        "DEB_1.json",
        ["--pattern=customers=DEB*", "--pattern=invoices=*"],
        "customers",
    ),
    "the argument": ("x.json", ["customers"], "customers"),
    "its subfolder and no argument": ("invoices/x.json", [], "invoices"),
}


@pytest.mark.parametrize(("name", "arguments", "resource"), RESOURCES.values(), ids=RESOURCES)
def test_the_resource_of_a_file_is_said_by(folder, name, arguments, resource):
    drop(folder, name)
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, *arguments) == 0
    assert server.requests[0][0].startswith(f"/jsonApi/upload/{resource}?")
    assert f"sent/{name}" in names(folder)


UNSENT = {
    "of no resource": ("x.json", [], "Put it into the subfolder"),
    "of no format": ("x.txt", ["invoices"], "does not tell its format"),
}


@pytest.mark.parametrize(("name", "arguments", "reason"), UNSENT.values(), ids=UNSENT)
def test_a_file_that_cannot_be_sent_is_left_and_told_once(folder, name, arguments, reason, capsys):
    drop(folder, name)
    drop(folder, "invoices/good.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, *arguments) == 4
    assert (capsys.readouterr().err.count(reason), name in names(folder)) == (1, True)
    assert "sent/invoices/good.json" in names(folder)


NAMES = {"an umlaut": "Müller.json", "a line break": "a\nb.json", "blanks": " a b .json", "capitals": "X.JSON"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("text", ["[]", "["], ids=["sent", "refused"])
def test_any_name_of_a_file_is_moved_with_it(folder, name, text):
    drop(folder, name).write_text(text)
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert (folder / ("sent" if text == "[]" else "refused") / name).exists()


def test_a_name_that_is_no_text_is_moved_with_its_file(folder):
    name = os.fsdecode(b"\xff.json")
    drop(folder, name).write_text("[")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, "invoices") == 2
    assert (folder / "refused" / name).exists()


def test_a_name_that_leaves_no_room_for_receipts_is_told_before_it_is_sent(folder, capsys):
    drop(folder, f"{'x' * 240}.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (4, [])
    assert "File name too long" in capsys.readouterr().err


def test_remarks_name_their_file(folder, capsys):
    drop(folder, "night.csv").write_text("customerNumber;invoiceNumber;invoiceAmount\n1;2;1.234,56\n")
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert capsys.readouterr().err.startswith("night.csv: Numbers are read as 1.234,56")


@pytest.mark.parametrize(
    "name",
    [".x.json", "x.json.part", "x.json.tmp", "X.JSON.TMP", "x.json.filepart", "~$x.xlsx", "x.json~", ".x.json.swp"],
)
def test_a_file_that_is_being_written_is_not_looked_at(folder, name):
    drop(folder, name)
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (0, [])
    assert (folder / name).exists()


def test_receipts_that_are_moved_back_with_their_file_are_no_feeds(folder):
    drop(folder, "night.json")
    with server_that_answers(400, REFUSED) as server:
        empty(folder, server, "invoices")
        for file in (folder / "refused").iterdir():
            file.rename(folder / file.name)
        empty(folder, server, "invoices")
    assert len(server.requests) == 2


STRANGE = ["Invoices", "invoice", "debitors", "invoices/2026"]


@pytest.mark.parametrize("name", STRANGE)
def test_a_subfolder_that_is_not_looked_into_is_told_once(folder, name, capsys):
    (folder / name).mkdir(parents=True)
    drop(folder, "invoices/a.json")
    drop(folder, "invoices/b.json", seconds=1)
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"{name} is not sent. Files are looked for in invoices and customers, and in no other subfolder."
    ]


def test_a_link_and_a_pipe_are_told_and_not_followed(folder, capsys):
    (folder / "link.json").symlink_to(drop(folder.parent, "elsewhere.json"))
    os.mkfifo(folder / "pipe.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (0, [])
    assert capsys.readouterr().err.count("It is a link, or no file at all.") == 2


def test_a_second_file_of_a_name_gets_the_moment_into_its_own(folder):
    with server_that_answers(200, ACCEPTED) as server:
        for number in range(3):
            drop(folder, "night.json", seconds=number, rows=[invoice_row(invoiceNumber=str(number))])
            assert empty(folder, server, "invoices") == 0
    files = sorted(path for path in (folder / "sent").glob("night*.json") if not path.stem.endswith(".receipt"))
    assert [json.loads(path.read_text())[0]["invoiceNumber"] for path in files] != []
    assert sorted(json.loads(path.read_text())[0]["invoiceNumber"] for path in files) == ["0", "1", "2"]
    assert all(Path(f"{path}.receipt.json").exists() for path in files)


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


def test_a_crash_within_a_move_is_completed(folder):
    drop(folder, "sent/night.json")
    drop(folder, "sent/.night.json.receipt.json.moving")
    drop(folder, "sent/.lost.json.receipt.json.moving")
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert sorted(path.name for path in (folder / "sent").iterdir()) == ["night.json", "night.json.receipt.json"]


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


def test_where_an_outcome_cannot_be_filed_nothing_is_sent(folder):
    drop(folder, "night.json")
    (folder / "refused").write_text("a file in the place of the folder")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (4, [])
    assert "night.json" in names(folder)


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
