"""Full loads in parts over REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.models import Invoice
from receivables.uploads.models import FullLoad, LoadState, Upload
from receivables.uploads.worker import ingest_queued
from tests.conftest import client_of
from tests.factories import LENIENT, AccountFactory
from tests.uploads.loads import begin, ledger, open_numbers, send_part

NIGHT = [1, 2, 3, 4, 5]
BY_WORKER = {"Prefer": "respond-async"}


@pytest.fixture
def second_night(client, receipt):
    """Begin the second full load of a ledger of five items; return its address."""
    receipt(ledger(*NIGHT))
    first = begin(client)
    send_part(client, first, ledger(*NIGHT))
    assert client.post(f"{first}/commit").status_code == 200
    return begin(client)


def test_a_load_in_parts_closes_what_no_part_had(client, second_night):
    send_part(client, second_night, ledger(1, 2), 1)
    send_part(client, second_night, ledger(4, 5), 2)
    response = client.post(f"{second_night}/commit", {"parts": 2, "expectedRows": 4, "expectedOpen": "1000/USD:400"})
    assert response.status_code == 200, response.content
    assert open_numbers() == ["1", "2", "4", "5"]


def test_a_load_that_is_open_shows_what_has_come(client, second_night):
    send_part(client, second_night, ledger(1, 2), 2)
    send_part(client, second_night, ledger(4, 5), 1)
    shown = client.get(second_night).json()
    about = ("state", "form", "companyCodes", "parts", "waiting", "codes", "commit", "reasons")
    assert [shown[name] for name in about] == ["open", "parts", ["1000"], [1, 2], 0, [], None, []]


def test_a_load_that_closed_shows_by_company_code_what_was_open_missing_and_closed(client, second_night):
    send_part(client, second_night, ledger(1, 2, 3, 4))
    commit = client.post(f"{second_night}/commit").json()
    shown = client.get(second_night).json()
    assert (shown["state"], shown["rows"], shown["commit"], shown["expiresAt"]) == ("closed", 4, commit["url"], None)
    one = {"currency": "USD", "items": 1, "openAmount": "100"}
    assert shown["codes"] == [
        {
            "companyCode": "1000",
            "rows": 4,
            "open": [{"currency": "USD", "items": 5, "openAmount": "500"}],
            "missing": [one],
            "closed": [one],
        }
    ]


def test_the_same_part_twice_counts_once(client, second_night):
    for _ in range(2):
        send_part(client, second_night, ledger(*NIGHT), 1)
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


BAD = [ledger(1)[0] | {"dueDate": "soon"}]
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
    send_part(client, second_night, ledger(*NIGHT), 1)
    assert client.post(f"{second_night}/commit", {"parts": 1}).status_code == 200


def test_a_part_without_a_number_that_was_refused_is_no_matter_where_the_rows_are_counted(client, second_night):
    assert send_part(client, second_night, BAD).status_code == 400
    send_part(client, second_night, ledger(*NIGHT))
    assert client.post(f"{second_night}/commit", {"expectedRows": 5}).status_code == 200


def test_a_commit_waits_for_parts_that_are_queued(client, second_night):
    queued = send_part(client, second_night, ledger(*NIGHT), 1, headers=BY_WORKER).json()
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


def test_a_load_is_begun_once_under_an_idempotency_key(client):
    said, key = {"companyCodes": ["1000"]}, {"Idempotency-Key": "night-1"}
    first, second = (client.post("/jsonApi/snapshots", said, headers=key) for _ in range(2))
    assert (first.status_code, first.json(), first["Location"]) == (201, second.json(), first.json()["url"])


def test_an_idempotency_key_of_another_load_is_refused(client):
    key = {"Idempotency-Key": "night-1"}
    client.post("/jsonApi/snapshots", {"companyCodes": ["1000"]}, headers=key)
    assert client.post("/jsonApi/snapshots", {"companyCodes": ["2000"]}, headers=key).status_code == 422


def test_a_sender_that_begins_again_hears_of_the_load_it_abandons(client):
    first = begin(client)
    second = client.get(begin(client)).json()
    assert second["abandoned"] == [first]
    shown = client.get(first).json()
    assert (shown["state"], shown["abandonedFor"]) == ("abandoned", second["url"])


def test_another_senders_open_load_of_the_same_code_is_named(client, account):
    url = begin(client, "1000", "2000")
    response = client_of(account).post("/jsonApi/snapshots", {"companyCodes": ["2000", "3000"]})
    [error] = response.json()["errors"]
    assert (response.status_code, error["code"], url in error["message"]) == (409, "snapshot_open", True)


def test_two_senders_load_different_codes_side_by_side(client, account):
    begin(client, "1000")
    begin(client_of(account), "2000")
    assert FullLoad.objects.under_way().count() == 2


def test_a_load_in_one_request_is_refused_while_one_in_parts_is_open(client, upload):
    begin(client)
    response = upload(ledger(1), query="?snapshot=true")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "snapshot_open")


def test_a_load_is_not_begun_while_an_earlier_upload_waits(client, upload):
    upload(ledger(1), headers=BY_WORKER)
    Upload.objects.update(created_at=timezone.now() - timedelta(seconds=1))
    response = client.post("/jsonApi/snapshots", {"companyCodes": ["1000"]})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "upload_waiting")


def test_an_abandoned_load_closes_nothing_and_takes_no_part(client, second_night):
    send_part(client, second_night, ledger(1))
    assert [client.delete(second_night).status_code for _ in range(2)] == [204, 204]
    assert send_part(client, second_night, ledger(2)).status_code == 409
    assert client.post(f"{second_night}/commit").status_code == 409
    assert open_numbers() == list("12345")


def test_a_load_that_ended_is_not_abandoned(client, second_night):
    send_part(client, second_night, ledger(*NIGHT))
    client.post(f"{second_night}/commit")
    response = client.delete(second_night)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "snapshot_ended")


def test_a_load_expires_six_hours_after_its_last_part(client, second_night):
    late = timezone.now() - timedelta(hours=6, minutes=1)
    FullLoad.objects.under_way().update(last_part_at=late, began_at=late)
    response = client.post(f"{second_night}/commit")
    assert (response.status_code, client.get(second_night).json()["state"]) == (409, "expired")


@pytest.fixture
def withheld(client, receipt):
    """The first full load of a company code, without two of five items."""
    receipt(ledger(*NIGHT))
    url = begin(client)
    send_part(client, url, ledger(1, 2, 3))
    assert client.post(f"{url}/commit").status_code == 207
    return url


def test_a_key_without_the_scope_confirms_nothing(client, withheld):
    assert client.post(f"{withheld}/confirm").status_code == 403
    assert open_numbers() == list("12345")


@pytest.fixture
def confirmer(account):
    return client_of(account, scopes=["read", "upload", "confirm"])


def test_a_key_with_the_scope_confirms(confirmer, withheld):
    first, second = (confirmer.post(f"{withheld}/confirm") for _ in range(2))
    assert (first.status_code, first.json()) == (200, second.json())
    shown = confirmer.get(withheld).json()
    assert (shown["state"], shown["confirmation"], open_numbers()) == ("closed", first.json()["url"], list("123"))


def test_a_load_in_one_request_is_confirmed_as_well(confirmer, receipt, upload):
    receipt(ledger(*NIGHT))
    upload(ledger(1, 2, 3), query="?snapshot=true")
    load = FullLoad.objects.get()
    assert confirmer.post(f"/jsonApi/snapshots/{load.pk}/confirm").status_code == 200
    assert open_numbers() == list("123")


def test_an_open_load_is_not_confirmed(confirmer, second_night):
    response = confirmer.post(f"{second_night}/confirm")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "snapshot_not_withheld")


def test_a_later_load_that_is_whole_supersedes_a_withheld_one(confirmer, client, withheld):
    later = begin(client)
    send_part(client, later, ledger(1, 2, 3))
    client.post(f"{later}/commit")
    assert confirmer.post(f"{withheld}/confirm").status_code == 409
    assert confirmer.post(f"{later}/confirm").status_code == 200


def test_missing_items_are_listed_as_invoices_are(client, withheld):
    rows = client.get(f"{withheld}/missing", {"fields": "invoiceNumber,openAmount,openBefore,fate,nearId"}).json()
    assert rows["results"] == [
        {"invoiceNumber": number, "openAmount": 100, "openBefore": 100, "fate": "missing", "nearId": None}
        for number in "45"
    ]


def test_missing_items_are_filtered_by_what_became_of_them(client, confirmer, withheld, receipt):
    receipt(ledger(4))
    confirmer.post(f"{withheld}/confirm")
    shown = [
        [row["invoiceNumber"] for row in client.get(f"{withheld}/missing?fate={fate}").json()["results"]]
        for fate in ("missing", "closed", "seen", "changed")
    ]
    assert shown == [[], ["5"], ["4"], []]


@pytest.mark.parametrize("form", ["csv", "ndjson", "xlsx"])
def test_missing_items_come_as_a_file(client, withheld, form):
    response = client.get(f"{withheld}/missing?format={form}")
    assert response.status_code == 200
    assert f"missing.{form}" in response["Content-Disposition"]
    assert len(b"".join(response.streaming_content)) > 100


def test_amounts_of_missing_items_leave_as_texts_on_request(client, withheld):
    rows = client.get(f"{withheld}/missing?amounts=string&fields=openBefore&pageSize=1").json()["results"]
    assert rows == [{"openBefore": "100"}]


def test_loads_are_listed_newest_first_and_filtered(client, withheld):
    other = begin(client, "2000")
    assert [load["url"] for load in client.get("/jsonApi/snapshots").json()["results"]] == [other, withheld]
    by_state, by_code = (
        client.get(f"/jsonApi/snapshots?{query}").json()["results"] for query in ("state=withheld", "companyCode=2000")
    )
    assert ([load["url"] for load in by_state], [load["url"] for load in by_code]) == ([withheld], [other])


def test_a_key_that_may_only_upload_sees_its_own_loads_alone(client, account):
    uploader = client_of(account, scopes=["upload"])
    own, others = begin(uploader, "2000"), begin(client)
    assert [uploader.get(url).status_code for url in (own, others)] == [200, 404]
    assert uploader.get("/jsonApi/snapshots").status_code == 403


def test_a_stranger_finds_no_load(withheld):
    stranger = client_of(AccountFactory(), scopes=["read", "upload", "confirm"])
    answers = [
        stranger.get(withheld),
        stranger.get(f"{withheld}/missing"),
        stranger.delete(withheld),
        stranger.post(f"{withheld}/commit"),
        stranger.post(f"{withheld}/confirm"),
        send_part(stranger, withheld, ledger(1)),
    ]
    assert {answer.status_code for answer in answers} == {404}


BEGINNINGS = {
    "no codes": {"companyCodes": []},
    "no object": [1],
    "codes that are no list": {"companyCodes": "1000"},
    "a code that is too long": {"companyCodes": ["x" * 33]},
    "a code with NUL": {"companyCodes": ["a\0"]},
    "a code that is true": {"companyCodes": [True]},
    "another resource": {"resource": "customers", "companyCodes": ["1000"]},
    "a resource that is a list": {"resource": [], "companyCodes": ["1000"]},
    "an unknown member": {"companyCodes": ["1000"], "extractedat": "2026-01-31T18:00:00Z"},
}


@pytest.mark.parametrize("said", BEGINNINGS.values(), ids=BEGINNINGS)
def test_a_beginning_that_cannot_be_read_is_refused(client, said):
    response = client.post("/jsonApi/snapshots", said, format="json")
    assert (response.status_code, FullLoad.objects.count()) == (400, 0), response.content
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-01-31T18:00:00", "2099-01-01T00:00:00Z", "2026-01-31T18:00:00Z\0", 5, [], {}]
)
def test_a_moment_that_no_rows_left_the_ledger_at_is_refused(client, moment):
    response = client.post("/jsonApi/snapshots", {"companyCodes": ["1000"], "extractedAt": moment}, format="json")
    assert response.status_code == 422, response.content


@pytest.mark.parametrize(
    "body",
    ["{", '{"companyCodes": ["\\ud800"]}', "[" * 100_000, '{"companyCodes": [NaN]}', "\xff", '"x"', "null", "1" * 5000],
)
def test_a_body_that_is_no_object_is_refused(client, body):
    response = client.post("/jsonApi/snapshots", body.encode("latin-1"), content_type="application/json")
    assert response.status_code == 400, response.content


COMMITS = [
    {"parts": "many"},
    {"parts": -1},
    {"expectedRows": True},
    {"expectedOpen": ["a"]},
    {"dryRun": []},
    {"part": 1},
]


@pytest.mark.parametrize("said", COMMITS, ids=str)
def test_a_commit_that_cannot_be_read_is_refused(client, second_night, said):
    assert client.post(f"{second_night}/commit", said, format="json").status_code == 400


def test_a_row_of_another_code_is_a_change(client, second_night):
    receipt = send_part(client, second_night, ledger(*NIGHT) + ledger(9, companyCode="2000")).json()
    assert [warning["code"] for warning in receipt["warnings"]] == ["outside_scope"]
    client.post(f"{second_night}/commit", {"expectedRows": 6})
    assert Invoice.objects.get(company_code="2000").open_amount == 100


def test_a_queued_load_in_one_request_is_stored_when_it_is_accepted(client, upload, receipt):
    receipt(ledger(*NIGHT))
    queued = upload(ledger(*NIGHT), query="?snapshot=true&companyCodes=1000", headers=BY_WORKER).json()
    load = FullLoad.objects.get()
    assert (load.state, load.company_codes, load.cutoff) == (
        LoadState.OPEN,
        ["1000"],
        Upload.objects.get(merged_at__isnull=False).merged_at,
    )
    ingest_queued(queued["id"])
    load.refresh_from_db()
    assert (load.state, str(load.commit_id)) == (LoadState.NOTHING_TO_CLOSE, queued["id"])


def test_what_merges_before_a_queued_load_has_its_turn_stays_open(client, upload, receipt):
    receipt(ledger(*NIGHT))
    upload(ledger(*NIGHT), query="?snapshot=true")
    queued = upload(ledger(1, 2, 3, 4), query="?snapshot=true", headers=BY_WORKER).json()
    receipt(ledger(5))
    ingest_queued(queued["id"])
    assert open_numbers() == list("12345")


def test_a_later_upload_that_is_queued_does_not_refuse_a_queued_load(client, upload, receipt):
    receipt(ledger(*NIGHT))
    upload(ledger(*NIGHT), query="?snapshot=true")
    queued = upload(ledger(1, 2, 3, 4), query="?snapshot=true", headers=BY_WORKER).json()
    Upload.objects.filter(pk=queued["id"]).update(created_at=timezone.now() - timedelta(minutes=1))
    FullLoad.objects.under_way().update(began_at=timezone.now() - timedelta(minutes=1))
    upload(ledger(7), headers=BY_WORKER)
    ingest_queued(queued["id"])
    assert open_numbers() == list("1234")


def test_a_queued_load_that_is_refused_ends(client, upload, receipt):
    receipt(ledger(*NIGHT))
    queued = upload(BAD, query="?snapshot=true", headers=BY_WORKER).json()
    ingest_queued(queued["id"])
    assert (FullLoad.objects.get().state, client.get(queued["url"]).json()["outcome"]) == (LoadState.REFUSED, "refused")


def test_a_queued_load_that_is_only_tried_leaves_none(client, upload, receipt):
    receipt(ledger(*NIGHT))
    queued = upload(ledger(1), query="?snapshot=true&dryRun=true", headers=BY_WORKER).json()
    ingest_queued(queued["id"])
    assert (FullLoad.objects.count(), open_numbers()) == (0, list("12345"))


def test_a_queued_load_is_refused_at_once_while_an_earlier_upload_waits(upload):
    upload(ledger(1), headers=BY_WORKER)
    Upload.objects.update(created_at=timezone.now() - timedelta(seconds=1))
    response = upload(ledger(1), query="?snapshot=true", headers=BY_WORKER)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (409, "upload_waiting")
    assert FullLoad.objects.count() == 0


def test_a_queued_load_in_one_request_takes_no_part_and_is_neither_committed_nor_abandoned(client, upload):
    upload(ledger(1), query="?snapshot=true", headers=BY_WORKER)
    url = f"/jsonApi/snapshots/{FullLoad.objects.get().pk}"
    answers = [send_part(client, url, ledger(1)), client.post(f"{url}/commit"), client.delete(url)]
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert {answer.json()["errors"][0]["code"] for answer in answers} == {"snapshot_not_in_parts"}
