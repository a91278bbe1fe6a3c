"""A full load in parts that is withheld or breaks off: what is told of it, and what becomes of the load."""

from tests.cases.loads_in_parts import COMMIT, MISSING, SNAPSHOT, Loads, receipt, sent, steps
from tests.uploads.scripted_servers import server_by_script

WITHHELD = SNAPSHOT | {"outcome": "withheld", "missing": MISSING, "reasons": [{"code": "x", "message": "Too many."}]}
REFUSED = receipt(
    "R", outcome="refused", detail="It is bad.", errors=[{"index": 1, "code": "x", "message": "It is bad."}]
)


def test_a_withheld_load_ends_with_five(night_file):
    with server_by_script(Loads(commit=(207, COMMIT | {"outcome": "partial", "snapshot": WITHHELD}))) as server:
        exit_code, said = sent(server, night_file)
    assert (exit_code, "none of its 2 missing items is closed.\n- Too many.\n" in said) == (5, True)


def test_a_refused_part_gives_up_the_load_and_names_its_rows_in_the_file(night_file, capsys):
    with server_by_script(Loads(**{"part 2": (400, REFUSED)})) as server:
        exit_code, said = sent(server, night_file)
    assert steps(server) == ["begin", "part 1", "part 2", "abandon"]
    assert exit_code == 2
    assert said == (
        "Part 2 of 3 (rows 3 to 4): It is bad. Parts before it are stored as changes, and nothing is closed."
    )
    assert [line.split() for line in capsys.readouterr().out.splitlines()][-2][:4] == ["4", "It", "is", "bad."]


def test_a_refused_commit_gives_up_the_load(night_file):
    with server_by_script(Loads(commit=(409, {"detail": "Too much is open."}))) as server:
        exit_code, said = sent(server, night_file)
    assert (exit_code, said, steps(server)[-1]) == (2, "Too much is open.", "abandon")


def test_a_load_that_cannot_be_given_up_is_named(night_file):
    with server_by_script(Loads(**{"part 2": (400, REFUSED)}, abandon=(500, {}))) as server:
        _, said = sent(server, night_file)
    assert "The full load L1 is still open, and ends by itself 6 hours after its last part" in said


def test_a_busy_server_leaves_the_load_open_for_the_next_try(night_file):
    with server_by_script(Loads(**{"part 3": (429, {"detail": "Later."})})) as server:
        exit_code, said = sent(server, night_file)
    assert (exit_code, "Part 3 of 3 (rows 5 to 5): Later." in said, steps(server)[-1]) == (3, True, "part 3")


def test_the_open_load_of_another_sender_is_worth_another_try(night_file):
    other = {"detail": "It is open.", "errors": [{"code": "snapshot_open", "message": "It is open."}]}
    with server_by_script(Loads(begin=(409, other))) as server:
        assert (sent(server, night_file)[0], steps(server)) == (3, ["begin"])


def test_the_load_of_an_earlier_try_that_is_given_up_is_named(night_file, capsys):
    begun = {"id": "L1", "state": "open", "abandoned": ["/jsonApi/snapshots/L0"]}
    with server_by_script(Loads(begin=(201, begun))) as server:
        assert sent(server, night_file)[0] == 0
    assert "The full load of an earlier try is given up: /jsonApi/snapshots/L0" in capsys.readouterr().err
