"""The money in a receipt, per company code and currency: decimal text with the account's places."""

import pytest

from tests.factories import customer_row, invoice_row

DOLLARS = {"companyCode": "US01", "currency": "USD"}
EUROS = {"companyCode": "US01", "currency": "EUR"}


def amounts(total):
    return total["rows"], total["invoiceAmount"], total["openBefore"], total["openAfter"]


def test_totals_sum_the_rows_of_an_upload(receipt):
    rows = [invoice_row(**DOLLARS, invoiceNumber=f"{n}", invoiceAmount=n) for n in (1, 10, 100)]
    assert receipt(rows)["totals"] == [
        {**DOLLARS, "rows": 3, "invoiceAmount": "111", "openBefore": "0", "openAfter": "111"}
    ]


def test_totals_are_apart_by_company_code_and_currency_and_sorted(receipt):
    places = [("US01", "USD"), ("DE01", "USD"), ("US01", "EUR"), ("", "")]
    rows = [invoice_row(companyCode=code, currency=currency, invoiceNumber=currency) for code, currency in places]
    rows[-1]["invoiceNumber"] = "none"
    told = [(total["companyCode"], total["currency"]) for total in receipt(rows)["totals"]]
    assert told == sorted(places)


def test_open_before_is_what_was_stored(receipt):
    receipt([invoice_row(**DOLLARS, invoiceAmount=100, balanceAmount="40")])
    [total] = receipt([invoice_row(**DOLLARS, invoiceAmount=100, balanceAmount="25")])["totals"]
    assert amounts(total) == (1, "100", "40", "25")


def test_a_credit_memo_lowers_what_is_open(receipt):
    memo = invoice_row(**DOLLARS, invoiceNumber="memo", invoiceAmount=30, debitCreditIndicator="H")
    [total] = receipt([invoice_row(**DOLLARS, invoiceAmount=100), memo])["totals"]
    assert amounts(total) == (2, "130", "0", "70")


def test_unchanged_rows_count_in_totals(receipt):
    receipt([invoice_row(**DOLLARS, invoiceAmount=100)])
    [total] = receipt([invoice_row(**DOLLARS, invoiceAmount=100)])["totals"]
    assert amounts(total) == (1, "100", "100", "100")


def test_repeated_rows_count_once_in_totals(receipt):
    [total] = receipt([invoice_row(**DOLLARS, invoiceAmount=100)] * 3)["totals"]
    assert amounts(total) == (1, "100", "0", "100")


def test_items_that_were_not_sent_are_not_in_totals(receipt):
    receipt([invoice_row(**DOLLARS, invoiceNumber="other", invoiceAmount=7)])
    [total] = receipt([invoice_row(**DOLLARS, invoiceAmount=100)])["totals"]
    assert amounts(total) == (1, "100", "0", "100")


def test_a_kept_currency_and_balance_count_where_the_row_leaves_them_out(receipt):
    receipt([invoice_row(**DOLLARS, invoiceAmount=100, balanceAmount="40")])
    [total] = receipt([invoice_row(companyCode="US01", invoiceAmount=90)])["totals"]
    assert (total["currency"], *amounts(total)) == ("USD", 1, "90", "40", "40")


def test_an_item_that_changes_currency_was_open_in_the_old_and_is_open_in_the_new(receipt):
    receipt([invoice_row(**DOLLARS, invoiceAmount=100)])
    euros, dollars = receipt([invoice_row(**EUROS, invoiceAmount=90)])["totals"]
    assert (euros["currency"], *amounts(euros)) == ("EUR", 1, "90", "0", "90")
    assert (dollars["currency"], *amounts(dollars)) == ("USD", 0, "0", "100", "0")


def test_an_empty_open_amount_adds_nothing(receipt):
    rows = [invoice_row(**DOLLARS, invoiceAmount=5), invoice_row(**DOLLARS, invoiceNumber="2", balanceAmount="none")]
    [total] = receipt(rows)["totals"]
    assert amounts(total) == (2, "12117", "0", "5")


@pytest.mark.parametrize(
    ("places", "amount", "text"),
    [(0, 12, "12"), (2, 12, "12.00"), (2, "12.5", "12.50"), (4, "0.0001", "0.0001"), (4, -12, "-12.0000")],
)
def test_amounts_are_text_with_the_accounts_places(receipt, account, places, amount, text):
    type(account).objects.update(amount_decimal_places=places)
    [total] = receipt([invoice_row(invoiceAmount=amount)])["totals"]
    assert amounts(total) == (1, text, "0." + "0" * places if places else "0", text)


def test_a_balance_of_more_places_than_the_accounts_is_told_in_full(receipt):
    [total] = receipt([invoice_row(invoiceAmount=100, balanceAmount="12.345")])["totals"]
    assert amounts(total) == (1, "100", "0", "12.345")


def test_sums_beyond_64_bits_are_exact(receipt):
    rows = [invoice_row(invoiceNumber=f"{n}", invoiceAmount=2**63 - 1) for n in range(3)]
    [total] = receipt(rows)["totals"]
    assert total["openAfter"] == "27670116110564327421"


def test_a_refused_upload_has_no_totals(upload):
    assert upload([invoice_row(), invoice_row(invoiceNumber="2", dueDate="soon")]).json()["totals"] == []


def test_an_upload_of_customers_has_no_totals(receipt):
    assert receipt([customer_row()], "customers")["totals"] == []


def test_an_item_of_another_account_is_not_in_totals(receipt, other_account):
    other_account.invoices.create(customer_number="23123123", invoice_number="21321", invoice_amount=1)
    [total] = receipt([invoice_row(invoiceAmount=100)])["totals"]
    assert amounts(total) == (1, "100", "0", "100")
