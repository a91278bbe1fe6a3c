"""What becomes of a file in a watched folder: it goes to sent or to refused with its receipt, or it stays."""

import json
from pathlib import Path

import pytest

from tests.cases.watched_folder import ACCEPTED, REFUSED, drop, empty, names, receipt
from tests.factories import invoice_row
from tests.uploads.foreign_servers import server_that_answers


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


def test_a_second_file_of_a_name_gets_the_moment_into_its_own(folder):
    with server_that_answers(200, ACCEPTED) as server:
        for number in range(3):
            drop(folder, "night.json", seconds=number, rows=[invoice_row(invoiceNumber=str(number))])
            assert empty(folder, server, "invoices") == 0
    files = sorted(path for path in (folder / "sent").glob("night*.json") if not path.stem.endswith(".receipt"))
    assert [json.loads(path.read_text())[0]["invoiceNumber"] for path in files] != []
    assert sorted(json.loads(path.read_text())[0]["invoiceNumber"] for path in files) == ["0", "1", "2"]
    assert all(Path(f"{path}.receipt.json").exists() for path in files)


def test_a_crash_within_a_move_is_completed(folder):
    drop(folder, "sent/night.json")
    drop(folder, "sent/.night.json.receipt.json.moving")
    drop(folder, "sent/.lost.json.receipt.json.moving")
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert sorted(path.name for path in (folder / "sent").iterdir()) == ["night.json", "night.json.receipt.json"]


def test_where_an_outcome_cannot_be_filed_nothing_is_sent(folder):
    drop(folder, "night.json")
    (folder / "refused").write_text("a file in the place of the folder")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (4, [])
    assert "night.json" in names(folder)
