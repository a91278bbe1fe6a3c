"""What the sender is told: counts, totals, errors, and that it can be read again later."""

import pytest

from tests.conftest import client_of
from tests.factories import customer_row, invoice_row
from tests.uploads.rows_of_each_kind import BAD, CHANGED, COUNTS, NEW, STORED
from tests.uploads.wire_texts import invoice_text

PROBLEM_MEMBERS = {"title", "status", "detail"}


OUTCOMES = [
    pytest.param([], "accepted", [0, 0, 0, 0, 0, 0], id="no rows"),
    pytest.param([NEW], "accepted", [1, 1, 0, 0, 0, 0], id="a new row"),
    pytest.param([NEW, CHANGED, STORED[1]], "accepted", [3, 1, 1, 1, 0, 0], id="one of each"),
    pytest.param([NEW, NEW, CHANGED], "accepted", [3, 1, 1, 1, 0, 0], id="a repeated row"),
    pytest.param([BAD], "refused", [1, 0, 0, 0, 1, 1], id="a bad row"),
    pytest.param([NEW, BAD, CHANGED], "refused", [3, 0, 0, 0, 3, 1], id="a bad row among good ones"),
    pytest.param([CHANGED, STORED[0], NEW], "refused", [3, 0, 0, 0, 3, 2], id="a contradiction"),
    pytest.param([BAD | {"lineItem": []}, NEW], "refused", [2, 0, 0, 0, 2, 1], id="two errors in a row"),
    pytest.param("rows", "refused", [0, 0, 0, 0, 0, 0], id="no JSON"),
]


@pytest.mark.parametrize(("rows", "outcome", "counts"), OUTCOMES)
def test_every_row_is_counted_once(receipt, upload, rows, outcome, counts):
    receipt(STORED)
    told = upload(rows).json()
    assert told["outcome"] == outcome
    assert [told[count] for count in COUNTS] == counts


@pytest.mark.parametrize(("rows", "outcome", "_"), OUTCOMES)
def test_what_the_sender_was_told_can_be_read_again(receipt, upload, client, rows, outcome, _):
    receipt(STORED)
    told = upload(rows).json()
    members = PROBLEM_MEMBERS if outcome == "refused" else set()
    assert client.get(told["url"]).json() == {name: told[name] for name in told.keys() - members}


def test_a_refusal_is_a_problem_document_with_the_receipts_members(upload):
    response = upload([NEW, BAD])
    problem = response.json()
    assert response.headers["Content-Type"] == "application/problem+json"
    assert (problem["title"], problem["status"]) == ("Bad Request", 400)
    assert problem["detail"].startswith("1 of 2 rows have errors, so none of the array was stored.")


def test_a_receipt_has_these_members(receipt, client):
    told = receipt([NEW])
    key = client.get("/jsonApi/whoami").json()["key"]
    assert told == {
        "id": told["id"],
        "url": f"/jsonApi/uploads/{told['id']}",
        "resource": "invoices",
        "kind": "rows",
        "state": "finished",
        "outcome": "accepted",
        "handling": "strict",
        "dryRun": False,
        "createdAt": told["createdAt"],
        "extractedAt": None,
        "key": key,
        "sameBodyAs": None,
        "progress": {"rowsRead": 1, "rowsStaged": 1, "rowsMerged": 1},
        "durationSeconds": told["durationSeconds"],
        "received": 1,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "invalid": 0,
        "closed": 0,
        "reopened": 0,
        "countsComplete": True,
        "snapshot": None,
        "undo": None,
        "undoneBy": None,
        "totals": told["totals"],
        "errors": [],
        "errorsOmitted": 0,
        "warnings": [],
        "warningsOmitted": 0,
        "rejectedOmitted": 0,
        "rejectedOverBudget": 0,
    }


def test_an_error_names_row_field_code_and_the_rows_own_numbers(errors):
    bad = invoice_row(customerNumber="C-9", invoiceNumber="S3", companyCode="US01", fiscalYear=2026, dueDate="soon")
    assert errors([invoice_row(), bad]) == [
        {
            "index": 1,
            "pointer": "/1/dueDate",
            "field": "dueDate",
            "code": "invalid_date",
            "message": 'row 2: dueDate "soon" is not a date. Send "2026-01-31" or "20260131".',
            "identity": {
                "companyCode": "US01",
                "customerNumber": "C-9",
                "invoiceNumber": "S3",
                "fiscalYear": "2026",
            },
        }
    ]


def test_an_error_of_a_customer_names_the_customers_numbers(errors):
    [error] = errors([customer_row(cocode="XY22", phoneno=True)], "customers")
    assert error["identity"] == {"cocode": "XY22", "customerno": "231231201"}


def test_the_identity_in_an_error_holds_what_is_text_and_at_most_100_characters(errors):
    refused = errors([invoice_row(customerNumber=["1"], invoiceNumber="9" * 5000)])
    assert [error["identity"] for error in refused] == [{"invoiceNumber": "9" * 100}] * 2


@pytest.mark.parametrize(
    ("key", "pointer"),
    [
        ("a/b", "/0/a~1b"),
        ("a~b", "/0/a~0b"),
        ("~1/", "/0/~01~1"),
        ("ä b", "/0/ä b"),
        pytest.param("", "/0/", id="empty"),
    ],
)
def test_a_pointer_escapes_the_key_it_points_at(errors, key, pointer):
    [error] = errors([invoice_row(**{key: "\0"})])
    assert (error["pointer"], error["field"]) == (pointer, key)


@pytest.mark.parametrize("value", ["1" * 100_000, '"' + "x" * 100_000 + '"'], ids=["number", "text"])
def test_a_long_value_is_quoted_short(errors, value):
    [error] = errors(f"[{invoice_text(dueDate=value)}]")
    assert len(error["message"]) < 150


def test_a_long_key_is_named_short(upload):
    response = upload([invoice_row(**{"k" * 70_000: 1})])
    assert [error["code"] for error in response.json()["errors"]] == ["too_large"]
    assert len(response.content) < 3000


def test_of_1_500_errors_the_first_1_000_are_told_and_500_counted(upload):
    told = upload([invoice_row(invoiceNumber=f"{n}", dueDate="soon") for n in range(1500)]).json()
    assert [error["index"] for error in told["errors"]] == list(range(1000))
    assert told["errorsOmitted"] == 500
    assert [told[count] for count in COUNTS] == [1500, 0, 0, 0, 1500, 1500]


def test_warnings_are_told_beside_errors(upload):
    told = upload([invoice_row(dueDate="20260131"), BAD]).json()
    assert [warning["code"] for warning in told["warnings"]] == ["compact_date"]


def test_of_1_200_kinds_of_warnings_1_000_are_told_and_200_counted(receipt):
    told = receipt([invoice_row(**{f"{n}": n for n in range(1200)})])
    assert (len(told["warnings"]), told["warningsOmitted"]) == (1000, 200)


def test_uploads_are_listed_newest_first_refused_ones_too(upload, client):
    sent = [upload(rows).json()["id"] for rows in ([NEW], [BAD], "[{", [])]
    listed = client.get("/jsonApi/uploads").json()["results"]
    assert [summary["id"] for summary in listed] == sent[::-1]
    assert [summary["outcome"] for summary in listed] == ["accepted", "refused", "refused", "accepted"]


def test_a_listed_upload_names_its_counts_and_the_address_of_its_receipt(receipt, client):
    told = receipt([NEW, NEW])
    [summary] = client.get("/jsonApi/uploads").json()["results"]
    assert summary == {name: told[name] for name in summary}
    assert {"url", "resource", "outcome", "createdAt", "key", *COUNTS} <= summary.keys()


def test_receipts_are_read_by_their_own_account_alone(receipt, other_account):
    url, stranger = receipt([NEW])["url"], client_of(other_account)
    assert stranger.get(url).status_code == 404
    assert stranger.get("/jsonApi/uploads").json()["results"] == []
