"""A full load as its sender sees it: what is sent beside the rows, what the answer means, and what is said of it."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from tests.cases.feed_command import send_feed
from tests.cases.watched_folder import drop, empty, names, receipt
from tests.uploads.foreign_servers import server_that_answers

MOMENT = "2026-01-31T18:00:00+01:00"
REASON = "1000: 60 of 200 open items are missing, more than 20 % and more than 50."


def of_load(outcome: str, **members: object) -> dict[str, object]:
    missing = [{"companyCode": "1000", "currency": "USD", "items": 60, "openAmount": "1234.50"}]
    shared = {"id": "7", "companyCodes": ["1000", ""], "outcome": outcome, "wouldBe": None, "leftOut": []}
    return {**shared, "reasons": [], "missing": missing, **members}


CLOSED = receipt("accepted", snapshot=of_load("closed"))
NOTHING = receipt("accepted", snapshot=of_load("nothing_to_close", missing=[]))
WITHHELD = receipt("partial", snapshot=of_load("withheld", reasons=[{"code": "too_many_items", "message": REASON}]))


def sent(folder, server, *arguments: str) -> tuple[int, str]:
    """Send a file of one row, and return the exit code and what is said of it."""
    return send_feed(server, "invoices", str(drop(folder, "night.json")), *arguments)


def query(server) -> dict[str, list[str]]:
    return parse_qs(urlsplit(server.requests[0][0]).query, keep_blank_values=True)


SAID = {
    "changes": (["--no-snapshot"], {"snapshot": ["false"]}),
    "as the key says": ([], {}),
    "a full load": (["--snapshot"], {"snapshot": ["true"]}),
    "of company codes": (
        ["--snapshot", "--company-code=1000", "--company-code=2000"],
        {"snapshot": ["true"], "companyCodes": ["1000,2000"]},
    ),
    "of several at once": (
        ["--snapshot", "--company-code=1000,2000"],
        {"snapshot": ["true"], "companyCodes": ["1000,2000"]},
    ),
    "of a blank one": (["--snapshot", "--company-code="], {"snapshot": ["true"], "companyCodes": ['""']}),
    "of one with a comma": (
        ["--snapshot", "--company-code=A%2CB"],
        {"snapshot": ["true"], "companyCodes": ["A%2CB"]},
    ),
    "with a control total": (
        ["--snapshot", "--expected-open=1000/USD:1"],
        {"snapshot": ["true"], "expectedOpen": ["1000/USD:1"]},
    ),
    "of nothing": (
        ["--snapshot", "--allow-empty", "--company-code=1000"],
        {"snapshot": ["true"], "allowEmpty": ["true"], "companyCodes": ["1000"]},
    ),
    "changes of a moment": (["--extracted-at", MOMENT], {"extractedAt": [MOMENT]}),
    "a moment in UTC": (["--extracted-at", "2026-01-31T17:00:00Z"], {"extractedAt": ["2026-01-31T17:00:00+00:00"]}),
    "the file's own moment": (["--extracted-at=file"], {"extractedAt": ["2023-11-14T22:13:20+00:00"]}),
}


@pytest.mark.parametrize(("arguments", "expected"), SAID.values(), ids=SAID)
def test_what_is_said_of_a_full_load_reaches_the_server(folder, arguments, expected):
    with server_that_answers(200, CLOSED) as server:
        assert sent(folder, server, *arguments)[0] == 0
        assert query(server) == {"expectedRows": ["1"], **expected}


WRONG = {
    "company codes of changes": (["--company-code=1000"], "--company-code is for full loads"),
    "a control total of changes": (["--expected-open=1000/USD:1"], "--expected-open is for full loads"),
    "no rows of changes": (["--allow-empty"], "--allow-empty is for full loads"),
    "a moment without its offset": (["--extracted-at=2026-01-31T18:00:00"], "no offset from UTC"),
    "what is no moment": (["--extracted-at=yesterday"], "is no moment"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_wrong_options_of_a_full_load_are_the_commands_fault(folder, arguments, message):
    with server_that_answers(200, CLOSED) as server:
        _, said = send_feed(server, "invoices", "x.json", *arguments)
    assert message in said
    assert server.requests == []


def test_customers_are_no_full_load(folder):
    with pytest.raises(CommandError) as failed:
        call_command("send_feed", "customers", "x.json", "--key=a", "--url=http://127.0.0.1:9", "--snapshot")
    assert (failed.value.returncode, "customers are never closed" in str(failed.value)) == (4, True)


def test_a_load_that_closes_says_how_many(folder, capsys):
    with server_that_answers(200, CLOSED) as server:
        assert sent(folder, server, "--snapshot")[0] == 0
    printed = capsys.readouterr().out
    assert "Full load of 1000, (blank): 60 missing items are closed: they are no longer in the full load." in printed
    assert ["1000", "USD", "60", "1234.50"] in [line.split() for line in printed.splitlines()]


def test_a_load_that_lacks_nothing_says_so(folder, capsys):
    with server_that_answers(200, NOTHING) as server:
        assert sent(folder, server, "--snapshot")[0] == 0
    assert "Full load of 1000, (blank): nothing is missing." in capsys.readouterr().out


def test_a_load_that_is_withheld_ends_with_five_the_reasons_and_what_to_do(folder, capsys):
    with server_that_answers(207, WITHHELD) as server:
        exit_code, said = sent(folder, server, "--snapshot")
    assert exit_code == 5
    assert "The rows are stored, but the full load is withheld: none of its 60 missing items is closed." in said
    assert REASON in said
    assert "under Full loads" in said
    assert f"http://127.0.0.1:{server.server_port}/jsonApi/snapshots/7/missing" in said
    assert f"- {REASON}" in capsys.readouterr().out


def test_a_load_that_would_be_withheld_ends_with_five(folder):
    tried = receipt("partial", snapshot=of_load("", wouldBe="withheld"), dryRun=True)
    with server_that_answers(200, tried) as server:
        exit_code, said = sent(folder, server, "--snapshot", "--dry-run")
    assert (exit_code, "would be withheld" in said) == (5, True)


def test_company_codes_that_are_left_out_are_named(folder, capsys):
    with server_that_answers(200, receipt("accepted", snapshot=of_load("closed", leftOut=["3000"]))) as server:
        sent(folder, server, "--snapshot")
    assert "Company codes with open items that the full load is not of: 3000." in capsys.readouterr().out


NEAR = {
    "that are stored": ({"created": {"id": 2, "url": "/jsonApi/invoices/2"}}, "URL/jsonApi/invoices/2"),
    "that were refused": ({"index": 4}, "row 5"),
    "of a dry run": ({}, ""),
}


@pytest.mark.parametrize(("came", "shown"), NEAR.values(), ids=NEAR)
def test_items_under_another_spelling_are_listed_with_what_they_came_as(folder, capsys, came, shown):
    pairs = [{"missing": {"id": 1, "url": "/jsonApi/invoices/1"}, **came}]
    refused = receipt("refused", snapshot=of_load("refused", missing=[], nearIdentities=pairs))
    with server_that_answers(409, refused) as server:
        sent(folder, server, "--snapshot")
    url = f"http://127.0.0.1:{server.server_port}"
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert f"{url}/jsonApi/invoices/1 {shown.replace('URL', url)}".strip() in lines


def test_the_receipt_of_a_part_says_nothing_of_what_became_of_the_load(folder, capsys):
    part = {"id": "7", "url": "/jsonApi/snapshots/7", "outcome": None, "wouldBe": None, "part": 2}
    with server_that_answers(200, receipt("accepted", snapshot=part)) as server:
        sent(folder, server)
    assert "Full load" not in capsys.readouterr().out


REFUSALS = {
    "an upload that waits": (409, "upload_waiting", 3, "in a few minutes"),
    "a load in parts that is open": (409, "snapshot_open", 3, "6 hours after its last part"),
    "a newer load that is in": (409, "stale_snapshot", 2, "It broke."),
    "other spellings of numbers": (409, "renumbered", 2, "It broke."),
    "no rows": (422, "empty_snapshot", 2, "--allow-empty and --company-code"),
    "a body that is too large": (413, "body_too_large", 2, "Do not split a full load by hand"),
    "another open amount": (400, "unexpected_open", 2, "It broke."),
}


@pytest.mark.parametrize(("status", "code", "exit_code", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_load_says_why_and_whether_to_try_again(folder, status, code, exit_code, message):
    refused = receipt("refused", detail="It broke.", errors=[{"code": code, "message": "It broke."}])
    with server_that_answers(status, refused) as server:
        ended, said = sent(folder, server, "--snapshot")
    assert (ended, message in said, "It broke." in said) == (exit_code, True, True)


def test_a_withheld_file_is_moved_to_withheld_with_the_reasons(folder, capsys):
    drop(folder, "night.json")
    with server_that_answers(207, WITHHELD) as server:
        assert empty(folder, server, "invoices", "--snapshot") == 5
    told = (folder / "withheld/night.json.receipt.txt").read_text()
    assert (REASON in told, "under Full loads" in told) == (True, True)
    assert json.loads((folder / "withheld/night.json.receipt.json").read_text()) == json.loads(WITHHELD)
    assert "night.json: withheld, 1 created" in capsys.readouterr().out


def test_a_withheld_file_that_is_moved_back_is_a_new_try(folder):
    with server_that_answers(207, WITHHELD) as server:
        for _ in range(2):
            drop(folder, "night.json")
            empty(folder, server, "invoices", "--snapshot")
    assert len({headers["Idempotency-Key"] for _, headers in server.requests}) == 2


def test_a_file_that_waits_for_another_upload_stays_in_the_folder(folder):
    drop(folder, "night.json")
    waiting = receipt("refused", errors=[{"code": "upload_waiting", "message": "It waits."}])
    with server_that_answers(409, waiting) as server:
        assert empty(folder, server, "invoices", "--snapshot") == 3
    assert names(folder) == ["night.json"]


def test_withheld_is_less_than_refused_where_a_folder_ends(folder):
    drop(folder, "bad.json").write_text("[")
    drop(folder, "night.json")
    with server_that_answers(207, WITHHELD) as server:
        assert empty(folder, server, "invoices", "--snapshot") == 2


def test_files_of_a_folder_have_the_moments_at_which_they_were_written(folder):
    drop(folder, "night.json", seconds=60)
    with server_that_answers(200, CLOSED) as server:
        assert empty(folder, server, "invoices", "--snapshot", "--extracted-at=file") == 0
        assert query(server)["extractedAt"] == ["2023-11-14T22:14:20+00:00"]


def test_customers_in_the_folder_are_changes(folder):
    drop(folder, "customers/master.json", rows=[])
    with server_that_answers(200, receipt("accepted", resource="customers")) as server:
        assert empty(folder, server, "--snapshot") == 0
        assert "snapshot" not in query(server)


def test_a_folder_has_no_one_moment(folder):
    with server_that_answers(200, CLOSED) as server:
        assert empty(folder, server, "invoices", "--snapshot", f"--extracted-at={MOMENT}") == 4
