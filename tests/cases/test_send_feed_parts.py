"""A full load that is cut into parts: what is sent, in which order, and what is told of it."""

import gzip
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cases.loads_in_parts import COMMIT, PART, Loads, sent, steps
from tests.factories import invoice_row
from tests.uploads.scripted_servers import Request, server_by_script


def test_a_large_file_is_begun_sent_in_parts_and_committed(night_file):
    moment = "2026-01-31T18:00:00+01:00"
    with server_by_script(Loads()) as server:
        assert sent(server, night_file, f"--extracted-at={moment}", "--expected-open=1000/USD:1")[0] == 0
    assert steps(server) == ["begin", "part 1", "part 2", "part 3", "commit"]
    begun, *parts, commit = server.requests
    assert json.loads(begun.body) == {"resource": "invoices", "companyCodes": ["1000"], "extractedAt": moment}
    assert [len(gzip.decompress(part.body).splitlines()) for part in parts] == [2, 2, 1]
    assert json.loads(commit.body) == {"parts": 3, "expectedOpen": "1000/USD:1"}


def test_each_part_says_of_which_load_it_is_and_how_many_rows_it_has(night_file):
    with server_by_script(Loads()) as server:
        sent(server, night_file)
    query = parse_qs(urlsplit(server.requests[3].path).query)
    assert query == {"snapshot": ["L1"], "part": ["3"], "expectedRows": ["1"]}


def test_a_file_that_fits_is_sent_in_one_request(night_file):
    with server_by_script(lambda request: (200, COMMIT)) as server:
        assert sent(server, night_file, part_rows=5)[0] == 0
    assert [urlsplit(request.path).path for request in server.requests] == ["/jsonApi/upload/invoices"]


def test_company_codes_that_are_named_are_those_of_the_load(night_file):
    with server_by_script(Loads()) as server:
        sent(server, night_file, "--company-code=1000,2000", "--company-code=")
    assert json.loads(server.requests[0].body)["companyCodes"] == ["1000", "2000", ""]


def test_a_load_that_may_be_empty_says_so_when_it_is_committed(night_file):
    with server_by_script(Loads()) as server:
        sent(server, night_file, "--company-code=2000", "--allow-empty")
    assert json.loads(server.requests[-1].body) == {"parts": 3, "allowEmpty": True}


CODES = {
    "texts": (["2000", "1000"], ["1000", "2000"]),
    "numbers": ([1000, 2000.0], ["1000", "2000"]),
    "blanks": ([" 1000 ", " ", None], ["", "1000"]),
    "characters that nobody sees": (["1000\u200b", "1000", "\ufeff" + "2" * 32], ["1000", "2" * 32]),
    "a long one, whose row is refused": (["1" * 33, "1000"], ["1000"]),
    "what is no text": ([True, [1], "1000"], ["1000"]),
}


@pytest.mark.parametrize(("values", "codes"), CODES.values(), ids=CODES)
def test_company_codes_of_rows_are_those_that_the_server_reads(night_file, values, codes):
    night_file.write_text(json.dumps([invoice_row(companyCode=value) for value in values]))
    with server_by_script(Loads()) as server:
        sent(server, night_file, part_rows=1)
    assert json.loads(server.requests[0].body)["companyCodes"] == codes


def test_the_receipts_of_the_parts_are_shown_as_one(night_file, capsys):
    with server_by_script(Loads()) as server:
        sent(server, night_file)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["6", "6", "0", "0", "0", "0"] in [line[:6] for line in lines]
    assert ["1000", "USD", "6", "6.0", "7", "10.5"] in lines


def test_a_warning_of_several_parts_is_one_and_names_the_row_of_the_file(night_file, capsys):
    def warned(rows: int) -> dict[str, Any]:
        warning = {"code": "x", "field": "f", "rows": rows, "firstIndex": 1, "message": "Odd. First in row 2."}
        return PART | {"warnings": [warning]}

    with server_by_script(Loads(**{"part 2": (200, warned(1)), "part 3": (200, warned(3))})) as server:
        sent(server, night_file)
    assert "f          4   Odd. First in row 4." in capsys.readouterr().out


WHOLE = {"a trial": "--dry-run", "a total": "--expected-total=USD:1"}


@pytest.mark.parametrize("option", WHOLE.values(), ids=WHOLE)
def test_what_is_for_one_upload_is_refused_before_a_part_is_sent(night_file, option):
    with server_by_script(Loads()) as server:
        exit_code, said = sent(server, night_file, option)
    assert (exit_code, "each of which is stored" in said, server.requests) == (4, True, [])


def test_bad_rows_of_all_parts_land_in_one_file(night_file):
    bad = PART | {"outcome": "partial", "invalid": 1, "rejected": 1}
    rows = night_file.parent / "rejected.json"

    def script(request: Request) -> tuple[int, object]:
        if request.method == "GET":
            return 200, [{"of": request.path}]
        return Loads(**{"part 1": (207, bad | {"id": "A"}), "part 3": (207, bad | {"id": "B"})})(request)

    with server_by_script(script) as server:
        assert sent(server, night_file, "--lenient", f"--rejected={rows}")[0] == 1
    assert json.loads(rows.read_text()) == [{"of": f"/jsonApi/uploads/{of}/rejected"} for of in "AB"]
