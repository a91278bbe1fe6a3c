"""Texts that a cell cannot hold as they are: apostrophes defuse formulas, and escapes stand for what XML lacks."""

import json

import pytest
from openpyxl import Workbook

from customers.models import Customer
from receivables.uploads.files.file_types import CSV, XLSX
from tests.cases.reading_back import DEFUSED_TEXTS, as_send_feed_reads, downloaded, sent_back
from tests.factories import customer_row, invoice_row
from tests.uploads.staff import saved, workbook_file


@pytest.mark.parametrize("text", DEFUSED_TEXTS, ids=ascii)
@pytest.mark.parametrize("name", ["phoneno", "companyname", "firstname", "lastname"])
def test_a_text_like_a_formula_survives_the_list_as_csv(receipt, upload, client, name, text):
    receipt([customer_row(**{name: text})], "customers")
    written = downloaded(client, "/jsonApi/customers?format=csv")
    assert sent_back(upload, written, "csv", "customers")["unchanged"] == 1
    assert client.get("/jsonApi/customers").json()["results"][0][name] == text


def test_a_column_name_like_a_formula_loses_its_apostrophe():
    written = b"customerNumber,'=colour,''@home,'PO\n1,'=red,''@x,'PO\n"
    line = as_send_feed_reads(written, CSV, "invoices")
    assert json.loads(line) == {"customerNumber": "1", "=colour": "=red", "'@home": "'@x", "'PO": "'PO"}


def test_in_a_workbook_no_apostrophe_is_taken_off():
    written = workbook_file(["customerNumber", "itemText"], ["1", "'=red"])
    assert json.loads(as_send_feed_reads(written, XLSX, "invoices"))["itemText"] == "'=red"


# What XML cannot hold.
ESCAPED = {
    "10001_x000D_\n": "10001",
    "a_x000D_b": "a\rb",
    "_x005F_x000D_": "_x000D_",
    "a_x0009_b": "a\tb",
    "_xD83D__xDE42_": "\U0001f642",
    "_x00e4_": "\u00e4",
    "_x000_": "_x000_",
    "_xD800_ alone": "_xD800_ alone",
    "_xDC00__xD800_": "_xDC00__xD800_",
    "_x005F_x": "_x005F_x"[:1] + "x",
}


@pytest.mark.parametrize(("cell", "text"), ESCAPED.items(), ids=map(ascii, ESCAPED))
def test_an_escaped_character_of_a_workbook_is_read(upload, client, cell, text):
    workbook = Workbook()
    workbook.active.append(["customerno", "emailaddress1", "companyname"])
    workbook.active.append(["1", "a@example.com", cell])
    sent_back(upload, saved(workbook), "xlsx", "customers")
    assert Customer.objects.get().company_name == text


@pytest.mark.parametrize("text", ["a\rb _x000D_ c", "_x005F_", "\x01", "_x0041_", "_x000D", "a\ufffeb", "_x_x000D_"])
def test_a_text_that_looks_escaped_survives_the_list_as_workbook(receipt, upload, client, text):
    receipt([invoice_row(itemText=text)])
    written = downloaded(client, "/jsonApi/invoices?format=xlsx")
    assert sent_back(upload, written, "xlsx", "invoices")["unchanged"] == 1
