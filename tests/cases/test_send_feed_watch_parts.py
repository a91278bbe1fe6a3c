"""A file in a watched folder that is a full load in parts, which breaks off and is sent again."""

from pathlib import Path
from typing import Any

from tests.cases.loads_in_parts import Loads, step, steps
from tests.cases.watched_folder import empty, names
from tests.uploads.scripted_servers import Request, server_by_script


def dropped(night_file: Path, script: Any) -> tuple[int, Any]:
    with server_by_script(script) as server:
        return empty(night_file.parent, server, "invoices", "--snapshot", "--part-rows=2"), server


def keys(server: Any) -> list[str]:
    return [request.headers["Idempotency-Key"] for request in server.requests if "Idempotency-Key" in request.headers]


def test_a_dropped_file_goes_on_under_the_same_keys_where_a_part_was_not_taken(night_file):
    code, first = dropped(night_file, Loads(**{"part 3": (500, {})}))
    assert (code, names(night_file.parent)) == (3, ["night.json"])
    code, second = dropped(night_file, Loads())
    assert (code, keys(second)) == (0, keys(first))
    assert "sent/night.json" in names(night_file.parent)


def test_a_dropped_file_that_is_older_than_a_load_is_refused(night_file):
    stale = {"detail": "It is older.", "errors": [{"code": "stale_snapshot", "message": "It is older."}]}
    code, _ = dropped(night_file, Loads(begin=(409, stale)))
    assert (code, "refused/night.json" in names(night_file.parent)) == (2, True)


def test_a_dropped_file_whose_load_somebody_gave_up_stays_and_is_sent_again(night_file):
    ended = {
        "outcome": "refused",
        "detail": "It ended.",
        "errors": [{"code": "snapshot_ended", "message": "It ended."}],
    }
    code, _ = dropped(night_file, Loads(**{"part 2": (409, ended)}))
    assert (code, names(night_file.parent)) == (3, ["night.json"])


def test_a_dropped_file_whose_load_has_expired_begins_another(night_file):
    def script(request: Request) -> tuple[int, object]:
        is_first = step(request) == "begin" and len(server_keys) == 0
        server_keys.add(request.headers.get("Idempotency-Key"))
        return (201, {"id": "L0", "state": "expired"}) if is_first else Loads()(request)

    server_keys: set[Any] = set()
    code, server = dropped(night_file, script)
    assert (code, steps(server)) == (0, ["begin", "begin", "part 1", "part 2", "part 3", "commit"])
    assert len(set(keys(server))) == len(keys(server))
