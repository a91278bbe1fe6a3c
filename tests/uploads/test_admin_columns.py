"""Columns that the contract does not name: said once what they are, remembered for the next file."""

import pytest

from receivables.models import Invoice
from receivables.uploads.models import ColumnMapping, Upload
from tests.uploads.staff import Uploader, words, workbook_file

GERMAN = b"Kunde;Beleg;Betrag;Farbe;Notiz\n4711;1;100;rot;x\n"
TOLD = {
    "column0": "customerNumber",
    "column1": "invoiceNumber",
    "column2": "invoiceAmount",
    "column3": "+",
    "column4": "-",
}


@pytest.fixture
def told(uploader):
    """Someone who chose a file of unknown columns, and said what they are."""
    uploader.choose("kunde.csv", GERMAN)
    uploader.go("columns", **TOLD)
    return uploader


def test_columns_are_taken_as_they_were_said_to_be(told):
    told.go("confirm")
    invoice = Invoice.objects.get()
    assert (invoice.customer_number, invoice.invoice_number, invoice.invoice_amount) == ("4711", "1", 100)
    assert invoice.extra == {"Farbe": "rot"}


def test_a_file_of_unknown_columns_asks_what_they_are_before_the_preview(uploader):
    page = uploader.choose("kunde.csv", GERMAN)
    assert page.redirect_chain[-1][0].endswith("/columns/")
    assert not Upload.objects.exists()


def test_the_same_columns_in_any_order_are_not_asked_for_again(told):
    page = told.choose("again.csv", b"Betrag;Kunde;Notiz;Farbe;Beleg\n5;4711;;;2\n")
    assert "created 1" in words(page)
    assert "Confirm and upload" in words(page)


def test_of_other_columns_what_was_said_of_the_same_names_is_proposed(told):
    page = told.choose("more.csv", b"Kunde;Beleg;Betrag;Ort\n4711;1;100;Bonn\n").content.decode()
    assert page.count("<option") > 4
    for name in ("customerNumber", "invoiceNumber", "invoiceAmount", "+"):
        assert f'<option value="{name}" selected>' in page


def test_a_column_that_looks_like_a_field_is_proposed_to_be_it(uploader):
    page = uploader.choose("kunde.csv", b"Customer Number,invoice_number,INVOICE AMOUNT\n1,1,1\n").content.decode()
    for name in ("customerNumber", "invoiceNumber", "invoiceAmount"):
        assert f'<option value="{name}" selected>' in page


def test_what_was_said_is_remembered_for_the_account_and_the_resource_alone(told, other_account):
    stranger = Uploader(other_account)
    page = stranger.choose("kunde.csv", GERMAN)
    assert page.redirect_chain[-1][0].endswith("/columns/")
    page = told.choose("kunde.csv", GERMAN, resource="customers")
    assert page.redirect_chain[-1][0].endswith("/columns/")


def test_what_was_said_is_mended_from_the_preview(told):
    page = told.go("columns", **TOLD | {"column3": "itemText"})
    assert "Confirm and upload" in words(page)
    told.go("confirm")
    assert Invoice.objects.get().item_text == "rot"
    assert ColumnMapping.objects.get().columns["Farbe"] == "itemText"


def test_two_columns_for_one_field_are_refused(uploader):
    uploader.choose("kunde.csv", GERMAN)
    page = uploader.go("columns", **TOLD | {"column3": "invoiceAmount"})
    assert words(page).count("Another column is already assigned to this field.") == 2
    assert not ColumnMapping.objects.exists()


def test_a_field_that_every_row_needs_must_have_a_column(uploader):
    uploader.choose("kunde.csv", GERMAN)
    page = uploader.go("columns", **TOLD | {"column0": "+", "column2": "-"})
    assert "Every row needs customerNumber, invoiceAmount." in words(page)


def test_a_file_of_known_columns_that_lacks_one_is_not_previewed(uploader):
    page = uploader.choose("night.csv", b"customerNumber,invoiceNumber\n1,1\n")
    assert page.redirect_chain[-1][0].endswith("/columns/")
    assert "Every row needs invoiceAmount." in words(uploader.go("columns"))


def test_columns_that_begin_with_a_hash_are_left_out_unasked(uploader):
    uploader.choose("night.csv", b"#row,customerNumber,invoiceNumber,invoiceAmount,#errors\n2,1,1,1,bad\n")
    uploader.go("confirm")
    assert Invoice.objects.get().extra == {}


ITEMS = [["customerNumber", "invoiceNumber", "invoiceAmount"], [4711, 1, 100]]
SHEETS = workbook_file(["Open items of May"], title="Cover", more={"Items": ITEMS})


def test_another_sheet_is_chosen(uploader):
    uploader.choose("night.xlsx", SHEETS)
    address = f"drafts/{uploader.draft().pk}/columns/"
    assert "Items" in words(uploader.page(address))
    page = uploader.browser.post(f"/admin/uploads/upload/{address}?sheet=Items", follow=True)
    assert "Sheet: Items." in words(page)
    uploader.go("confirm")
    assert Invoice.objects.get().invoice_amount == 100


def test_a_sheet_that_is_not_there_is_not_read(uploader):
    uploader.choose("night.xlsx", SHEETS)
    page = uploader.page(f"drafts/{uploader.draft().pk}/columns/?sheet=Secret")
    assert "Open items of May" in words(page)
    assert "Secret" not in words(page)
