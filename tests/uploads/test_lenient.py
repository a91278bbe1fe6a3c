"""`Prefer: handling=lenient`, or the account's own default: good rows are taken where others are bad."""

import pytest

from apiauth.models import Handling
from receivables.models import Invoice
from tests.factories import LENIENT, customer_row, invoice_row
from tests.uploads.rows_of_each_kind import BAD, CHANGED, COUNTS, NEW, STORED

STRICT = {"Prefer": "handling=strict"}

ONE, ANOTHER = (invoice_row(invoiceNumber="twice", invoiceAmount=amount) for amount in (1, 2))

OUTCOMES = [
    pytest.param([], 200, "accepted", [0, 0, 0, 0, 0, 0], id="no rows"),
    pytest.param([NEW], 200, "accepted", [1, 1, 0, 0, 0, 0], id="all good"),
    pytest.param([NEW, BAD], 207, "partial", [2, 1, 0, 0, 1, 1], id="a bad row"),
    pytest.param([BAD, NEW, CHANGED, STORED[1]], 207, "partial", [4, 1, 1, 1, 1, 1], id="one of each"),
    pytest.param([STORED[0], BAD], 207, "partial", [2, 0, 0, 1, 1, 1], id="nothing new beside a bad row"),
    pytest.param([NEW, NEW, BAD], 207, "partial", [3, 1, 0, 1, 1, 1], id="a repeated row"),
    pytest.param([BAD, BAD, NEW], 207, "partial", [3, 1, 0, 0, 2, 2], id="a repeated bad row"),
    pytest.param([NEW, ONE, ANOTHER], 207, "partial", [3, 1, 0, 0, 2, 2], id="a contradiction"),
    pytest.param([ONE, ANOTHER, ONE, NEW], 207, "partial", [4, 1, 0, 0, 3, 3], id="a contradiction of three"),
    pytest.param([NEW, BAD | {"invoiceNumber": "new"}], 207, "partial", [2, 1, 0, 0, 1, 1], id="its bad double"),
    pytest.param([BAD | {"lineItem": []}, NEW], 207, "partial", [2, 1, 0, 0, 1, 1], id="two errors in a row"),
    pytest.param([NEW, None, 1, []], 207, "partial", [4, 1, 0, 0, 3, 3], id="what is no row"),
    pytest.param([BAD], 400, "refused", [1, 0, 0, 0, 1, 1], id="all bad"),
    pytest.param([ONE, ANOTHER, BAD], 400, "refused", [3, 0, 0, 0, 3, 3], id="all bad or contradicting"),
    pytest.param("[{", 400, "refused", [0, 0, 0, 0, 0, 0], id="no JSON"),
]

DEFAULTS = [
    pytest.param(Handling.STRICT, {}, 400, None, id="strict"),
    pytest.param(Handling.LENIENT, {}, 207, None, id="lenient"),
    pytest.param(Handling.STRICT, LENIENT, 207, "handling=lenient", id="strict, but not this time"),
    pytest.param(Handling.LENIENT, STRICT, 400, "handling=strict", id="lenient, but not this time"),
    pytest.param(Handling.LENIENT, {"Prefer": "handling=mild"}, 207, None, id="lenient, and a word not known"),
]


@pytest.mark.parametrize(("rows", "status", "outcome", "counts"), OUTCOMES)
def test_every_row_of_a_lenient_upload_is_counted_once(receipt, upload, rows, status, outcome, counts):
    receipt(STORED)
    response = upload(rows, headers=LENIENT)
    told = response.json()
    assert (response.status_code, told["outcome"], told["handling"]) == (status, outcome, "lenient")
    assert [told[count] for count in COUNTS] == counts


@pytest.mark.parametrize(("default", "headers", "status", "applied"), DEFAULTS)
def test_the_header_goes_before_the_accounts_default(upload, account, default, headers, status, applied):
    type(account).objects.update(upload_handling=default)
    response = upload([NEW, BAD], headers=headers)
    assert (response.status_code, response.headers.get("Preference-Applied")) == (status, applied)


def test_a_lenient_upload_stores_its_good_rows(upload):
    upload([NEW, BAD, ONE, ANOTHER, invoice_row(invoiceNumber="last")], headers=LENIENT)
    assert list(Invoice.objects.order_by("id").values_list("invoice_number", flat=True)) == ["new", "last"]


def test_a_lenient_upload_of_customers_stores_its_good_rows(upload):
    told = upload([customer_row(), customer_row(customerno="2", phoneno=[])], "customers", headers=LENIENT).json()
    assert (told["created"], told["rejected"]) == (1, 1)


def test_a_partial_receipt_can_be_read_again(upload, client):
    told = upload([NEW, BAD], headers=LENIENT).json()
    assert client.get(told["url"]).json() == told


def test_totals_of_a_lenient_upload_are_those_of_its_good_rows(upload):
    told = upload([NEW | {"invoiceAmount": 7}, BAD, ONE, ANOTHER], headers=LENIENT).json()
    assert [(total["rows"], total["invoiceAmount"], total["openAfter"]) for total in told["totals"]] == [(1, "7", "7")]


def test_contradicting_rows_are_rejected_each_naming_the_other(upload):
    told = upload([ONE, NEW, ANOTHER], headers=LENIENT).json()
    assert [(error["index"], error["code"]) for error in told["errors"]] == [
        (0, "conflicting_duplicate"),
        (2, "conflicting_duplicate"),
    ]
    assert "row 3 (index 2)" in told["errors"][0]["message"]
    assert "row 1 (index 0)" in told["errors"][1]["message"]


def test_contradicting_rows_leave_what_is_stored(receipt, upload):
    receipt([invoice_row(invoiceNumber="twice", invoiceAmount=100)])
    upload([ONE, NEW, ANOTHER], headers=LENIENT)
    assert Invoice.objects.get(invoice_number="twice").invoice_amount == 100


def test_a_lenient_upload_whose_body_breaks_stores_nothing(refusal):
    problem = refusal('[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}, {', headers=LENIENT)
    assert [error["code"] for error in problem["errors"]] == ["truncated_json"]
