"""What the aging report is asked for in vain: refused, with the field and the remedy."""

import pytest

from tests.receivables.aging import AGING

DAY = "asOf is a day written as 2026-01-31. Leave it out for today."
GROUPING = "groupBy is one of customer, customerNumber, companyCode, currency, none."
BASIS = "dateBasis is one of dueDate, invoiceDate."
DAYS = (
    "buckets are whole numbers of days from 1 to 36500, ascending, separated by commas, at most 20 of them, "
    "as in 30,60,90."
)
PAGE_SIZE = "pageSize is a whole number from 1 to 1000."
ILL_FORMED = {
    "asOf": (
        DAY,
        ["soon", "31.01.2026", "2026-02-30", "20260131", "2026-01-31T00:00:00Z", "0000-01-01", "10000-01-01", "a\0b"],
    ),
    "groupBy": (GROUPING, ["Customer", "customernumber", "customer,currency", "a\0b", "9" * 5000]),
    "dateBasis": (BASIS, ["due_date", "duedate", "postDate"]),
    "buckets": (
        DAYS,
        [
            "0,30",
            "-30",
            "+30",
            "30,30",
            "60,30",
            "30,,60",
            "30,",
            ",30",
            "30;60",
            "30 60",
            "1.5",
            "1e2",
            "abc",
            "²",
            "\u0663\u0660",
            "30\n",
            "36501",
            "9" * 5000,
            ",".join(map(str, range(1, 22))),
            "[30,60]",
        ],
    ),
    "pageSize": (PAGE_SIZE, ["0", "-1", "1001", "abc", "1.0", "²", "\u0661", "+5", "9" * 5000, "1\0"]),
}
CASES = [(name, value, message) for name, (message, values) in ILL_FORMED.items() for value in values]


@pytest.mark.parametrize(("name", "value", "message"), CASES, ids=lambda value: repr(value[:12]))
def test_an_ill_formed_parameter_is_refused_with_its_remedy(name, value, message, client):
    response = client.get(AGING, {name: value})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    [error] = response.json()["errors"]
    assert (error["field"], error["message"]) == (name, message)


def test_every_ill_formed_parameter_is_named(client):
    errors = client.get(AGING, {"asOf": "soon", "groupBy": "all", "buckets": "x", "pageSize": "0"}).json()["errors"]
    assert [error["field"] for error in errors] == ["asOf", "buckets", "groupBy", "pageSize"]


@pytest.mark.parametrize("name", ["customerNumber", "companyCode", "currency", "cursor"])
def test_a_text_with_nul_is_refused(name, client):
    response = client.get(AGING, {name: "a\0b"})
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [name]


@pytest.mark.parametrize("name", [*ILL_FORMED, "customerNumber", "companyCode", "currency", "cursor"])
def test_an_empty_parameter_is_refused(name, client):
    [error] = client.get(AGING, {name: " "}).json()["errors"]
    assert (error["field"], error["code"]) == (name, "empty_parameter")


@pytest.mark.parametrize("name", ["customerNumber", "companyCode", "currency"])
@pytest.mark.parametrize(
    "value",
    ["9" * 5000, "🧾", b"\xff\xfe", b"\xed\xb3\xbf", "%"],
    ids=["long", "an emoji", "no UTF-8", "a surrogate", "a pattern"],
)
def test_an_odd_text_finds_nothing(name, value, client):
    response = client.get(AGING, {name: value})
    assert (response.status_code, response.json()["results"]) == (200, [])


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_report_is_only_read(method, client):
    assert getattr(client, method)(AGING).status_code == 405
