"""What a sender says beforehand of its upload: how many rows, and how much money in each currency."""

import pytest

from receivables.models import Invoice
from tests.factories import LENIENT, customer_row, invoice_row

DOLLARS = invoice_row(invoiceNumber="1", currency="USD", invoiceAmount=100)
MORE_DOLLARS = invoice_row(invoiceNumber="2", currency="USD", invoiceAmount=20)
EUROS = invoice_row(invoiceNumber="3", currency="EUR", invoiceAmount=7)
NO_CURRENCY = invoice_row(invoiceNumber="4", invoiceAmount=3)
BAD_DOLLARS = invoice_row(invoiceNumber="5", currency="USD", invoiceAmount=1000, dueDate="soon")

EXPECTED = [
    pytest.param([], "?expectedRows=0", id="no rows"),
    pytest.param([DOLLARS, EUROS], "?expectedRows=2", id="two rows"),
    pytest.param([DOLLARS] * 3, "?expectedRows=3", id="rows that repeat each other"),
    pytest.param([DOLLARS], "?expectedTotal=USD:100", id="one currency"),
    pytest.param([DOLLARS, EUROS, MORE_DOLLARS], "?expectedTotal=EUR:7,USD:120", id="two currencies"),
    pytest.param([DOLLARS, EUROS], "?expectedTotal= USD : 100 , EUR:7", id="blanks between"),
    pytest.param([DOLLARS], "?expectedTotal=USD:100.00", id="more places than needed"),
    pytest.param([NO_CURRENCY], "?expectedTotal=:3", id="rows without a currency"),
    pytest.param([NO_CURRENCY, DOLLARS], "?expectedTotal=USD:100,:3", id="rows with and without one"),
    pytest.param([DOLLARS | {"invoiceAmount": -8}], "?expectedTotal=USD:-8", id="a negative total"),
    pytest.param([DOLLARS | {"invoiceAmount": 0}], "?expectedTotal=USD:0", id="rows of nothing"),
    pytest.param([DOLLARS, DOLLARS], "?expectedTotal=USD:200", id="a repeated row counts as sent"),
    pytest.param([DOLLARS], "?expectedRows=1&expectedTotal=USD:100", id="both"),
    pytest.param([DOLLARS | {"debitCreditIndicator": "H"}], "?expectedTotal=USD:100", id="amounts as sent, unsigned"),
]

UNEXPECTED = [
    pytest.param([DOLLARS], "?expectedRows=2", ["unexpected_rows"], "expectedRows is 2, but 1 came.", id="a row less"),
    pytest.param([DOLLARS], "?expectedRows=0", ["unexpected_rows"], "expectedRows is 0, but 1 came.", id="a row more"),
    pytest.param(
        [DOLLARS, MORE_DOLLARS],
        "?expectedTotal=USD:100",
        ["unexpected_total"],
        "USD: it should sum to 100, and the rows' invoice amounts sum to 120.",
        id="another sum",
    ),
    pytest.param(
        [DOLLARS, EUROS],
        "?expectedTotal=USD:100",
        ["unexpected_total"],
        "EUR: it is not named in expectedTotal, and the rows' invoice amounts sum to 7.",
        id="a currency too many",
    ),
    pytest.param(
        [DOLLARS],
        "?expectedTotal=USD:100,EUR:7",
        ["unexpected_total"],
        "EUR: it should sum to 7, and no row of it came.",
        id="a currency that did not come",
    ),
    pytest.param(
        [],
        "?expectedTotal=USD:100",
        ["unexpected_total"],
        "USD: it should sum to 100, and no row of it came.",
        id="no rows at all",
    ),
    pytest.param(
        [DOLLARS],
        "?expectedTotal=usd:100",
        ["unexpected_total", "unexpected_total"],
        "USD: it is not named in expectedTotal, and the rows' invoice amounts sum to 100.",
        id="a currency in small letters",
    ),
    pytest.param(
        [NO_CURRENCY],
        "?expectedTotal=USD:3",
        ["unexpected_total", "unexpected_total"],
        "No currency: it is not named in expectedTotal, and the rows' invoice amounts sum to 3.",
        id="a currency where the rows have none",
    ),
    pytest.param(
        [DOLLARS],
        "?expectedTotal=USD:100.01",
        ["unexpected_total"],
        "USD: it should sum to 100.01, and the rows' invoice amounts sum to 100.",
        id="a cent",
    ),
    pytest.param(
        [DOLLARS],
        "?expectedRows=2&expectedTotal=USD:1",
        ["unexpected_rows", "unexpected_total"],
        "expectedRows is 2, but 1 came.",
        id="both",
    ),
]

BAD_PARAMETERS = [
    pytest.param("expectedRows", "many", "invalid", id="rows in words"),
    pytest.param("expectedRows", "-1", "min_value", id="rows below none"),
    pytest.param("expectedRows", "1.5", "invalid", id="half a row"),
    pytest.param("expectedRows", "", "empty_parameter", id="no number of rows"),
    pytest.param("expectedTotal", "USD", "invalid", id="no amount"),
    pytest.param("expectedTotal", "USD:", "invalid", id="an empty amount"),
    pytest.param("expectedTotal", "100", "invalid", id="no currency"),
    pytest.param("expectedTotal", "USD:100,", "invalid", id="a comma at the end"),
    pytest.param("expectedTotal", "USD:1e2", "invalid", id="an exponent"),
    pytest.param("expectedTotal", "USD:NaN", "invalid", id="not a number"),
    pytest.param("expectedTotal", "USD:100;EUR:7", "invalid", id="a semicolon between"),
    pytest.param("expectedTotal", "USD:100:7", "invalid", id="two amounts"),
    pytest.param("expectedTotal", "USD:1,USD:2", "twice", id="a currency twice"),
    pytest.param("expectedTotal", "US%00:1", "invalid", id="a NUL"),
    pytest.param("dryRun", "maybe", "invalid", id="dryRun in words"),
    pytest.param("dryRun", "null", "invalid", id="dryRun null"),
    pytest.param("dryrun", "true", "unknown_parameter", id="a misspelt name"),
]


@pytest.mark.parametrize(("rows", "query"), EXPECTED)
def test_an_upload_that_is_as_expected_is_taken(receipt, rows, query):
    told = receipt(rows, query=query)
    assert (told["outcome"], told["received"]) == ("accepted", len(rows))


@pytest.mark.parametrize(("rows", "query", "codes", "message"), UNEXPECTED)
def test_an_upload_that_is_not_as_expected_is_refused(refusal, rows, query, codes, message):
    problem = refusal(rows, query=query)
    assert [error["code"] for error in problem["errors"]] == codes
    assert message in " ".join(error["message"] for error in problem["errors"])


def test_an_unexpected_upload_counts_its_rows_as_rejected_and_none_as_invalid(refusal):
    problem = refusal([DOLLARS, EUROS], query="?expectedRows=3")
    assert (problem["received"], problem["rejected"], problem["invalid"]) == (2, 2, 0)


@pytest.mark.parametrize("headers", [{}, LENIENT], ids=["strict", "lenient"])
def test_an_unexpected_upload_is_refused_for_that_whatever_else_is_wrong(refusal, headers):
    problem = refusal([DOLLARS, BAD_DOLLARS], query="?expectedRows=3", headers=headers)
    assert problem["detail"].startswith("expectedRows is 3, but 2 came.")
    assert [error["code"] for error in problem["errors"]] == ["unexpected_rows", "invalid_date"]


def test_that_an_upload_is_unexpected_is_told_before_a_thousand_errors_of_rows(refusal):
    problem = refusal([BAD_DOLLARS] * 1200, query="?expectedRows=3&expectedTotal=USD:1")
    assert [error["code"] for error in problem["errors"][:3]] == ["unexpected_rows", "unexpected_total", "invalid_date"]
    assert (len(problem["errors"]), problem["errorsOmitted"]) == (1000, 202)


@pytest.mark.parametrize(("name", "value", "code"), BAD_PARAMETERS)
def test_a_bad_parameter_is_refused_by_name(upload, name, value, code):
    response = upload([DOLLARS], query=f"?{name}={value}")
    assert response.status_code == 400
    assert [(error["field"], error["code"]) for error in response.json()["errors"]] == [(name, code)]
    assert not Invoice.objects.exists()


def test_customers_have_no_expected_total(upload):
    response = upload([customer_row()], "customers", query="?expectedTotal=USD:1")
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["expectedTotal"]


def test_customers_may_be_counted_beforehand(receipt, upload):
    assert receipt([customer_row()], "customers", query="?expectedRows=1")["created"] == 1
    assert upload([customer_row()], "customers", query="?expectedRows=2").status_code == 400


@pytest.mark.parametrize(("amount", "total"), [("0.10", "0.1"), ("12.5", "12.50"), ("-0.0001", "-0.0001")])
def test_decimals_are_expected_exactly(receipt, account, amount, total):
    type(account).objects.update(amount_decimal_places=4)
    receipt([DOLLARS | {"invoiceAmount": float(amount)}], query=f"?expectedTotal=USD:{total}")


def test_a_sum_beyond_64_bits_is_expected_exactly(receipt, refusal):
    rows = [DOLLARS | {"invoiceNumber": f"{n}", "invoiceAmount": 2**63 - 1} for n in range(3)]
    assert len(refusal(rows, query=f"?expectedTotal=USD:{3 * (2**63 - 1) - 1}")["errors"]) == 1
    receipt(rows, query=f"?expectedTotal=USD:{3 * (2**63 - 1)}")


@pytest.mark.parametrize(
    ("bad", "total"),
    [
        pytest.param(BAD_DOLLARS, 1100, id="a readable amount counts as sent"),
        pytest.param(BAD_DOLLARS | {"invoiceAmount": "1000-"}, -900, id="one sent as text too"),
        pytest.param(BAD_DOLLARS | {"invoiceAmount": "much"}, 100, id="an unreadable one cannot count"),
        pytest.param(BAD_DOLLARS | {"invoiceAmount": None}, 100, id="nor can null"),
        pytest.param(BAD_DOLLARS | {"currency": []}, 100, id="nor one of an unreadable currency"),
        pytest.param([], 100, id="nor what is no row"),
        pytest.param(BAD_DOLLARS | {"currency": "EUR", "invoiceAmount": 0}, "100,EUR:0", id="nothing counts as sent"),
        pytest.param(BAD_DOLLARS | {"currency": None}, "100,:1000", id="null is no currency"),
    ],
)
def test_a_lenient_upload_is_expected_with_its_bad_rows(upload, bad, total):
    response = upload([DOLLARS, bad], query=f"?expectedTotal=USD:{total}&expectedRows=2", headers=LENIENT)
    assert (response.status_code, response.json()["created"]) == (207, 1)


def test_rows_that_contradict_each_other_are_expected_as_sent(upload):
    rows = [DOLLARS, DOLLARS | {"invoiceAmount": 1}, EUROS]
    response = upload(rows, query="?expectedTotal=USD:101,EUR:7", headers=LENIENT)
    assert (response.status_code, response.json()["created"]) == (207, 1)
