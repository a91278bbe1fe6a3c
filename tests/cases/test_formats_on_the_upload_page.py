"""The upload page asks how a table writes its numbers and days where nothing proves it, and shows what was settled."""

from datetime import date

import pytest
from openpyxl import Workbook

from receivables.models import Invoice
from receivables.uploads.models import ColumnMapping
from tests.factories import AccountFactory
from tests.uploads.staff import Uploader, saved, words, workbook_file

pytestmark = pytest.mark.django_db

HEADER = "customerNumber;invoiceNumber;invoiceAmount;dueDate\n"


@pytest.fixture
def uploader(account):
    account.amount_decimal_places = 2
    account.save()
    return Uploader(account)


def csv_of(*amounts, days=("",)):
    rows = [f"4711;{place};{amount};{days[place % len(days)]}\n" for place, amount in enumerate(amounts)]
    return (HEADER + "".join(rows)).encode()


def is_asked(page):
    return page.redirect_chain[-1][0].endswith("/columns/")


def stored():
    return [int(amount) if amount == int(amount) else float(amount) for amount in amounts_stored()]


def amounts_stored():
    return Invoice.objects.order_by("invoice_number").values_list("invoice_amount", flat=True)


OPEN = csv_of("1.000", "12.500", "250")


def test_numbers_of_two_readings_are_asked_for(uploader):
    page = uploader.choose("night.csv", OPEN)
    assert is_asked(page)
    text = words(page)
    assert "Which format do the numbers have?" in text
    assert "1234.56 1.000 is read as 1.00 12.500 is read as 12.50" in text
    assert "1.234,56 1.000 is read as 1,000.00 12.500 is read as 12,500.00" in text


@pytest.mark.parametrize(("answer", "amounts"), [("1.234,56", [1000, 12500, 250]), ("1234.56", [1, 12.5, 250])])
def test_numbers_are_read_as_was_answered(answer, amounts, uploader):
    uploader.choose("night.csv", OPEN)
    page = uploader.go("columns", numbers=answer)
    assert f"Numbers {answer} 1.000 is read as" in words(page)
    uploader.go("confirm")
    assert stored() == amounts


def test_without_an_answer_the_page_asks_again(uploader):
    uploader.choose("night.csv", OPEN)
    page = uploader.go("columns")
    assert is_asked(page)
    assert "No number in the file shows which of these formats it has." in words(page)
    assert uploader.draft().preview is None


def test_the_answer_is_remembered_for_the_same_columns(uploader):
    uploader.choose("night.csv", OPEN)
    uploader.go("columns", numbers="1.234,56")
    page = uploader.choose("next.csv", csv_of("7.000"))
    assert "Numbers 1.234,56 7.000 is read as 7,000.00" in words(page)
    assert ColumnMapping.objects.get().numbers == "1.234,56"


def test_a_proof_wins_over_what_is_remembered(uploader):
    uploader.choose("night.csv", OPEN)
    uploader.go("columns", numbers="1.234,56")
    page = uploader.choose("next.csv", csv_of("7.000", "12.5"))
    assert "Numbers 1234.56 7.000 is read as 7.00" in words(page)


def test_a_format_that_does_not_read_the_new_values_is_not_proposed(uploader):
    uploader.choose("night.csv", OPEN)
    uploader.go("columns", numbers="1234.56")
    assert is_asked(uploader.choose("next.csv", csv_of("1,234")))


def test_another_account_is_asked_for_itself(uploader):
    uploader.choose("night.csv", OPEN)
    uploader.go("columns", numbers="1.234,56")
    assert is_asked(Uploader(AccountFactory()).choose("night.csv", OPEN))


def test_what_is_proved_is_shown_and_not_asked_for(uploader):
    page = uploader.choose("night.csv", csv_of("1.234,56", "234,56-", days=("31.12.2025",)))
    text = words(page)
    assert "Numbers 1.234,56 1.234,56 is read as 1,234.56 234,56- is read as -234.56" in text
    assert "Dates 31.12.2025 31.12.2025 is read as Dec. 31, 2025" in text
    uploader.go("confirm")
    assert stored() == [1234.56, -234.56]
    assert Invoice.objects.first().due_date == date(2025, 12, 31)


def test_a_proved_format_is_changed_on_the_page(uploader):
    uploader.choose("night.csv", csv_of("1.000", "12,50"))
    page = uploader.go("columns", numbers="1234.56")
    assert '"12,50" is not an amount.' in words(page)


def test_proofs_that_contradict_each_other_are_asked_for(uploader):
    text = words(uploader.choose("night.csv", csv_of("12.50", "12,50")))
    assert "“12.50” (column invoiceAmount, line 2) and “12,50” (column invoiceAmount, line 3)" in text
    page = uploader.go("columns", numbers="1.234,56")
    assert '"12.50" is not written in the format that was settled for the file.' in words(page)
    page = uploader.go("handling", handling="lenient")
    assert "received 2 = created 1" in words(page)


def test_days_of_two_readings_are_asked_for(uploader):
    text = words(uploader.choose("night.csv", csv_of("1", "2", days=("01/02/2026", "03/04/2026"))))
    assert "12/31/2025 01/02/2026 is read as Jan. 2, 2026" in text
    assert "31/12/2025 01/02/2026 is read as Feb. 1, 2026" in text
    uploader.go("columns", dates="31/12/2025")
    uploader.go("confirm")
    assert list(Invoice.objects.order_by("due_date").values_list("due_date", flat=True)) == [
        date(2026, 2, 1),
        date(2026, 4, 3),
    ]


def test_numbers_and_days_are_asked_for_together_with_columns(uploader):
    file = b"Kunde;Beleg;Betrag;Datum\n1;1;1.000;01/02/2026\n"
    text = words(uploader.choose("kunde.csv", file))
    assert "Column of the file" in text
    told = {"column0": "customerNumber", "column1": "invoiceNumber", "column2": "invoiceAmount", "column3": "dueDate"}
    page = words(uploader.go("columns", **told))
    assert "Which format do the numbers have?" in page
    assert "Which format do the dates have?" in page
    page = uploader.go("columns", **told, numbers="1.234,56", dates="31/12/2025")
    assert "Confirm and upload" in words(page)


def test_days_that_excel_may_have_misread_are_asked_for(uploader):
    names = ["customerNumber", "invoiceNumber", "invoiceAmount", "dueDate"]
    days = [date(2013, 2, 1), date(2013, 3, 1), date(2013, 4, 1), "1/26/2013"]
    file = workbook_file(names, *([1, place, 5, day] for place, day in enumerate(days)))
    text = words(uploader.choose("night.xlsx", file))
    assert "Excel swapped day and month 2013-02-01 is read as Jan. 2, 2013 2013-03-01 is read as Jan. 3, 2013" in text
    uploader.go("columns", dates="12/31/2025", day_cells="swapped")
    uploader.go("confirm")
    found = Invoice.objects.order_by("invoice_number").values_list("due_date", flat=True)
    assert list(found) == [date(2013, 1, 2), date(2013, 1, 3), date(2013, 1, 4), date(2013, 1, 26)]


def test_json_is_never_asked_about(uploader):
    page = uploader.choose("night.json", b'[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": "1.000"}]')
    assert "How the file was read" not in words(page)
    uploader.go("confirm")
    assert stored() == [1]


def test_a_sheet_that_is_not_read_is_named_and_can_be_chosen(uploader):
    names = ["customerNumber", "invoiceNumber", "invoiceAmount"]
    page = uploader.choose("night.xlsx", workbook_file(names, [1, 1, 5], more={"June": [names, [1, 2, 6]]}))
    assert "Not read: June" in words(page)
    assert "/columns/?sheet=June" in page.content.decode()
    uploader.browser.post(f"/admin/uploads/upload/drafts/{uploader.draft().pk}/columns/?sheet=June", follow=True)
    uploader.go("confirm")
    assert stored() == [6]


def test_lines_above_the_column_names_are_told(uploader):
    page = words(uploader.choose("night.csv", b"Open items of May;;\n" + OPEN.replace(b"1.000", b"1.000,5")))
    assert "Above the column names Open items of May The column names are in line 2" in page


def test_another_encoding_is_chosen(uploader):
    file = "customerNumber;invoiceNumber;invoiceAmount;customerName\n1;1;5;Müller\n".encode("mac-roman")
    assert "Müller" not in words(uploader.choose("night.csv", file))
    address = f"/admin/uploads/upload/drafts/{uploader.draft().pk}/columns/?encoding=mac-roman"
    assert "Müller" in words(uploader.browser.get(address))
    uploader.browser.post(address)
    uploader.go("confirm")
    assert Invoice.objects.get().customer_name == "Müller"


def test_a_currency_that_is_none_is_warned_of(uploader):
    file = b"customerNumber,invoiceNumber,invoiceAmount,currency,itemText\n1,S1,10,50,EUR\n"
    assert "50" in words(uploader.choose("night.csv", file)).partition("Warnings")[2]


def test_hidden_rows_are_told_with_their_number(uploader):
    workbook = Workbook()
    sheet = workbook.active
    for row in (["customerNumber", "invoiceNumber", "invoiceAmount"], [1, 1, 5], [1, 2, 6], [1, 3, 7]):
        sheet.append(row)
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = True
    page = uploader.choose("night.xlsx", saved(workbook))
    assert "2 rows are hidden in Excel, by a filter for instance." in words(page)


@pytest.mark.parametrize("text", ["a_x0000_b", "a_xD800_b"])
def test_titles_and_names_that_no_database_can_hold_are_no_failure(text, uploader):
    names = ["customerNumber", "invoiceNumber", "invoiceAmount"]
    for rows in ([[text], names, [1, 1, 5]], [[*names, text], [1, 1, 5, 6]]):
        assert uploader.choose("night.xlsx", workbook_file(*rows)).status_code in (200, 400)
