"""A full load that is cut into parts: what is sent, in which order, and what is told of a load that breaks between."""

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command

from tests.cases.watched_folder import empty, names
from tests.factories import invoice_row
from tests.uploads.scripted_servers import Request, server_by_script

COUNTS = {"received": 0, "created": 0, "updated": 0, "unchanged": 0, "rejected": 0, "invalid": 0}
SNAPSHOT = {"id": "L1", "companyCodes": ["1000"], "outcome": "closed", "reasons": [], "leftOut": []}
MISSING = [{"companyCode": "1000", "currency": "USD", "items": 2, "openAmount": "7"}]


def receipt(upload_id: str, **members: object) -> dict[str, Any]:
    return {"id": upload_id, "resource": "invoices", "outcome": "accepted", "dryRun": False, **COUNTS, **members}


def total(rows: int, before: str, after: str) -> dict[str, Any]:
    return {"companyCode": "1000", "currency": "USD", "rows": rows, "invoiceAmount": "1.5"} | {
        "openBefore": before,
        "openAfter": after,
    }


PART = receipt("P", received=2, created=2, totals=[total(2, "0", "3.5")])
COMMIT = receipt("C", snapshot=SNAPSHOT | {"missing": MISSING}, totals=[total(0, "7", "0")])
WITHHELD = SNAPSHOT | {"outcome": "withheld", "missing": MISSING, "reasons": [{"code": "x", "message": "Too many."}]}


class Loads:
    """What a server answers to each step of a load; steps that are not named are taken."""

    def __init__(self, **steps: tuple[int, object]):
        self.steps = {
            "begin": (201, {"id": "L1", "state": "open"}),
            "part": (200, PART),
            "commit": (200, COMMIT),
            "abandon": (204, {}),
        } | steps

    def __call__(self, request: Request) -> tuple[int, object]:
        return self.steps.get(step(request)) or self.steps[step(request).split()[0]]


def step(request: Request) -> str:
    if request.method == "DELETE":
        return "abandon"
    if request.path.startswith("/jsonApi/upload/"):
        [number] = parse_qs(urlsplit(request.path).query)["part"]
        return f"part {number}"
    return "commit" if request.path.endswith("/commit") else "begin"


def steps(server: Any) -> list[str]:
    return [step(request) for request in server.requests]


@pytest.fixture
def feed(folder) -> Path:
    """A file of five rows."""
    file = folder / "night.json"
    file.write_text(json.dumps([invoice_row(invoiceNumber=str(n), companyCode="1000") for n in range(5)]))
    return file


def sent(server: Any, file: Path, *arguments: str, part_rows: int = 2) -> tuple[int, str]:
    """Send the file in parts; return the exit code and what is said of it."""
    fixed = ["--key=ak_1", f"--url=http://127.0.0.1:{server.server_port}", "--snapshot", f"--part-rows={part_rows}"]
    with pytest.raises((SystemExit, CommandError)) as ended:
        call_command("send_feed", "invoices", str(file), *fixed, *arguments)
    if isinstance(ended.value, SystemExit):
        return int(ended.value.code or 0), ""
    return ended.value.returncode, str(ended.value)


def test_a_large_file_is_begun_sent_in_parts_and_committed(feed):
    moment = "2026-01-31T18:00:00+01:00"
    with server_by_script(Loads()) as server:
        assert sent(server, feed, f"--extracted-at={moment}", "--expected-open=1000/USD:1")[0] == 0
    assert steps(server) == ["begin", "part 1", "part 2", "part 3", "commit"]
    begun, *parts, commit = server.requests
    assert json.loads(begun.body) == {"resource": "invoices", "companyCodes": ["1000"], "extractedAt": moment}
    assert [len(gzip.decompress(part.body).splitlines()) for part in parts] == [2, 2, 1]
    assert json.loads(commit.body) == {"parts": 3, "expectedOpen": "1000/USD:1"}


def test_each_part_says_of_which_load_it_is_and_how_many_rows_it_has(feed):
    with server_by_script(Loads()) as server:
        sent(server, feed)
    query = parse_qs(urlsplit(server.requests[3].path).query)
    assert query == {"snapshot": ["L1"], "part": ["3"], "expectedRows": ["1"]}


def test_a_file_that_fits_is_sent_in_one_request(feed):
    with server_by_script(lambda request: (200, COMMIT)) as server:
        assert sent(server, feed, part_rows=5)[0] == 0
    assert [urlsplit(request.path).path for request in server.requests] == ["/jsonApi/upload/invoices"]


def test_company_codes_that_are_named_are_those_of_the_load(feed):
    with server_by_script(Loads()) as server:
        sent(server, feed, "--company-code=1000,2000", "--company-code=")
    assert json.loads(server.requests[0].body)["companyCodes"] == ["1000", "2000", ""]


CODES = {
    "texts": (["2000", "1000"], ["1000", "2000"]),
    "numbers": ([1000, 2000.0], ["1000", "2000"]),
    "blanks": ([" 1000 ", " ", None], ["", "1000"]),
    "a long one, whose row is refused": (["1" * 33, "1000"], ["1000"]),
    "what is no text": ([True, [1], "1000"], ["1000"]),
}


@pytest.mark.parametrize(("values", "codes"), CODES.values(), ids=CODES)
def test_company_codes_of_rows_are_those_that_the_server_reads(feed, values, codes):
    feed.write_text(json.dumps([invoice_row(companyCode=value) for value in values]))
    with server_by_script(Loads()) as server:
        sent(server, feed, part_rows=1)
    assert json.loads(server.requests[0].body)["companyCodes"] == codes


def test_the_receipts_of_the_parts_are_shown_as_one(feed, capsys):
    with server_by_script(Loads()) as server:
        sent(server, feed)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["6", "6", "0", "0", "0", "0"] in [line[:6] for line in lines]
    assert ["1000", "USD", "6", "6.0", "7", "10.5"] in lines


def test_a_warning_of_several_parts_is_one_and_names_the_row_of_the_file(feed, capsys):
    def warned(rows: int) -> dict[str, Any]:
        warning = {"code": "x", "field": "f", "rows": rows, "firstIndex": 1, "message": "Odd. First in row 2."}
        return PART | {"warnings": [warning]}

    with server_by_script(Loads(**{"part 2": (200, warned(1)), "part 3": (200, warned(3))})) as server:
        sent(server, feed)
    assert "f          4   Odd. First in row 4." in capsys.readouterr().out


def test_a_withheld_load_ends_with_five(feed):
    with server_by_script(Loads(commit=(207, COMMIT | {"outcome": "partial", "snapshot": WITHHELD}))) as server:
        exit_code, said = sent(server, feed)
    assert (exit_code, "none of its 2 missing items is closed.\n- Too many.\n" in said) == (5, True)


REFUSED = receipt(
    "R", outcome="refused", detail="It is bad.", errors=[{"index": 1, "code": "x", "message": "It is bad."}]
)


def test_a_refused_part_gives_up_the_load_and_names_its_rows_in_the_file(feed, capsys):
    with server_by_script(Loads(**{"part 2": (400, REFUSED)})) as server:
        exit_code, said = sent(server, feed)
    assert steps(server) == ["begin", "part 1", "part 2", "abandon"]
    assert exit_code == 2
    assert said == (
        "Part 2 of 3 (rows 3 to 4): It is bad. Parts before it are stored as changes, and nothing is closed."
    )
    assert [line.split() for line in capsys.readouterr().out.splitlines()][-2][:4] == ["4", "It", "is", "bad."]


def test_a_refused_commit_gives_up_the_load(feed):
    with server_by_script(Loads(commit=(409, {"detail": "Too much is open."}))) as server:
        exit_code, said = sent(server, feed)
    assert (exit_code, said, steps(server)[-1]) == (2, "Too much is open.", "abandon")


def test_a_load_that_cannot_be_given_up_is_named(feed):
    with server_by_script(Loads(**{"part 2": (400, REFUSED)}, abandon=(500, {}))) as server:
        assert "The full load L1 is still open, and ends by itself 6 hours after its last part" in sent(server, feed)[1]


def test_a_busy_server_leaves_the_load_open_for_the_next_try(feed):
    with server_by_script(Loads(**{"part 3": (429, {"detail": "Later."})})) as server:
        exit_code, said = sent(server, feed)
    assert (exit_code, "Part 3 of 3 (rows 5 to 5): Later." in said, steps(server)[-1]) == (3, True, "part 3")


def test_the_open_load_of_another_sender_is_worth_another_try(feed):
    other = {"detail": "It is open.", "errors": [{"code": "snapshot_open", "message": "It is open."}]}
    with server_by_script(Loads(begin=(409, other))) as server:
        assert (sent(server, feed)[0], steps(server)) == (3, ["begin"])


def test_the_load_of_an_earlier_try_that_is_given_up_is_named(feed, capsys):
    begun = {"id": "L1", "state": "open", "abandoned": ["/jsonApi/snapshots/L0"]}
    with server_by_script(Loads(begin=(201, begun))) as server:
        assert sent(server, feed)[0] == 0
    assert "The full load of an earlier try is given up: /jsonApi/snapshots/L0" in capsys.readouterr().err


WHOLE = {"a trial": "--dry-run", "a total": "--expected-total=USD:1"}


@pytest.mark.parametrize("option", WHOLE.values(), ids=WHOLE)
def test_what_is_for_one_upload_is_refused_before_a_part_is_sent(feed, option):
    with server_by_script(Loads()) as server:
        exit_code, said = sent(server, feed, option)
    assert (exit_code, "each of which is stored" in said, server.requests) == (4, True, [])


def test_bad_rows_of_all_parts_land_in_one_file(feed):
    bad = PART | {"outcome": "partial", "invalid": 1, "rejected": 1}
    rows = feed.parent / "rejected.json"

    def script(request: Request) -> tuple[int, object]:
        if request.method == "GET":
            return 200, [{"of": request.path}]
        return Loads(**{"part 1": (207, bad | {"id": "A"}), "part 3": (207, bad | {"id": "B"})})(request)

    with server_by_script(script) as server:
        assert sent(server, feed, "--lenient", f"--rejected={rows}")[0] == 1
    assert json.loads(rows.read_text()) == [{"of": f"/jsonApi/uploads/{of}/rejected"} for of in "AB"]


def dropped(feed: Path, script: Any) -> tuple[int, Any]:
    with server_by_script(script) as server:
        return empty(feed.parent, server, "invoices", "--snapshot", "--part-rows=2"), server


def keys(server: Any) -> list[str]:
    return [request.headers["Idempotency-Key"] for request in server.requests if "Idempotency-Key" in request.headers]


def test_a_dropped_file_goes_on_under_the_same_keys_where_a_part_was_not_taken(feed):
    code, first = dropped(feed, Loads(**{"part 3": (500, {})}))
    assert (code, names(feed.parent)) == (3, ["night.json"])
    code, second = dropped(feed, Loads())
    assert (code, keys(second)) == (0, keys(first))
    assert "sent/night.json" in names(feed.parent)


def test_a_dropped_file_that_is_older_than_a_load_is_refused(feed):
    stale = {"detail": "It is older.", "errors": [{"code": "stale_snapshot", "message": "It is older."}]}
    code, _ = dropped(feed, Loads(begin=(409, stale)))
    assert (code, "refused/night.json" in names(feed.parent)) == (2, True)


def test_a_dropped_file_whose_load_somebody_gave_up_stays_and_is_sent_again(feed):
    ended = {
        "outcome": "refused",
        "detail": "It ended.",
        "errors": [{"code": "snapshot_ended", "message": "It ended."}],
    }
    code, _ = dropped(feed, Loads(**{"part 2": (409, ended)}))
    assert (code, names(feed.parent)) == (3, ["night.json"])


def test_a_dropped_file_whose_load_has_expired_begins_another(feed):
    def script(request: Request) -> tuple[int, object]:
        is_first = step(request) == "begin" and len(server_keys) == 0
        server_keys.add(request.headers.get("Idempotency-Key"))
        return (201, {"id": "L0", "state": "expired"}) if is_first else Loads()(request)

    server_keys: set[Any] = set()
    code, server = dropped(feed, script)
    assert (code, steps(server)) == (0, ["begin", "begin", "part 1", "part 2", "part 3", "commit"])
    assert len(set(keys(server))) == len(keys(server))
