"""What was not taken of an upload: its errors page by page, and its rows as they were sent, to be sent again."""

import json
from uuid import UUID

import pytest

from receivables.models import Invoice
from receivables.uploads.worker import ingest_queued
from tests.conftest import client_of
from tests.factories import LENIENT, customer_row, invoice_row
from tests.uploads.wire_texts import invoice_text

LINES = {"content_type": "application/x-ndjson", "headers": LENIENT}
GOOD = invoice_row(invoiceNumber="good")


def bad(number):
    return invoice_row(invoiceNumber=f"{number}", dueDate="soon", lineItem=[])


@pytest.fixture
def rejected(upload, client):
    """Upload leniently and return the rows that are given back."""

    def send(body, resource="invoices", **options):
        url = upload(body, resource, **{"headers": LENIENT} | options).json()["url"]
        response = client.get(f"{url}/rejected")
        assert response.status_code == 200, response.content
        return response.json()

    return send


@pytest.fixture
def pages(client):
    """Follow a list from page to page, and return the results of each."""

    def read(url, to="next"):
        found = []
        while url:
            page = client.get(url).json()
            found.append(page["results"])
            url = page[to]
        return found

    return read


AS_SENT = [
    pytest.param(invoice_text(dueDate='"soon"'), id="a bad value"),
    pytest.param(invoice_text(invoiceAmount="1.50", localAmount="1e2", dueDate="20260131"), id="numbers and dates"),
    pytest.param(invoice_text(dueDate='"soon"', colour='{"b": 1, "a": [1.0]}'), id="unknown keys in their order"),
    pytest.param('{"invoiceNumber" :\t"\\u00fc\\/",  "itemText": "  \\n" }', id="escapes and blanks"),
    pytest.param('{"customerNumber": "1", "customerNumber": "2"}', id="a key twice"),
    pytest.param("{}", id="no keys"),
    pytest.param("[[1, 2.0]]", id="an array"),
    pytest.param("null", id="null"),
    pytest.param('"row"', id="a text"),
    pytest.param("-0.0", id="a number"),
]

NO_JSON = [
    pytest.param(b"hello", "hello", id="no JSON"),
    pytest.param(b'{"invoiceNumber": ', '{"invoiceNumber": ', id="half a row"),
    pytest.param(b'{"invoiceAmount": NaN}', '{"invoiceAmount": NaN}', id="NaN within"),
    pytest.param(b'{"itemText": "Gr\xfc\xdfe"}', r'{"itemText": "Gr\xfc\xdfe"}', id="Latin-1"),
    pytest.param(b"[" * 200_000, "[" * 200_000, id="200,000 brackets"),
]


@pytest.mark.parametrize("row", AS_SENT)
def test_a_rejected_row_is_given_back_as_it_was_sent(upload, client, row):
    url = upload(f"[{json.dumps(GOOD)},\n {row} ]", headers=LENIENT).json()["url"]
    assert client.get(f"{url}/rejected").content.decode() == f"[{row}]"


@pytest.mark.parametrize(("line", "text"), NO_JSON)
def test_a_row_that_is_no_json_is_given_back_as_text(rejected, line, text):
    assert rejected(json.dumps(GOOD).encode() + b"\n" + line + b"\n", **LINES) == [text]


def test_an_array_with_what_json_does_not_know_gives_its_row_back_as_text(rejected):
    row = invoice_text(invoiceAmount="NaN")
    assert rejected(f"[{json.dumps(GOOD)}, {row}]") == [row]


def test_rejected_rows_come_in_the_order_of_the_array(rejected):
    one, another = (invoice_row(invoiceNumber="twice", invoiceAmount=amount) for amount in (1, 2))
    rows = [one, bad(1), GOOD, another, bad(2), None]
    assert rejected(rows) == [row for row in rows if row is not GOOD]


def test_rejected_rows_mended_and_sent_again_are_all_there(upload, receipt, client):
    rows = [bad(number) if number % 3 == 0 else invoice_row(invoiceNumber=f"{number}") for number in range(20)]
    url = upload(rows, headers=LENIENT).json()["url"]
    mended = [row | {"dueDate": None, "lineItem": ""} for row in client.get(f"{url}/rejected").json()]
    assert receipt(mended)["created"] == 7
    assert sorted(Invoice.objects.values_list("invoice_number", flat=True), key=int) == [f"{n}" for n in range(20)]


def test_rejected_rows_sent_again_unmended_are_rejected_again(rejected):
    rows = rejected([GOOD, bad(1), bad(2)])
    assert rejected(rows) == rows


CONTRADICTING = [
    pytest.param({"dueDate": "2026-01-31", "localAmount": -3}, id="a date and an amount"),
    pytest.param({"balanceAmount": "7-", "billAddr": {"city": ["Bonn", 1.5, None]}}, id="a balance and an address"),
    pytest.param({"colour": {"a": [1]}, "": None}, id="unknown keys"),
    pytest.param({"status": None, "dueDate": None, "billAddr": None}, id="nulls"),
    pytest.param({"customerNumber": "0000023123123"}, id="a padded number"),
]


@pytest.mark.parametrize("values", CONTRADICTING)
def test_contradicting_rows_given_back_say_what_was_sent(rejected, upload, client, values):
    given_back = rejected([invoice_row(**values), invoice_row(invoiceAmount=1), GOOD])
    assert upload([given_back[0]]).json()["created"] == 1
    as_given_back = client.get("/jsonApi/invoices").json()["results"][-1]
    assert upload([invoice_row(**values)]).json()["unchanged"] == 1
    assert as_given_back == client.get("/jsonApi/invoices").json()["results"][-1]


def test_contradicting_decimals_are_given_back_exactly(upload, client, account):
    type(account).objects.update(amount_decimal_places=4)
    rows = [invoice_text(invoiceAmount=amount) for amount in ("9007199254740993.0001", "-0.1")]
    url = upload(f"[{rows[0]}, {rows[1]}]", headers=LENIENT).json()["url"]
    given_back = json.loads(client.get(f"{url}/rejected").content, parse_float=str)
    assert [row["invoiceAmount"] for row in given_back] == ["9007199254740993.0001", "-0.1"]


def test_when_all_rows_are_bad_all_are_given_back(rejected):
    assert rejected([bad(1), bad(2)]) == [bad(1), bad(2)]


def test_a_customers_row_is_given_back(rejected):
    row = customer_row(phoneno=[])
    assert rejected([customer_row(customerno="1"), row], "customers") == [row]


def test_an_upload_without_bad_rows_gives_none_back(rejected):
    assert rejected([GOOD]) == []


REFUSED_WHOLE = [
    pytest.param([GOOD, bad(1)], {}, "", id="strict"),
    pytest.param("[{", {}, "", id="no JSON"),
    pytest.param([GOOD], {}, "?expectedRows=2", id="unexpected"),
    pytest.param([GOOD, bad(1)], LENIENT, "?expectedRows=3", id="lenient, but unexpected"),
    pytest.param("[{", LENIENT, "", id="lenient, but no JSON"),
]


@pytest.mark.parametrize(("body", "headers", "query"), REFUSED_WHOLE)
def test_of_an_upload_refused_as_a_whole_no_rows_are_given_back_lest_the_others_are_lost(
    upload, client, body, headers, query
):
    url = upload(body, headers=headers, query=query).json()["url"]
    response = client.get(f"{url}/rejected")
    assert (response.status_code, response.headers["Content-Type"]) == (409, "application/problem+json")


@pytest.mark.parametrize("headers", [{}, LENIENT], ids=["strict", "lenient"])
def test_errors_come_in_pages_of_rows(upload, pages, headers):
    told = upload([GOOD, *map(bad, range(5))], headers=headers).json()
    found = pages(f"{told['url']}/errors?pageSize=2")
    assert [len(page) for page in found] == [4, 4, 2]
    assert [error for page in found for error in page] == told["errors"]


def test_pages_of_errors_are_the_same_backwards(upload, client, pages):
    url = upload([bad(1), bad(2), bad(3)], query="?expectedRows=9").json()["url"]
    forwards = pages(f"{url}/errors?pageSize=1")
    last = client.get(client.get(f"{url}/errors?pageSize=1").json()["next"]).json()["next"]
    assert pages(last, "previous")[::-1] == forwards


def test_errors_of_the_body_come_first(upload, client):
    told = upload([GOOD, bad(1)], query="?expectedRows=9&expectedTotal=EUR:1").json()
    codes = [error["code"] for error in client.get(f"{told['url']}/errors").json()["results"]]
    assert codes == ["unexpected_rows", "unexpected_total", "unexpected_total", "invalid_date", "not_text"]


def test_the_error_of_a_broken_body_is_listed(upload, client):
    told = upload("[{}, x").json()
    page = client.get(f"{told['url']}/errors").json()
    assert (page["results"], page["next"], page["previous"]) == (told["errors"], None, None)


def test_an_upload_without_errors_lists_none(receipt, client):
    assert client.get(f"{receipt([GOOD])['url']}/errors").json()["results"] == []


def test_errors_beyond_the_receipts_thousand_are_listed(upload, pages):
    told = upload([invoice_row(invoiceNumber=f"{n}", dueDate="soon") for n in range(1100)]).json()
    assert (len(told["errors"]), told["errorsOmitted"], told["rejectedOmitted"]) == (1000, 100, 0)
    indexes = [error["index"] for page in pages(f"{told['url']}/errors?pageSize=1000") for error in page]
    assert indexes == list(range(1100))


def test_bad_rows_over_the_cap_are_counted(upload, client, settings):
    settings.UPLOAD_MAX_REJECTED_ROWS = 2
    told = upload([GOOD, *map(bad, range(5))], headers=LENIENT).json()
    assert (told["invalid"], told["rejectedOmitted"], len(told["errors"])) == (5, 3, 10)
    listed = client.get(f"{told['url']}/errors").json()["results"]
    assert [error["index"] for error in listed] == [1, 1, 2, 2]


def test_of_bad_rows_over_the_cap_the_first_are_given_back(rejected, settings):
    settings.UPLOAD_MAX_REJECTED_ROWS = 2
    assert rejected([GOOD, *map(bad, range(5))]) == [bad(0), bad(1)]


@pytest.mark.parametrize(("rows", "told"), [(5, 5), (1100, 1000)])
def test_contradicting_rows_over_the_caps_are_counted(upload, settings, rows, told):
    settings.UPLOAD_MAX_REJECTED_ROWS = 2
    answer = upload([invoice_row(invoiceAmount=amount) for amount in range(rows)], headers=LENIENT).json()
    assert (answer["invalid"], answer["rejectedOmitted"], answer["errorsOmitted"]) == (rows, rows - 2, rows - told)
    identity = {"customerNumber": "23123123", "invoiceNumber": "21321"}
    assert [(error["index"], error["identity"]) for error in answer["errors"]] == [(n, identity) for n in range(told)]


@pytest.mark.parametrize("what", ["errors", "rejected"])
def test_what_was_not_taken_is_not_known_before_the_upload_is_finished(upload, client, what):
    queued = upload([GOOD, bad(1)], headers={"Prefer": "handling=lenient, respond-async"}).json()
    response = client.get(f"{queued['url']}/{what}")
    assert (response.status_code, response.headers["Retry-After"]) == (409, "1")
    ingest_queued(UUID(queued["id"]))
    assert len(client.get(f"{queued['url']}/rejected").json()) == 1


@pytest.mark.parametrize("what", ["errors", "rejected"])
def test_what_was_not_taken_is_read_by_its_own_account_alone(upload, other_account, what):
    url = upload([GOOD, bad(1)], headers=LENIENT).json()["url"]
    assert client_of(other_account).get(f"{url}/{what}").status_code == 404
