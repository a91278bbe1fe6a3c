"""Reports and lists as of a moment: the very answers that were given then."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from customers.models import Customer
from receivables.models import Invoice
from receivables.reports.moments import moment_text
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, customer_row, invoice_row
from tests.receivables.statements import address
from tests.uploads.loads import full_load, ledger_of

pytestmark = pytest.mark.django_db
AGING, INVOICES = "/jsonApi/reports/aging", "/jsonApi/invoices"
GROUPS = ["customer", "customerNumber", "companyCode", "currency", "none"]
OF_MOMENT = ("knownAt", "lastUpload")


def night(receipt: Any, number: str, balance: str, **values: Any) -> None:
    columns = {"customerNumber": "4711", "companyCode": "1000", "currency": "EUR", "dueDate": "2026-01-31"}
    receipt([invoice_row(invoiceNumber=number, balanceAmount=balance, **columns | values)])


def loads(count: int) -> list[str]:
    return [f"load:{pk}" for pk in Upload.objects.order_by("merged_at").values_list("pk", flat=True)[:count]]


def without_moment(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in OF_MOMENT}


def answers(client: Any, queries: list[tuple[str, dict[str, str]]], **more: str) -> list[Any]:
    bodies = []
    for url, query in queries:
        response = client.get(url, query | more)
        assert response.status_code == 200, response.content
        bodies.append(without_moment(response.json()))
    return bodies


def test_aging_is_what_it_was_by_each_grouping(client, receipt):
    queries = [(AGING, {"groupBy": group, "asOf": str(datetime.now(UTC).date())}) for group in GROUPS]
    queries += [(AGING, query | {"customerNumber": "04711"}) for _, query in queries]
    queries += [(AGING, query | {"currency": "EUR"}) for _, query in queries]
    recorded = []
    nights: list[dict[str, Any]] = [
        {},
        {"customerName": "Alpha"},
        {"currency": "USD", "dueDate": "2026-02-28"},
        {"customerName": "Beta", "balanceAmount": "no amount"},
        {"balanceAmount": "0"},
        {"balanceAmount": "-7", "currency": ""},
    ]
    for number, values in enumerate(nights):
        night(
            receipt, "1", **{"balance": "100", **{{"balanceAmount": "balance"}.get(k, k): v for k, v in values.items()}}
        )
        receipt([customer_row(customerno=str(4710 + number), companyname=f"Name {number}", cocode="")], "customers")
        recorded.append(answers(client, queries))
    moments = Upload.objects.filter(resource="customers").order_by("merged_at").values_list("pk", flat=True)
    assert [answers(client, queries, knownAt=f"load:{pk}") for pk in moments] == recorded


def test_names_are_those_of_then(client, receipt):
    night(receipt, "1", "10", customerName="Of the item")
    for name in ("First", "Second", ""):
        receipt([customer_row(customerno="4711", companyname=name, cocode="")], "customers")
    night(receipt, "1", "10", customerName="Renamed")
    named = [client.get(AGING, {"knownAt": load}).json()["results"][0]["customerName"] for load in loads(5)]
    assert named == ["Of the item", "First", "Second", "Of the item", "Renamed"]


def test_an_item_belongs_to_the_customers_of_then(client, receipt):
    night(receipt, "1", "10", companyCode="")
    receipt([customer_row(customerno="4711", cocode="1000")], "customers")
    receipt([customer_row(customerno="4711", cocode="2000")], "customers")
    first = Customer.objects.get(company_code="1000")
    codes = [client.get(AGING, {"knownAt": load}).json()["results"][0]["companyCode"] for load in loads(3)]
    assert codes == ["", "1000", ""]
    owed = [len(client.get(address(first), {"knownAt": load}).json()["currencies"]) for load in loads(3)[1:]]
    listed = [
        len(client.get(f"/jsonApi/customers/{first.pk}/invoices", {"knownAt": x}).json()["results"])
        for x in loads(3)[1:]
    ]
    assert owed == listed == [1, 0]


def test_customers_that_came_later_were_unknown(account, receipt, staff):
    night(receipt, "1", "10")
    receipt([customer_row(customerno="4711", cocode="1000")], "customers")
    moments = Upload.objects.order_by("merged_at").values_list("merged_at", flat=True)
    url, query = "/admin/receivables/invoice/", {"quality": "unknown_customer"}
    listed = [staff.get(url, query | {"known_at": moment_text(moment)}) for moment in moments]
    assert [page.context["cl"].result_count for page in listed] == [1, 0]


def test_what_a_full_load_closed_was_open_before(client, upload):
    full_load(upload, ledger_of(100))
    full_load(upload, ledger_of(97))
    totals = [
        client.get(AGING, {"groupBy": "none", "knownAt": load}).json()["results"][0]["total"] for load in loads(2)
    ]
    closed = [
        client.get(INVOICES, {"closed": "true", "count": "true", "knownAt": load}).json()["count"] for load in loads(2)
    ]
    assert (totals, closed) == (["10000", "9700"], [0, 3])


def test_an_answer_names_its_moment_and_its_last_upload(client, upload):
    upload([invoice_row()], query="?extractedAt=2026-11-01T00:00:00Z")
    only = Upload.objects.get()
    told = {
        "knownAt": moment_text(only.merged_at),
        "lastUpload": {
            "id": str(only.pk),
            "url": f"/jsonApi/uploads/{only.pk}",
            "kind": "rows",
            "mergedAt": moment_text(only.merged_at),
            "extractedAt": "2026-11-01T00:00:00.000000Z",
        },
    }
    for url in (AGING, INVOICES, f"{INVOICES}/{Invoice.objects.get().pk}"):
        body = client.get(url, {"knownAt": f"load:{only.pk}"}).json()
        assert {name: body[name] for name in OF_MOMENT} == told
        now = client.get(url, {"knownAt": "now"})
        assert not now.json().keys() & OF_MOMENT
        assert now.content == client.get(url).content


def test_a_day_before_today_is_known_at_its_end(client, receipt):
    night(receipt, "1", "10")
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    then = datetime.combine(yesterday, datetime.min.time(), UTC)
    Upload.objects.update(merged_at=then)
    Invoice.objects.update(created_at=then, updated_at=then)
    night(receipt, "1", "3")
    body = client.get(AGING, {"asOf": str(yesterday)}).json()
    assert (body["knownAt"], body["results"][0]["total"]) == (f"{yesterday}T23:59:59.999999Z", "10")
    now = client.get(AGING, {"asOf": str(yesterday), "knownAt": "now"}).json()
    assert (now.keys() & OF_MOMENT, now["results"][0]["total"]) == (set(), "3")


def test_a_day_before_the_first_upload_is_refused_with_the_remedy(client, receipt):
    night(receipt, "1", "10")
    response = client.get(AGING, {"asOf": "2024-02-29"})
    [error] = response.json()["errors"]
    assert (response.status_code, error["field"], error["code"]) == (422, "asOf", "not_known_then")
    assert moment_text(Upload.objects.get().merged_at) in error["message"]
    assert "knownAt=now" in error["message"]


def test_pages_of_the_report_stay_with_their_moment(client, receipt):
    for number in range(3):
        night(receipt, str(number), "10", customerNumber=str(number))
    page = client.get(AGING, {"knownAt": loads(3)[2], "pageSize": "1"}).json()
    night(receipt, "1", "99", customerNumber="1")
    second = client.get(page["next"]).json()
    assert second["knownAt"] == page["knownAt"]
    assert [row["total"] for row in second["results"]] == ["10"]


def test_what_was_taken_back_is_answered_as_it_was(client, receipt):
    night(receipt, "1", "10", customerName="Right")
    night(receipt, "1", "99", customerName="Wrong", currency="USD")
    wrong = loads(2)[1].removeprefix("load:")
    assert client.post(f"/jsonApi/uploads/{wrong}/undo?confirm=true").status_code == 200
    found = [client.get(AGING, {"knownAt": load}).json()["results"][0] for load in loads(3)]
    assert [(row["customerName"], row["currency"], row["total"]) for row in found] == [
        ("Right", "EUR", "10"),
        ("Wrong", "USD", "99"),
        ("Right", "EUR", "10"),
    ]
    assert client.get(AGING, {"knownAt": loads(3)[2]}).json()["lastUpload"]["kind"] == "undo"


@pytest.mark.parametrize("ordering", ["id", "-openAmount", "dueDate", "-updatedAt"])
def test_pages_of_the_list_stay_with_their_moment(client, receipt, ordering):
    for number in range(4):
        night(receipt, str(number), str(10 + number), dueDate="" if number == 2 else f"2026-01-0{number + 1}")
    query = {"knownAt": loads(4)[3], "pageSize": "1", "ordering": ordering, "fields": "invoiceNumber,openAmount"}
    whole = client.get(INVOICES, query | {"pageSize": "4"}).json()["results"]
    page = client.get(INVOICES, query).json()
    for number in range(4):
        night(receipt, str(number), "1", dueDate="2026-09-09")
    seen, moment = page["results"], page["knownAt"]
    while page["next"]:
        page = client.get(page["next"]).json()
        seen += page["results"]
        assert page["knownAt"] == moment
    assert seen == whole
    assert sorted(row["openAmount"] for row in whole) == [10, 11, 12, 13]
    back = client.get(page["previous"]).json()
    assert (back["knownAt"], back["results"]) == (moment, whole[2:3])


def test_filters_are_of_the_columns_of_then(client, receipt):
    night(receipt, "1", "10", customerName="Rowan Glass", status="first")
    night(receipt, "1", "0", customerName="Beech Wood", status="second", dueDate="2026-02-01")
    before, after = loads(2)
    for query in (
        {"open": "true"},
        {"search": "rowan gl"},
        {"status": "first"},
        {"uploadId": before.removeprefix("load:")},
        {"dueDate__lte": "2026-01-31"},
        {"openAmount__gte": "10"},
        {"overdue": "true"},
        {"customerNumber": "004711", "open": "true"},
    ):
        found = [client.get(INVOICES, query | {"knownAt": load}).json()["results"] for load in (before, after)]
        assert [len(rows) for rows in found] == [1, 0], query
    moment = client.get(f"{INVOICES}?knownAt={after}").json()["knownAt"]
    assert [
        len(client.get(INVOICES, {"updatedSince": moment, "knownAt": x}).json()["results"]) for x in (before, after)
    ] == [0, 1]


def test_overdue_counts_from_the_day_of_the_moment(client, receipt):
    then = datetime.now(UTC) - timedelta(days=40)
    due = (then - timedelta(days=5)).date()
    night(receipt, "1", "10", dueDate=str(due))
    Upload.objects.update(merged_at=then)
    Invoice.objects.update(created_at=then, updated_at=then)
    for query, count in (({"overdueDaysMax": "5"}, 1), ({"overdueDaysMin": "6"}, 0), ({"overdue": "true"}, 1)):
        body = client.get(INVOICES, query | {"knownAt": moment_text(then)}).json()
        assert len(body["results"]) == count, query
    assert client.get(INVOICES, {"overdueDaysMax": "5"}).json()["results"] == []


def test_files_of_a_list_name_their_moment_in_headers(client, receipt):
    night(receipt, "1", "10")
    night(receipt, "1", "7")
    first = Upload.objects.order_by("merged_at")[0]
    response = client.get(INVOICES, {"knownAt": f"load:{first.pk}", "format": "csv", "fields": "openAmount"})
    assert (response["X-Known-At"], response["X-Last-Upload"]) == (moment_text(first.merged_at), str(first.pk))
    assert b"".join(response.streaming_content).split() == [b"openAmount", b"10"]
    assert "X-Known-At" not in client.get(INVOICES, {"format": "csv"})


def test_a_statement_is_of_the_customer_and_the_items_of_then(client, receipt):
    receipt([customer_row(customerno="4711", cocode="1000", companyname="Old name")], "customers")
    night(receipt, "1", "10")
    receipt([customer_row(customerno="4711", cocode="1000", companyname="New name")], "customers")
    night(receipt, "1", "3")
    customer = Customer.objects.get()
    _, first, _, _ = loads(4)
    body = client.get(address(customer), {"knownAt": first}).json()
    assert (body["customer"]["name"], body["currencies"][0]["closing"]["amount"]) == ("Old name", "10")
    assert body["lastUpload"]["id"] == first.removeprefix("load:")
    table = client.get(address(customer), {"knownAt": first, "format": "csv"})
    lines = list(csv.DictReader(io.StringIO(b"".join(table.streaming_content).decode())))
    assert {line["knownAt"] for line in lines} == {body["knownAt"]} == {table["X-Known-At"]}
    letter = client.get(address(customer), {"knownAt": first, "format": "pdf"})
    assert letter["X-Known-At"] == body["knownAt"]
    text = PdfReader(io.BytesIO(letter.content)).pages[0].extract_text()
    assert f"As known at {body['knownAt'][:19].replace('T', ' ')} UTC" in text


def test_a_customer_or_an_invoice_that_came_later_is_refused(client, receipt):
    night(receipt, "1", "10")
    night(receipt, "2", "10")
    receipt([customer_row(customerno="4711")], "customers")
    first = loads(1)[0]
    customer, later = Customer.objects.get(), Invoice.objects.get(invoice_number="2")
    for url, came in (
        (address(customer), customer),
        (f"/jsonApi/customers/{customer.pk}/invoices", customer),
        (f"{INVOICES}/{later.pk}", later),
    ):
        response = client.get(url, {"knownAt": first})
        [error] = response.json()["errors"]
        assert (response.status_code, error["code"]) == (422, "not_known_then")
        assert f"it came at {moment_text(came.created_at)}" in error["message"]


def test_another_accounts_rows_are_as_unknown_as_ever(client, receipt):
    night(receipt, "1", "10")
    other = client_of(AccountFactory())
    theirs = f"{INVOICES}/{Invoice.objects.get().pk}"
    other.post("/jsonApi/upload/invoices", [invoice_row()], format="json")
    own = Upload.objects.exclude(account=Upload.objects.order_by("merged_at")[0].account).get()
    assert other.get(theirs, {"knownAt": f"load:{own.pk}"}).status_code == 404
    assert other.get(INVOICES, {"knownAt": loads(1)[0]}).status_code == 422


def test_a_moment_that_is_none_is_refused(client):
    response = client.get(INVOICES, {"knownAt": "2026-11-01"})
    [error] = response.json()["errors"]
    assert (response.status_code, error["field"], error["code"]) == (400, "knownAt", "invalid")
    assert client.get(INVOICES, {"knownAt": moment_text(datetime.now(UTC) + timedelta(days=1))}).status_code == 422
    assert client.get(INVOICES, {"knownAt": "now"}).json()["results"] == []
