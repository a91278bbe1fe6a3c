"""Warnings of rows: how they are counted, and where they are shown."""

from tests.cases.row_warnings import USD, by_code, counts
from tests.factories import invoice_row
from tests.uploads.staff import Uploader, rows_file, words

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
    shown = words(page)
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
