"""The month-end as an accountant does it: the aging of its last day by the night feed after it, reconciled with the
totals of the ERP, and exported.
"""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from receivables.models import today
from tests.browser.back_office import PASSWORD
from tests.receivables.days_pass import days_pass
from tests.uploads.loads import full_load, ledger

pytestmark = pytest.mark.django_db(transaction=True)

LAST_DAY = today().replace(day=1) - timedelta(days=1)


@pytest.fixture
def page(back_office) -> Page:
    return back_office.page


@pytest.fixture
def month_end(upload) -> date:
    """A ledger of 100 items. The night feed of the month's last day arrives on the next one, with 97 of them; one more
    was paid since.
    """
    night = min(datetime.combine(LAST_DAY + timedelta(days=1), time(4), UTC), timezone.now())
    rows = ledger(*range(1, 101), dueDate=f"{LAST_DAY - timedelta(days=40)}")
    full_load(upload, rows)
    days_pass(2)
    full_load(upload, rows[:97], query=f"&extractedAt={today()}T00:00:00Z")
    days_pass((timezone.now() - night) / timedelta(days=1))
    full_load(upload, rows[:96])
    return LAST_DAY


def open_month_end(page: Page) -> None:
    """Come by the side bar to the aging of the month's last day, by the first full load after it."""
    page.get_by_role("navigation").get_by_role("link", name="Aging").click()
    page.get_by_role("navigation", name="Days").get_by_role("link").nth(1).click()
    page.get_by_role("link", name="after the full load of").click()


def compare(page: Page, totals: str) -> None:
    page.get_by_label("Totals of the ERP").fill(totals)
    page.get_by_role("button", name="Compare").click()


def test_a_month_end_is_aged_reconciled_and_exported(back_office, page, month_end, tmp_path):
    back_office.open()
    open_month_end(page)
    expect(page.locator(".moment")).to_contain_text("extracted from the ERP on")
    total = page.locator(".totals tr").first
    expect(total).to_contain_text("$9,700.00")
    expect(total).to_contain_text("97 items")
    page.get_by_role("link", name="at the end of that day").click()
    expect(total).to_contain_text("$10,000.00")
    page.get_by_role("link", name="after the full load of").click()

    total.get_by_role("link", name="$9,700.00").first.click()
    expect(page.locator(".as-of")).to_contain_text("The invoices are shown as they were on")
    expect(page.get_by_text("97 invoices")).to_be_visible()
    page.go_back()

    page.get_by_role("link", name="Reconcile with the ERP").click()
    compare(page, "1000\tUSD\t9,600.00")
    expect(page.get_by_role("status").last).to_contain_text("1 total differs.")
    expect(page.locator(".compared")).to_contain_text("$100.00")
    expect(page.locator(".explained")).to_contain_text("Single items")
    expect(page.locator(".written-again")).to_have_count(0)
    compare(page, "1000\tUSD\t9.700,00")
    expect(page.get_by_role("status").last).to_contain_text("1 total agrees.")

    page.get_by_role("link", name="Aging of this moment").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as XLSX").click()
    download.value.save_as(tmp_path / "aging.xlsx")
    assert download.value.suggested_filename == f"aging-{month_end}.xlsx"
    book = load_workbook(BytesIO(Path(tmp_path / "aging.xlsx").read_bytes()))
    [titles, row] = book["Aging"].iter_rows(values_only=True)
    exported = dict(zip(titles, row, strict=True))
    assert (exported["As of"].date(), exported["Open"], exported["31–60 days"]) == (month_end, 9700, 9700)


def test_what_was_typed_stays_after_an_error_and_after_a_login_that_ended(ada, page, month_end):
    ada.open("/admin/reports/reconcile/")
    compare(page, "1000;USD;abc")
    expect(page.get_by_role("alert")).to_contain_text("Line 1: “abc” is not a number.")
    expect(page.get_by_label("Totals of the ERP")).to_have_value("1000;USD;abc")
    expect(page.locator(".written-again")).to_have_count(0)
    page.get_by_label("Totals of the ERP").fill("1000;USD;9600.00")
    Session.objects.all().delete()
    page.get_by_role("button", name="Compare").click()
    ada.fill_login("ada", PASSWORD)
    page.wait_for_url("**/reconcile/*")
    expect(page.get_by_label("Totals of the ERP")).to_have_value("1000;USD;9600.00")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status").last).to_contain_text("1 total agrees.")


def test_an_open_format_is_asked_for_and_back_leads_to_the_comparison(back_office, page, month_end):
    back_office.open("/admin/reports/reconcile/")
    compare(page, "1000;USD;9.600")
    page.get_by_role("radio", name="1.234,56").check()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status").last).to_contain_text("1 total agrees.")
    page.locator(".compared a").first.click()
    page.wait_for_url("**/receivables/invoice/*")
    page.go_back()
    expect(page.get_by_role("status").last).to_contain_text("1 total agrees.")


@pytest.mark.parametrize("path", ["aging/", "reconcile/"])
def test_reports_fit_a_telephone(back_office, page, month_end, path):
    page.set_viewport_size({"width": 360, "height": 800})
    back_office.open(f"/admin/reports/{path}?asOf={month_end}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
