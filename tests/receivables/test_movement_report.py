"""The report of movements, as its readers ask for it."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.utils import timezone
from openpyxl import load_workbook

from receivables.models import Invoice, today
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, invoice_row
from tests.receivables.movements import REPORT, report, shortly, since

pytestmark = pytest.mark.django_db

ITEM = {
    "companyCode": "1000",
    "customerNumber": "0007",
    "invoiceNumber": "S1",
    "accountingDocNumber": "1800000001",
    "fiscalYear": "2026",
    "lineItem": "1",
    "currency": "EUR",
    "invoiceAmount": 100,
}


def refused(client, **query):
    """Return status, field and code of a request that is refused."""
    response = client.get(REPORT, query)
    error = response.json()["errors"][0]
    return response.status_code, error["field"], error["code"]


@pytest.fixture
def first(receipt):
    """The receipt of the first upload, of one item."""
    return receipt([ITEM])


def test_an_item_has_its_identity_both_states_and_the_upload_that_moved_it(client, receipt, first):
    payment = receipt([ITEM | {"balanceAmount": "30"}])
    receipt([ITEM | {"dueDate": "2026-01-31"}])
    pk = Invoice.objects.get().pk
    assert since(client, first)["results"] == [
        {
            "id": pk,
            "url": f"/jsonApi/invoices/{pk}",
            **{name: value for name, value in ITEM.items() if name not in ("currency", "invoiceAmount")},
            "kind": "reduced",
            "currency": "EUR",
            "difference": "-70",
            "before": {"currency": "EUR", "openAmount": "100"},
            "after": {"currency": "EUR", "openAmount": "30"},
            "lastUpload": {"id": payment["id"], "url": payment["url"]},
            "movedFrom": None,
        }
    ]


def test_a_new_item_was_moved_by_the_upload_that_created_it_or_changed_its_amount(client, receipt, first):
    created = receipt([ITEM | {"invoiceNumber": "S2"}, ITEM | {"invoiceNumber": "S3"}])
    changed = receipt([ITEM | {"invoiceNumber": "S3", "balanceAmount": "5"}])
    found = since(client, first)["results"]
    assert [(row["before"], row["lastUpload"]["id"]) for row in found] == [(None, created["id"]), (None, changed["id"])]


def test_an_amount_has_the_decimal_places_of_its_account(client, account, receipt, first):
    type(account).objects.update(amount_decimal_places=2)
    receipt([ITEM | {"balanceAmount": "30.5"}])
    found = since(client, first)
    assert found["results"][0]["difference"] == "-69.50"
    assert found["sums"] == [
        {"companyCode": "1000", "currency": "EUR", "kind": "reduced", "items": 1, "amount": "-69.50"}
    ]


def test_both_moments_are_named_with_the_last_upload_of_each(client, receipt, first):
    payment = receipt([ITEM | {"balanceAmount": "30"}], query="?extractedAt=2026-01-31T20:00:00Z")
    found = since(client, first)
    for name, sent in (("since", first), ("until", payment)):
        last = found[name]["lastUpload"]
        assert (last["id"], last["mergedAt"]) == (sent["id"], found[name]["knownAt"])
    assert found["until"]["lastUpload"]["extractedAt"].startswith("2026-01-31T20:00:00")


def test_until_now_nothing_moved_after_the_last_upload(client, first):
    found = since(client, first)
    assert (found["since"], found["results"], found["sums"]) == (found["until"], [], [])
    assert since(client, first, until="now") == found
    now = report(client, since=timezone.now().isoformat())
    assert (now["results"], now["since"]["lastUpload"]["id"]) == ([], first["id"])


def test_what_came_later_is_not_in_a_window_before_it(client, receipt, first):
    payment = receipt([ITEM | {"balanceAmount": "30"}])
    receipt([ITEM | {"balanceAmount": "0"}, ITEM | {"invoiceNumber": "S2"}])
    assert shortly(since(client, first, until=f"load:{payment['id']}")) == [("reduced", "S1", "EUR", "-70")]
    assert shortly(since(client, payment)) == [("settled", "S1", "EUR", "-30"), ("new", "S2", "EUR", "100")]


def days_ago(days):
    return (today() - timedelta(days=days)).isoformat()


def age(days):
    """Have all that was stored be so many days older."""
    with connection.cursor() as cursor:
        for table, columns in {
            "uploads_upload": ["merged_at"],
            "receivables_invoice": ["created_at", "updated_at"],
            "receivables_invoicechange": ["changed_at", "valid_from"],
        }.items():
            aged = ", ".join(f"{column} = {column} - make_interval(days => {days})" for column in columns)
            cursor.execute(f"UPDATE {table} SET {aged}")  # noqa: S608 - our own texts


def test_a_day_is_whole_from_its_beginning_to_its_end(client, receipt, first):
    age(1)
    receipt([ITEM | {"balanceAmount": "60"}])
    age(1)
    receipt([ITEM | {"balanceAmount": "10"}])
    assert shortly(report(client, since=days_ago(1))) == [("reduced", "S1", "EUR", "-90")]
    assert shortly(report(client, since=days_ago(1), until=days_ago(1))) == [("reduced", "S1", "EUR", "-40")]
    assert shortly(report(client, since=days_ago(1), until=days_ago(0))) == [("reduced", "S1", "EUR", "-90")]
    assert shortly(report(client, since=days_ago(0))) == [("reduced", "S1", "EUR", "-50")]


def test_a_moment_may_have_an_offset(client, receipt, first):
    receipt([ITEM | {"balanceAmount": "60"}])
    moment = Upload.objects.get(pk=first["id"]).merged_at
    shifted = (moment + timedelta(hours=14)).strftime("%Y-%m-%dT%H:%M:%S.%f+14:00")
    assert shortly(report(client, since=shifted)) == [("reduced", "S1", "EUR", "-40")]


@pytest.fixture
def several(receipt, first):
    """Items of two customers, company codes and currencies that moved after the first upload."""
    rows = [
        ITEM | {"invoiceNumber": f"N{number}", "customerNumber": customer, "companyCode": code, "currency": currency}
        for number, (customer, code, currency) in enumerate(
            [("7", "1000", "EUR"), ("8", "1000", "USD"), ("8", "2000", "EUR"), ("8", "", "")]
        )
    ]
    receipt([*rows, ITEM | {"balanceAmount": "1", "currency": "USD"}])
    return first


FILTERS = {
    "customerNumber": ("07", ["S1", "S1", "N0"]),
    "companyCode": ("2000", ["N2"]),
    "currency": ("USD", ["S1", "N1"]),
    "kind": ("currency", ["S1", "S1"]),
}


@pytest.mark.parametrize(("name", "value", "numbers"), [(name, *of) for name, of in FILTERS.items()], ids=FILTERS)
def test_filters_leave_items_and_their_sums(client, several, name, value, numbers):
    found = since(client, several, **{name: value})
    assert [row["invoiceNumber"] for row in found["results"]] == numbers
    assert sum(row["items"] for row in found["sums"]) == len(numbers)


def test_pages_follow_one_another_between_the_same_moments(client, receipt, several):
    whole = since(client, several)
    pages, page = [], since(client, several, pageSize=2)
    receipt([ITEM | {"invoiceNumber": "later"}])
    while True:
        pages.append(page)
        if page["next"] is None:
            break
        page = client.get(page["next"]).json()
    assert [len(one["results"]) for one in pages] == [2, 2, 2]
    assert [row for one in pages for row in one["results"]] == whole["results"]
    assert [one["sums"] for one in pages] == [whole["sums"]] * 3
    assert {one["until"]["knownAt"] for one in pages} == {whole["until"]["knownAt"]}


def file_of(client, first, kind):
    response = client.get(REPORT, {"since": f"load:{first['id']}", "format": kind})
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="movements.{kind}"'
    return b"".join(response.streaming_content)


def test_a_file_has_all_items_and_its_differences_add_up(client, several):
    whole = since(client, several)
    table = list(csv.DictReader(StringIO(file_of(client, several, "csv").decode())))
    assert [row["invoiceNumber"] for row in table] == [row["invoiceNumber"] for row in whole["results"]]
    assert [row["difference"] for row in table] == [row["difference"] for row in whole["results"]]
    assert [row["lastUpload"] for row in table] == [row["lastUpload"]["id"] for row in whole["results"]]
    assert (table[0]["currencyBefore"], table[0]["openAmountBefore"], table[0]["openAmountAfter"]) == (
        "EUR",
        "100",
        "1",
    )


def test_a_workbook_has_all_items_with_amounts_as_numbers(client, several):
    sheet = load_workbook(BytesIO(file_of(client, several, "xlsx"))).active
    heading, *rows = sheet.iter_rows(values_only=True)
    differences = [dict(zip(heading, row, strict=True))["difference"] for row in rows]
    assert differences == [int(row["difference"]) for row in since(client, several)["results"]]


def test_a_file_has_no_pages(client, first):
    assert refused(client, since=f"load:{first['id']}", format="csv", pageSize="2")[:2] == (400, "pageSize")


NOBODYS = "load:00000000-0000-0000-0000-000000000000"
REFUSED = {
    "no since": ({}, (400, "since", "required")),
    "no moment": ({"since": "yesterday"}, (400, "since", "invalid")),
    "no id": ({"since": "load:1"}, (400, "since", "invalid")),
    "nobody's load": ({"since": NOBODYS}, (422, "since", "unknown_load")),
    "the year 1": ({"since": "0001-01-01"}, (422, "since", "not_known_then")),
    "the future": ({"since": "9999-12-31T00:00:00Z"}, (422, "since", "in_future")),
    "a day to come": ({"since": "FIRST", "until": "9999-12-31"}, (422, "until", "in_future")),
    "another kind": ({"since": "FIRST", "kind": "paid"}, (400, "kind", "invalid_choice")),
    "a damaged cursor": ({"since": "FIRST", "cursor": "x"}, (400, "cursor", "invalid_cursor")),
    "too many rows": ({"since": "FIRST", "pageSize": "1001"}, (400, "pageSize", "max_value")),
}


@pytest.mark.parametrize(("query", "answer"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_answered_is_refused(client, first, query, answer):
    named = {name: value.replace("FIRST", f"load:{first['id']}") for name, value in query.items()}
    assert refused(client, **named) == answer


def test_a_window_that_ends_before_it_begins_is_refused(client, receipt, first):
    second = receipt([ITEM | {"balanceAmount": "30"}])
    query = {"since": f"load:{second['id']}", "until": f"load:{first['id']}"}
    assert refused(client, **query) == (400, "since", "since_after_until")


def test_a_load_of_another_account_is_unknown(client, first):
    other = client_of(AccountFactory())
    assert other.post("/jsonApi/upload/invoices", [invoice_row()], format="json").status_code == 200
    assert refused(other, since=f"load:{first['id']}") == (422, "since", "unknown_load")


def test_an_account_without_uploads_has_no_moment(client):
    assert refused(client, since=days_ago(1)) == (422, "since", "not_known_then")


@pytest.mark.parametrize("name", ["since", "until"])
def test_a_moment_that_is_not_known_is_told_the_first_that_is(client, first, name):
    response = client.get(REPORT, {"since": f"load:{first['id']}"} | {name: "2001-01-31"})
    moment = since(client, first)["since"]["knownAt"]
    message = f"What was open is known from {moment} on. Name a moment from then on."
    assert response.json()["errors"][0]["message"] == message


def test_movements_of_other_accounts_are_not_seen(client, receipt, first):
    other = client_of(AccountFactory())
    sent = other.post("/jsonApi/upload/invoices", [ITEM], format="json").json()
    assert other.post("/jsonApi/upload/invoices", [ITEM | {"balanceAmount": "5"}], format="json").status_code == 200
    assert since(client, first)["results"] == []
    assert shortly(since(other, sent)) == [("reduced", "S1", "EUR", "-95")]
