"""Rows that look wrong are stored as they are, and warned of: days, currencies, settled items."""

import pytest

from tests.cases.row_warnings import EUR, USD, counts
from tests.factories import InvoiceFactory


def test_a_due_date_before_the_invoice_date_is_warned_of(warned):
    late, early = (
        {"invoiceDate": "2026-01-31", "dueDate": "2026-01-30"},
        {"invoiceDate": "2026-01-31", "dueDate": "20260302"},
    )
    warning = warned(early, late, {"dueDate": "2026-01-01"}, late)["due_before_invoice"]
    assert (warning["field"], counts(warning)) == ("dueDate", (2, 1))


@pytest.mark.parametrize(
    "row",
    [
        {"invoiceDate": "2026-01-31", "dueDate": "2026-01-31"},
        {"invoiceDate": "1999-12-31", "dueDate": "2000-01-01"},
        {"invoiceDate": None, "dueDate": "2026-01-31"},
        {"invoiceDate": "2026-01-31", "dueDate": ""},
        {"issueDate": "2026-01-31", "dueDate": "2026-01-01"},
    ],
    ids=str,
)
def test_days_in_their_order_are_not_warned_of(warned, row):
    assert "due_before_invoice" not in warned(row)


@pytest.mark.parametrize(
    "currency", ["50", "US", "EURO", "$", "€", "US$", "U D", "EUR.", "E\u00dcR", "123", "Euro (EUR)"]
)
def test_a_currency_that_is_not_three_letters_is_warned_of(warned, currency):
    warning = warned(USD, {"currency": currency}, {"currency": currency})["odd_currency"]
    assert (warning["field"], warning["value"], counts(warning)) == ("currency", currency, (2, 1))


@pytest.mark.parametrize("currency", ["USD", "usd", "XAU", "", " ", None, " EUR "])
def test_a_currency_of_three_letters_or_none_is_not(warned, currency):
    assert warned({"currency": currency}) == {}


@pytest.mark.parametrize(
    ("first", "then"), [("USD", "usd"), ("usd", "USD"), ("Eur", "EUR"), ("EUR", "eUr"), ("Euro", "EURO")]
)
def test_a_currency_that_differs_from_a_stored_one_by_case_is_warned_of(warned, first, then):
    assert "currency_case" not in warned({"currency": first})
    warning = warned({"invoiceNumber": "new", "currency": "CHF"}, {"invoiceNumber": "newer", "currency": then})[
        "currency_case"
    ]
    assert (warning["field"], warning["value"], counts(warning)) == ("currency", then, (1, 1))
    assert f'"{then}" stands beside "{first}".' in warning["message"]


def test_currencies_of_one_array_that_differ_by_case_are_warned_of(warned):
    warning = warned(EUR, USD, {"currency": "usd"}, {"currency": "usd"})["currency_case"]
    assert (warning["value"], counts(warning)) == ("USD", (3, 1))


def test_the_currency_of_another_account_is_no_neighbour(warned):
    InvoiceFactory(currency="usd")
    assert warned(USD) == {}


def test_an_upload_that_changes_nothing_is_not_asked_for_its_currencies(warned):
    warned(USD, {"currency": "usd"})
    assert warned(USD) == {}


def test_a_changed_currency_is_compared_by_case(warned):
    warned(USD, USD)
    assert counts(warned({"currency": "usd"})["currency_case"]) == (1, 0)


SETTLED = ["Paid", "PAID", "paid in full", "Cleared", "closed", "Settled", "void", "Voided", "Cancelled", "canceled"]
SETTLED += ["written off", "Written-Off", "WRITE_OFF", "bezahlt", "Ausgeglichen", "storniert", "Erledigt", "Ausgebucht"]
SETTLED += ["Reversed", "payé", "Pagado", " Betaald "]
OPEN = [
    "open",
    "Unpaid",
    "not paid",
    "Partially paid",
    "teilweise bezahlt",
    "overdue",
    "posted",
    "Offen",
    "",
    "P",
    "due",
]


@pytest.mark.parametrize("status", SETTLED)
def test_a_settled_status_with_an_open_amount_is_warned_of(warned, status):
    warning = warned(EUR | {"status": status, "balanceAmount": "1234"})["settled_status_but_open"]
    assert (warning["field"], counts(warning)) == ("status", (1, 0))
    assert warning["sums"] == [{"currency": "EUR", "openAmount": "1234"}]
    assert "Open in these rows: EUR 1,234." in warning["message"]


@pytest.mark.parametrize("status", OPEN)
def test_a_status_that_is_not_settled_is_not_warned_of(warned, status):
    assert warned({"status": status}) == {}


@pytest.mark.parametrize("status", ["Paid", "void", "ausgeglichen"])
@pytest.mark.parametrize("balance", ["0", "0.00", "-0"])
def test_a_settled_status_with_nothing_open_is_not_warned_of(warned, status, balance):
    assert warned({"status": status, "balanceAmount": balance}) == {}


def test_the_sums_of_settled_rows_are_signed_and_by_currency(warned, account):
    type(account).objects.update(amount_decimal_places=2)
    paid = {"status": "Paid"}
    warning = warned(
        USD | paid | {"balanceAmount": "1200.5"},
        USD | paid | {"balanceAmount": "200", "debitCreditIndicator": "H"},
        USD | {"status": "open"},
        EUR | paid,
        paid | {"balanceAmount": "0"},
        paid | {"invoiceAmount": 7},
    )["settled_status_but_open"]
    assert counts(warning) == (4, 0)
    assert warning["sums"] == [
        {"currency": "USD", "openAmount": "1000.50"},
        {"currency": "", "openAmount": "7.00"},
        {"currency": "EUR", "openAmount": "100.00"},
    ]
    assert "Open in these rows: USD 1,000.50; No currency 7.00; EUR 100.00." in warning["message"]


def test_a_settled_row_without_a_balance_is_judged_by_the_stored_one(warned):
    warned({"balanceAmount": "0"}, {"balanceAmount": "40"})
    warning = warned({"status": "Paid"}, {"status": "Paid"})["settled_status_but_open"]
    assert (counts(warning), warning["sums"]) == ((1, 1), [{"currency": "", "openAmount": "40"}])


def test_a_settled_row_without_a_sign_is_summed_by_the_stored_one(warned):
    warned({"debitCreditIndicator": "H"})
    warning = warned({"status": "cleared", "balanceAmount": "30"})["settled_status_but_open"]
    assert warning["sums"] == [{"currency": "", "openAmount": "-30"}]


def test_many_currencies_of_settled_rows_are_named_in_part(warned):
    rows = [{"status": "Paid", "currency": f"A{chr(65 + n // 26)}{chr(65 + n % 26)}"} for n in range(30)]
    warning = warned(*rows)["settled_status_but_open"]
    assert (warning["rows"], len(warning["sums"])) == (30, 10)
    assert "AAJ 100; …." in warning["message"]
