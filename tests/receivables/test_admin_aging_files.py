"""The aging report as a workbook: the figures of the page, as numbers and days that a spreadsheet computes with."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from receivables.admin.reports import aging_file
from receivables.models import today
from receivables.uploads.models import Upload
from tests.factories import CustomerFactory, invoice_row
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import ago, owe, staff_of

pytestmark = pytest.mark.django_db

FILE = "/admin/reports/aging.xlsx"
BUCKETS = ["Not due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days", "No due date", "Credit"]
SUMS = ["Open", *BUCKETS, "Open items", "Items without an amount"]


def sheets(browser: Client, **query: Any) -> dict[str, list[list[Any]]]:
    """Return the rows of each sheet, its heading among them."""
    response: Any = browser.get(FILE, query)
    assert response.status_code == 200
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def midnight(day: Any) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a cell has no zone


def test_rows_have_numbers_and_days_under_their_titles(account, staff):
    CustomerFactory(account=account, customer_number="4711", company_name="Alpha")
    owe(account, "10.55", ago(1), company_code="1000", currency="EUR")
    owe(account, -3, ago(40), company_code="1000", currency="EUR")
    report = sheets(staff)["Aging"]
    assert report[0] == ["As of", "Customer", "Name", "Company code", "Currency", *SUMS]
    # The customer that was sent has no company code, and all items of its number are its own.
    amounts = [7.55, 0, 10.55, 0, 0, 0, 0, -3]
    assert report[1:] == [[midnight(today()), "4711", "Alpha", None, "EUR", *amounts, 2, 0]]


def test_totals_say_the_moment_and_the_last_upload(receipt, staff, account):
    receipt([invoice_row(currency="EUR", invoiceAmount=100)])
    days_pass(2)
    receipt([invoice_row(currency="EUR", invoiceAmount=60)])
    first = Upload.objects.earliest("merged_at").merged_at
    titles, total = sheets(staff, asOf=f"{ago(1)}", groupBy="companyCode")["Total"]
    assert titles == ["Account", "As of", "Known at", "Last upload", "Extracted from the ERP", "Currency", *SUMS]
    assert total[:2] == [account.name, midnight(ago(1))]
    assert abs(total[2] - midnight(today())) < timedelta(seconds=1)
    assert abs(total[3] - first.replace(tzinfo=None)) < timedelta(seconds=1)
    assert total[5:7] == ["EUR", 100]


def test_all_customers_are_in_the_file_however_many_are_read_at_once(account, staff, monkeypatch):
    monkeypatch.setattr(aging_file, "CHUNK", 2)
    for number in range(5):
        owe(account, 10, customer_number=f"C{number}")
    assert [row[1] for row in sheets(staff)["Aging"][1:]] == ["C0", "C1", "C2", "C3", "C4"]


@pytest.mark.parametrize("name", ["=1+1", "A & <B>", "_x0041_", "Tab\tand\nline", "Ünïcode 😀", " blank "])
def test_names_are_texts_and_come_as_they_are(account, staff, name):
    CustomerFactory(account=account, customer_number="4711", company_name=name)
    owe(account, 10)
    assert unescape(sheets(staff)["Aging"][1][2]) == name  # as Excel does


def test_an_amount_that_a_spreadsheet_would_round_is_a_text(account, staff):
    owe(account, "1234567890123456.5")
    assert sheets(staff)["Aging"][1][5] == "1234567890123456.5000"


def test_a_report_of_nothing_has_its_titles_alone(staff):
    assert [len(rows) for rows in sheets(staff, groupBy="currency").values()] == [1, 1]


def test_names_are_left_out_for_those_who_may_not_see_customers(account):
    owe(account, 10)
    assert "Name" not in sheets(staff_of(account, may=["view_invoice"]))["Aging"][0]


def test_a_file_that_cannot_be_answered_leads_to_the_page_that_says_why(receipt, staff):
    receipt([invoice_row()])
    response = staff.get(FILE, {"asOf": "2020-01-31"})
    assert response.status_code == 302
    assert response["Location"] == "/admin/reports/aging/?asOf=2020-01-31"


def test_a_file_is_for_those_who_may_see_the_account(account):
    assert staff_of(account, may=["view_customer"]).get(FILE).status_code == 403
    assert staff_of().get(FILE).status_code == 404
    assert staff_of().get(FILE, {"account": account.pk}).status_code == 404
    assert Client().get(FILE).status_code == 302
    assert staff_of(account).get(FILE, {"cursor": "x"}).status_code == 400
