"""Credits taken for debts, and rows that look wrong: what counts, and what the receipt says of it."""

import pytest

from tests.factories import InvoiceFactory, invoice_row
from tests.uploads.staff import Uploader, rows_file, words

USD, EUR = {"currency": "USD"}, {"currency": "EUR"}


@pytest.fixture
def stored(receipt, client):
    """Upload one row, and return its open amount and the warnings of the receipt, by code."""

    def of(**values):
        warnings = receipt([invoice_row(invoiceAmount=100, **values)])["warnings"]
        [row] = client.get("/jsonApi/invoices").json()["results"]
        return row["openAmount"], by_code(warnings)

    return of


@pytest.fixture
def warned(receipt):
    """Upload rows that differ as told, and return the warnings of the receipt, by code."""

    def of(*rows, **options):
        sent = [invoice_row(**{"invoiceNumber": f"{n}", "invoiceAmount": 100} | row) for n, row in enumerate(rows)]
        return by_code(receipt(sent, **options)["warnings"])

    return of


def by_code(warnings):
    return {warning["code"]: warning for warning in warnings}


def counts(warning):
    return warning["rows"], warning["firstIndex"]


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


ODD = {"debitCreditIndicator": "S", "balanceAmount": "-5", "dueDate": "2026-01-01", "invoiceDate": "2026-02-01"}
ODD |= {"status": "Paid", "currency": "50", "postingKey": "001"}
ODD_CODES = {"negative_debit", "due_before_invoice", "settled_status_but_open", "odd_currency", "posting_key_spelling"}


def test_equal_rows_of_an_array_are_counted_once(receipt):
    warnings = by_code(receipt([invoice_row(**ODD)] * 3)["warnings"])
    assert {code: counts(warnings[code]) for code in ODD_CODES} == dict.fromkeys(ODD_CODES, (1, 0))
    assert warnings["settled_status_but_open"]["sums"] == [{"currency": "50", "openAmount": "-5"}]


def test_rows_that_are_rejected_are_not_counted(upload):
    good = [invoice_row(invoiceNumber=f"{n}", **ODD) for n in range(2)]
    bad = invoice_row(invoiceNumber="bad", **ODD | {"issueDate": "no day"})
    contradicting = [invoice_row(invoiceNumber="twice", invoiceAmount=n, **ODD) for n in range(2)]
    response = upload([bad, *contradicting, *good], headers={"Prefer": "handling=lenient"})
    warnings = by_code(response.json()["warnings"])
    assert {code: counts(warnings[code]) for code in ODD_CODES} == dict.fromkeys(ODD_CODES, (2, 3))


def test_a_dry_run_gives_the_same_warnings_and_stores_nothing(warned, client):
    tried = warned(ODD, USD, {"currency": "usd"}, query="?dryRun=true")
    assert client.get("/jsonApi/invoices").json()["results"] == []
    assert tried == warned(ODD, USD, {"currency": "usd"})


def test_a_refused_upload_warns_of_its_good_rows(upload):
    response = upload([invoice_row(**ODD), invoice_row(invoiceNumber="bad", dueDate="no day")])
    found = by_code(response.json()["warnings"])
    assert found.keys() == ODD_CODES - {"settled_status_but_open"}  # nothing is open of rows that are not stored


def test_both_ways_of_reading_a_row_warn_alike(warned):
    slow = {"itemText": "\x7f", "reference1": 12345678901234567890}  # the fast way leaves such a number to the other
    first = warned(ODD, {"debitCreditIndicator": "C"}, {"debitCreditIndicator": "X"})
    assert warned(ODD | slow, {"debitCreditIndicator": "C"} | slow, {"debitCreditIndicator": "X"} | slow) == first


def test_customers_are_not_checked_across_their_fields(upload):
    row = {"customerno": "1", "emailaddress1": "a@example.com", "status": "Paid", "currency": "50"}
    warnings = by_code(upload([row], "customers").json()["warnings"])
    assert warnings.keys() == {"unknown_field"}


def test_the_page_of_an_upload_shows_the_warnings_in_german(receipt, account):
    type(account).objects.update(amount_decimal_places=2)
    row = invoice_row(**ODD | {"balanceAmount": "-1234.5", "debitCreditIndicator": "Soll", "currency": "EUR"})
    found = receipt([row, invoice_row(invoiceNumber="2", currency="eur")])
    staff = Uploader(account, may=("view_upload",))
    page = staff.browser.get(f"/admin/uploads/upload/{found['id']}/change/", headers={"Accept-Language": "de"})
    shown = words(page).replace("&quot;", '"')
    assert "status besagt, dass der Posten erledigt ist, aber es ist noch ein Betrag offen." in shown
    assert "Offen in diesen Zeilen: EUR -1.234,50." in shown
    assert "Der erste ist „Soll“, gelesen als Soll." in shown
    assert "„EUR“ steht neben „eur“." in shown
    assert "balanceAmount ist negativ, obwohl die Zeile ein Soll ist" in shown
    assert "dueDate liegt vor invoiceDate" in shown


def test_the_preview_of_a_file_shows_the_warnings(account):
    staff = Uploader(account)
    shown = words(staff.choose("rows.json", rows_file(invoice_row(**ODD))))
    assert "Open in these rows: 50 -5." in shown
    assert "dueDate lies before invoiceDate" in shown


def test_thousands_of_currencies_and_spellings_are_taken_as_any_other(receipt):
    rows = [
        invoice_row(invoiceNumber=f"{n}", currency=f"x{n}", status="paid" + "_" * (n % 30) + "-" * (n // 100))
        for n in range(2_500)
    ]
    warnings = by_code(receipt(rows)["warnings"])
    assert counts(warnings["odd_currency"]) == (2_500, 0)
    assert warnings["settled_status_but_open"]["rows"] > 0
    assert len(warnings["settled_status_but_open"]["sums"]) == 10
