"""Commits of full loads in parts over REST."""

import pytest

from receivables.models import Invoice
from receivables.uploads.worker import ingest_queued
from tests.factories import BY_WORKER, LENIENT
from tests.uploads.loads import begin, ledger, ledger_of, open_numbers, send_part, status_and_code
from tests.uploads.snapshots.nights import BAD, NIGHT


def test_a_load_in_parts_closes_what_no_part_had(client, second_night):
    send_part(client, second_night, ledger(1, 2), 1)
    send_part(client, second_night, ledger(4, 5), 2)
    response = client.post(f"{second_night}/commit", {"parts": 2, "expectedRows": 4, "expectedOpen": "1000/USD:400"})
    assert response.status_code == 200, response.content
    assert open_numbers() == ["1", "2", "4", "5"]


def test_the_same_part_twice_counts_once(client, second_night):
    for _ in range(2):
        send_part(client, second_night, NIGHT, 1)
    response = client.post(f"{second_night}/commit", {"parts": 1, "expectedRows": 5})
    assert (response.status_code, open_numbers()) == (200, list("12345"))


def test_the_second_commit_is_answered_with_the_receipt_of_the_first(client, second_night):
    send_part(client, second_night, ledger(1, 2, 3, 4))
    first, second = (client.post(f"{second_night}/commit") for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_a_commit_that_is_only_tried_closes_nothing(client, second_night):
    send_part(client, second_night, ledger(1, 2, 3, 4))
    assert client.post(f"{second_night}/commit", {"dryRun": True}).status_code == 200
    assert (client.get(second_night).json()["state"], open_numbers()) == ("open", list("12345"))


REFUSED_COMMITS = [
    pytest.param([(1, ledger(1, 2))], {"parts": 2}, "parts_missing", "missing: 2", id="a part is missing"),
    pytest.param([(1, ledger(1)), (2, BAD)], {"parts": 2}, "parts_refused", "since: 2", id="a part was refused"),
    pytest.param(
        [(1, ledger(1)), (1, BAD)], {}, "parts_refused", "since: 1", id="a part was refused when it came again"
    ),
    pytest.param([(None, BAD)], {}, "parts_refused", "expectedRows", id="a part without a number was refused"),
    pytest.param([(None, ledger(1))], {"parts": 1}, "parts_unnumbered", "without a number", id="no numbers"),
    pytest.param([(1, ledger(1)), (2, ledger(2))], {"parts": 1}, "unexpected_parts", "2 have", id="too many parts"),
    pytest.param(
        [(1, ledger(1, 2))], {"expectedRows": 3}, "unexpected_rows", "2 different", id="a wrong number of rows"
    ),
    pytest.param(
        [(1, ledger(1, 2, 3, 4))], {"expectedOpen": "1000/USD:1"}, "unexpected_open", "400 would", id="a wrong sum"
    ),
]


@pytest.mark.parametrize(("sent", "said", "code", "named"), REFUSED_COMMITS)
def test_a_commit_is_refused_where_not_all_is_in(client, second_night, sent, said, code, named):
    for number, rows in sent:
        send_part(client, second_night, rows, number)
    response = client.post(f"{second_night}/commit", said)
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"]) == (409, code)
    assert named in error["message"]
    assert (client.get(second_night).json()["state"], open_numbers()) == ("open", list("12345"))


def test_a_part_that_was_refused_and_then_taken_does_not_hold_up_the_commit(client, second_night):
    assert send_part(client, second_night, BAD, 1).status_code == 400
    send_part(client, second_night, NIGHT, 1)
    assert client.post(f"{second_night}/commit", {"parts": 1}).status_code == 200


def test_a_part_without_a_number_that_was_refused_is_no_matter_where_the_rows_are_counted(client, second_night):
    assert send_part(client, second_night, BAD).status_code == 400
    send_part(client, second_night, NIGHT)
    assert client.post(f"{second_night}/commit", {"expectedRows": 5}).status_code == 200


def test_a_commit_waits_for_parts_that_are_queued(client, second_night):
    queued = send_part(client, second_night, NIGHT, 1, headers=BY_WORKER).json()
    assert client.get(second_night).json()["waiting"] == 1
    assert client.post(f"{second_night}/commit").json()["errors"][0]["code"] == "parts_waiting"
    ingest_queued(queued["id"])
    assert client.post(f"{second_night}/commit", {"parts": 1, "expectedRows": 5}).status_code == 200


def test_refused_rows_of_a_part_keep_their_items_open(client, second_night):
    rows = [*ledger(1, 2, 3, 4), ledger(5)[0] | {"dueDate": "soon"}]
    assert send_part(client, second_night, rows, headers=LENIENT).status_code == 207
    assert client.post(f"{second_night}/commit").status_code == 200
    assert open_numbers() == list("12345")


def test_a_row_without_any_number_withholds_the_load(client, second_night):
    rows = [*ledger(1, 2, 3, 4), {"companyCode": "1000", "customerNumber": "4711", "invoiceAmount": 5}]
    assert send_part(client, second_night, rows, headers=LENIENT).status_code == 207
    assert client.post(f"{second_night}/commit").status_code == 207
    assert [reason["code"] for reason in client.get(second_night).json()["reasons"]] == ["unreadable_rows"]


def test_a_part_that_comes_again_without_its_unreadable_row_withholds_no_more(client, second_night):
    unreadable = {"companyCode": "1000", "customerNumber": "4711", "invoiceAmount": 5}
    assert send_part(client, second_night, [*ledger_of(4), unreadable], 1, headers=LENIENT).status_code == 207
    send_part(client, second_night, ledger_of(4), 1)
    assert client.post(f"{second_night}/commit", {"parts": 1}).status_code == 200
    assert open_numbers() == list("1234")


EMPTY_LOADS = [
    pytest.param([], id="no part"),
    pytest.param([[]], id="a part without rows"),
    pytest.param([ledger(9, companyCode="2000")], id="rows of another company code"),
    pytest.param([BAD], id="every row refused"),
]


@pytest.mark.parametrize("parts", EMPTY_LOADS)
def test_a_load_without_rows_is_not_committed_unless_its_sender_says_so(client, second_night, parts):
    for rows in parts:
        send_part(client, second_night, rows, headers=LENIENT)
    response = client.post(f"{second_night}/commit", {"expectedRows": Invoice.objects.count() - 5})
    assert status_and_code(response) == (422, "empty_snapshot")
    assert client.get(second_night).json()["state"] == "open"


def test_a_load_that_may_be_empty_is_withheld_like_any_other(client, second_night):
    response = client.post(f"{second_night}/commit", {"allowEmpty": True})
    assert (response.status_code, response.json()["snapshot"]["outcome"]) == (207, "withheld")
    assert open_numbers() == list("12345")


def test_a_load_that_may_be_empty_ends_where_nothing_is_open(client):
    response = client.post(f"{begin(client, '3000')}/commit", {"allowEmpty": True})
    assert (response.status_code, response.json()["snapshot"]["outcome"]) == (200, "nothing_to_close")


COMMITS = [
    {"parts": "many"},
    {"parts": -1},
    {"expectedRows": True},
    {"expectedOpen": ["a"]},
    {"dryRun": []},
    {"allowEmpty": "perhaps"},
    {"part": 1},
]


@pytest.mark.parametrize("said", COMMITS, ids=str)
def test_a_commit_that_cannot_be_read_is_refused(client, second_night, said):
    assert client.post(f"{second_night}/commit", said, format="json").status_code == 400


def test_a_row_of_another_code_is_a_change(client, second_night):
    receipt = send_part(client, second_night, NIGHT + ledger(9, companyCode="2000")).json()
    assert [warning["code"] for warning in receipt["warnings"]] == ["outside_scope"]
    client.post(f"{second_night}/commit", {"expectedRows": 6})
    assert Invoice.objects.get(company_code="2000").open_amount == 100
