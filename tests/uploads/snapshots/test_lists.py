"""What is shown of full loads over REST, and to whom: each of them, their missing items, their list."""

import pytest

from tests.conftest import client_of
from tests.factories import AccountFactory
from tests.uploads.loads import begin, ledger, send_part


def test_full_loads_of_the_blank_company_code_are_found(client):
    begin(client, "1000")
    blank = begin(client, "", "2000")
    found = client.get('/jsonApi/snapshots?companyCode=""').json()["results"]
    assert [load["url"] for load in found] == [blank]


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
