"""Debits and credits of a row: what indicator, posting key and minus say, and what the receipt says of it."""

import pytest

from tests.cases.row_warnings import by_code, counts
from tests.factories import invoice_row

CREDIT_SPELLINGS = ["C", "c", "CR", "Cr.", "cr", "Credit", "CREDIT", "CRDT", "Haben", "HABEN", "Gutschrift", "Kredit"]
CREDIT_SPELLINGS += ["-", "\u2212", "50", "H.", "Crédit", "CRÉDIT", "Haber", "Avere"]
DEBIT_SPELLINGS = ["D", "d", "DR", "Dr.", "dr", "Debit", "DBIT", "Soll", "SOLL", "Belastung", "Debet", "+", "40", "S."]
DEBIT_SPELLINGS += ["Débit", "DÉBIT", "Debe", "Dare"]


@pytest.mark.parametrize("spelling", CREDIT_SPELLINGS)
def test_a_common_spelling_of_credit_is_a_credit_with_a_warning(stored, spelling):
    amount, warnings = stored(debitCreditIndicator=spelling)
    assert (amount, list(warnings)) == (-100, ["indicator_spelling"])
    assert warnings["indicator_spelling"]["value"] == spelling
    assert f'The first is "{spelling}", read as credit.' in warnings["indicator_spelling"]["message"]


@pytest.mark.parametrize("spelling", DEBIT_SPELLINGS)
def test_a_common_spelling_of_debit_is_a_debit_with_a_warning(stored, spelling):
    amount, warnings = stored(debitCreditIndicator=spelling, postingKey="11")
    assert (amount, list(warnings)) == (100, ["indicator_spelling"])
    assert f'The first is "{spelling}", read as debit.' in warnings["indicator_spelling"]["message"]


@pytest.mark.parametrize(("indicator", "amount"), [("S", 100), ("s", 100), ("H", -100), ("h", -100), (" H ", -100)])
def test_the_contracts_own_indicators_need_no_warning(stored, indicator, amount):
    assert stored(debitCreditIndicator=indicator) == (amount, {})


@pytest.mark.parametrize("indicator", ["X", "K", "RC", "SH", "1", "D/C", "debit or credit", "9", "Invoice", "–H"])
def test_an_indicator_that_means_neither_is_warned_of(stored, indicator):
    amount, warnings = stored(debitCreditIndicator=indicator)
    assert (amount, list(warnings)) == (100, ["unknown_indicator"])
    assert warnings["unknown_indicator"]["value"] == indicator


def test_the_posting_key_decides_where_the_indicator_means_neither(stored):
    amount, warnings = stored(debitCreditIndicator="X", postingKey="11")
    assert (amount, list(warnings)) == (-100, ["unknown_indicator"])


def test_a_long_indicator_is_quoted_in_part(warned):
    assert warned({"debitCreditIndicator": "x" * 200})["unknown_indicator"]["value"] == "x" * 40


NEGATIVE_DEBITS = [
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "-5.00"}, -5, "balanceAmount", id="S and -5.00"),
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "5.00-"}, -5, "balanceAmount", id="S and 5.00-"),
    pytest.param({"debitCreditIndicator": "s", "balanceAmount": "(5)"}, -5, "balanceAmount", id="s and (5)"),
    pytest.param({"postingKey": "01", "balanceAmount": "-5"}, -5, "balanceAmount", id="key 01"),
    pytest.param({"postingKey": "9", "balanceAmount": "-0.01"}, -0.01, "balanceAmount", id="key 9 and a cent"),
    pytest.param({"debitCreditIndicator": "Soll", "balanceAmount": "-5"}, -5, "balanceAmount", id="Soll"),
    pytest.param({"debitCreditIndicator": "S", "invoiceAmount": -7}, -7, "invoiceAmount", id="no balance"),
    pytest.param({"debitCreditIndicator": "S", "invoiceAmount": -7, "balanceAmount": ""}, -7, "invoiceAmount", id="''"),
]


@pytest.mark.parametrize(("values", "amount", "field"), NEGATIVE_DEBITS)
def test_a_negative_debit_stays_a_credit_with_a_warning(receipt, client, values, amount, field):
    warnings = by_code(receipt([invoice_row(**{"invoiceAmount": 100} | values)])["warnings"])
    assert client.get("/jsonApi/invoices").json()["results"][0]["openAmount"] == amount
    assert (warnings["negative_debit"]["field"], counts(warnings["negative_debit"])) == (field, (1, 0))


NO_NEGATIVE_DEBITS = [
    pytest.param({"debitCreditIndicator": "H", "balanceAmount": "-5"}, id="a credit"),
    pytest.param({"balanceAmount": "-5"}, id="no sign"),
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "5"}, id="a positive debit"),
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "-0.00"}, id="nothing"),
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "0", "invoiceAmount": -7}, id="cleared"),
    pytest.param({"debitCreditIndicator": "S", "balanceAmount": "see note", "invoiceAmount": -7}, id="no amount"),
]


@pytest.mark.parametrize("values", NO_NEGATIVE_DEBITS)
def test_what_is_no_negative_debit_is_not_warned_of(warned, values):
    assert "negative_debit" not in warned(values)


@pytest.mark.parametrize("key", ["011", "11.0", "0011", "019", "15.00", "11,0", "12.", "0000013.0"])
def test_a_credit_key_with_zeros_is_read_without_them(stored, key):
    amount, warnings = stored(postingKey=key)
    assert (amount, list(warnings), warnings["posting_key_spelling"]["value"]) == (-100, ["posting_key_spelling"], key)


@pytest.mark.parametrize("key", ["001", "1.0", "009", "05.0", "0002"])
def test_a_debit_key_with_zeros_is_read_without_them(stored, key):
    amount, warnings = stored(postingKey=key)
    assert (amount, list(warnings)) == (100, ["posting_key_spelling"])


@pytest.mark.parametrize("key", [" 11 ", "11", 11, "\t11\n"])
def test_a_credit_key_as_sap_has_it_needs_no_warning(stored, key):
    assert stored(postingKey=key) == (-100, {})


@pytest.mark.parametrize("key", ["010", "10.0", "020.0", "111", "11.5", "1A", "000"])
def test_a_key_of_no_customer_item_says_nothing(stored, key):
    assert stored(postingKey=key) == (100, {})
