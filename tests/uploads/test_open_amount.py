"""What is still owed on an item: the balance, else the invoice amount, signed for the one who is owed."""

import pytest

from tests.factories import invoice_row

DEBIT_KEYS = ["01", "02", "03", "04", "05", "06", "07", "08", "09", "1", "9"]
CREDIT_KEYS = ["11", "12", "13", "14", "15", "16", "17", "18", "19"]
OTHER_KEYS = ["", "0", "00", "10", "010", "20", "29", "40", "50", "1A", "A1", "-1", "11.5", "1.1", "111"]

INDICATORS = [
    ("S", 100, 100),
    ("s", -100, -100),
    (" S ", 100, 100),
    ("S", -100, -100),
    ("H", 100, -100),
    ("h", 100, -100),
    ("H", -100, -100),
    ("", 100, 100),
    ("", -100, -100),
    ("D", -100, -100),
    ("C", 100, -100),
    ("SH", -100, -100),
    ("H", 0, 0),
]

BALANCES = [
    pytest.param("40", 40, id="a balance"),
    pytest.param("-40", -40, id="a negative balance"),
    pytest.param("40-", -40, id="its minus behind it"),
    pytest.param("(40)", -40, id="in brackets"),
    pytest.param("0", 0, id="zero"),
    pytest.param("0.00", 0, id="zero with places"),
    pytest.param("12.3456", 12.3456, id="four places on an account of whole amounts"),
    pytest.param(" 40 ", 40, id="blanks around it"),
    pytest.param("", 100, id="empty"),
    pytest.param("  ", 100, id="blank"),
    pytest.param(None, 100, id="null"),
]

NO_AMOUNTS = ["see note", "40,00", "1.234.567", "40 EUR", "--40", "-40-", "(40", "0.00001", "9" * 20, "٤٠"]


@pytest.fixture
def open_amount(receipt, client):
    """Upload an invoice of 100 and return its open amount as it is read back."""

    def of(**values):
        receipt([invoice_row(**{"invoiceAmount": 100} | values)])
        return client.get("/jsonApi/invoices").json()["results"][0]["openAmount"]

    return of


@pytest.fixture
def open_amounts_by_key(receipt, client):
    """Upload an invoice of an amount for each posting key, and return their open amounts by key."""

    def of(keys, amount):
        receipt([invoice_row(invoiceNumber=f"{n}", postingKey=key, invoiceAmount=amount) for n, key in enumerate(keys)])
        return {row["postingKey"]: row["openAmount"] for row in client.get("/jsonApi/invoices").json()["results"]}

    return of


@pytest.mark.parametrize(("indicator", "amount", "expected"), INDICATORS)
def test_the_indicator_says_which_way_an_amount_counts(open_amount, indicator, amount, expected):
    assert open_amount(debitCreditIndicator=indicator, invoiceAmount=amount) == expected


@pytest.mark.parametrize("amount", [100, -100])
def test_a_debit_posting_key_leaves_the_sign_as_given(open_amounts_by_key, amount):
    assert open_amounts_by_key(DEBIT_KEYS, amount) == dict.fromkeys(DEBIT_KEYS, amount)


@pytest.mark.parametrize("amount", [100, -100])
def test_a_credit_posting_key_makes_the_amount_negative_once(open_amounts_by_key, amount):
    assert open_amounts_by_key(CREDIT_KEYS, amount) == dict.fromkeys(CREDIT_KEYS, -100)


@pytest.mark.parametrize("amount", [100, -100])
def test_another_posting_key_leaves_the_sign_as_given(open_amounts_by_key, amount):
    assert open_amounts_by_key(OTHER_KEYS, amount) == dict.fromkeys(OTHER_KEYS, amount)


@pytest.mark.parametrize(("indicator", "key", "expected"), [("S", "11", 100), ("H", "01", -100), ("X", "11", -100)])
def test_the_indicator_goes_before_the_posting_key(open_amount, indicator, key, expected):
    assert open_amount(debitCreditIndicator=indicator, postingKey=key) == expected


@pytest.mark.parametrize(("balance", "expected"), BALANCES)
def test_the_balance_goes_before_the_invoice_amount(open_amount, balance, expected):
    assert open_amount(balanceAmount=balance) == expected


@pytest.mark.parametrize("balance", ["40", "-40", "40-", "(40)"])
def test_a_signed_balance_of_a_credit_is_never_negated_twice(open_amount, balance):
    assert open_amount(balanceAmount=balance, debitCreditIndicator="H") == -40


@pytest.mark.parametrize("balance", ["-40", "40-", "(40)"])
def test_a_negative_balance_of_a_debit_stays_a_credit(open_amount, balance):
    assert open_amount(balanceAmount=balance, debitCreditIndicator="S") == -40


def test_a_credit_memo_of_unsigned_amounts_is_negative(open_amount):
    assert open_amount(balanceAmount="40", postingKey="11", debitCreditIndicator="H", documentType="DG") == -40


def test_a_large_balance_written_with_an_exponent_is_an_amount(open_amount):
    assert open_amount(balanceAmount="1.2345678E7", debitCreditIndicator="H") == -12345678


@pytest.mark.parametrize("balance", NO_AMOUNTS)
def test_a_balance_that_is_no_amount_leaves_the_open_amount_empty(open_amount, balance):
    assert open_amount(balanceAmount=balance) is None


@pytest.mark.parametrize("signed_by", [{"debitCreditIndicator": "H"}, {"postingKey": "01"}])
def test_no_sign_makes_an_amount_of_a_balance_that_is_none(open_amount, signed_by):
    assert open_amount(balanceAmount="see note", **signed_by) is None


def test_a_balance_that_is_no_amount_is_kept_as_sent_with_a_warning(receipt, client):
    [warning] = receipt([invoice_row(), invoice_row(invoiceNumber="2", balanceAmount="see note")])["warnings"]
    assert (warning["code"], warning["field"]) == ("balance_is_no_amount", "balanceAmount")
    assert (warning["rows"], warning["firstIndex"]) == (1, 1)
    assert client.get("/jsonApi/invoices").json()["results"][1]["balanceAmount"] == "see note"


def test_the_local_amount_is_never_what_is_owed(open_amount):
    assert open_amount(localAmount=7) == 100
