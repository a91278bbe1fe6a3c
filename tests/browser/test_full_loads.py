"""A withheld full load from the dashboard to its confirmation, also where the login ends or the reader goes back."""

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import Page, expect

from receivables.models import Invoice
from receivables.uploads.models import FullLoad, Kind, LoadState, Upload
from tests.browser.back_office import PASSWORD, BackOffice
from tests.uploads.loads import withheld_load

pytestmark = pytest.mark.django_db(transaction=True)

RECEIPT = "**/admin/uploads/upload/*/change/"


@pytest.fixture
def load(upload) -> FullLoad:
    """A load of twenty items without the last twelve, sent with a key: too many to close by itself."""
    return withheld_load(upload)


@pytest.fixture
def page(back_office) -> Page:
    return back_office.page


def closed() -> int:
    return Invoice.objects.filter(closed_reason="missing").count()


def confirmations() -> list[str]:
    return [str(pk) for pk in Upload.objects.filter(kind=Kind.CONFIRMATION).values_list("pk", flat=True)]


def open_preview(back_office: BackOffice, load: FullLoad) -> None:
    back_office.open(reverse("admin:uploads_fullload_change", args=[load.pk]))
    back_office.page.get_by_role("link", name="Preview and confirm…").click()
    back_office.page.wait_for_url("**/confirm/")


def close_items(page: Page) -> None:
    page.get_by_role("button", name="Close 12 items").click()


def test_a_withheld_load_is_followed_from_the_dashboard_to_its_closed_items(back_office, page, load):
    back_office.open()
    band = page.get_by_role("region", name="Withheld full loads")
    expect(band.get_by_role("listitem")).to_contain_text("12 items · $1,200.00")
    band.get_by_role("link", name="company code 1000").click()
    expect(page.get_by_text("the load has 8 items and the last one had 20")).to_be_visible()
    page.get_by_role("link", name="Preview and confirm…").click()
    expect(page.get_by_role("heading", name="Close 12 items of company code 1000, Acme?")).to_be_visible()
    assert closed() == 0

    close_items(page)
    page.wait_for_url(RECEIPT)
    expect(page.get_by_role("heading", name="Confirmation of a full load · Acme")).to_be_visible()
    assert page.locator(".upload-sum").inner_text().split() == ["closed", "12"]
    page.get_by_role("link", name="Rows last written by this upload").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(12)
    expect(page.locator("#result_list").get_by_text("No longer in the full load")).to_have_count(12)

    page.get_by_role("navigation").get_by_role("link", name="Dashboard").click()
    expect(page.get_by_role("heading", name="Aging by due date")).to_be_visible()
    expect(band).to_have_count(0)
    expect(page.get_by_text("$800.00").first).to_be_visible(timeout=30_000)  # the page asks for newer figures by itself


def test_a_login_that_ends_before_the_confirmation_leads_back_to_its_preview(ada, page, load):
    open_preview(ada, load)
    Session.objects.all().delete()
    close_items(page)
    ada.fill_login("ada", PASSWORD)
    page.wait_for_url("**/confirm/")
    assert (closed(), confirmations()) == (0, [])
    close_items(page)
    page.wait_for_url(RECEIPT)
    assert (closed(), len(confirmations())) == (12, 1)


def test_a_browser_that_lost_all_cookies_closes_nothing_by_itself(ada, page, load):
    open_preview(ada, load)
    page.context.clear_cookies()
    close_items(page)
    page.get_by_role("link", name="Open the page again").click()
    ada.fill_login("ada", PASSWORD)
    expect(page.get_by_role("button", name="Close 12 items")).to_be_visible()
    assert (closed(), FullLoad.objects.get(pk=load.pk).state) == (0, LoadState.WITHHELD)
    ada.troubles.clear()  # a page that says no is a trouble to the console


def test_whoever_goes_back_after_a_confirmation_finds_the_load_as_it_is_now(back_office, page, load):
    open_preview(back_office, load)
    close_items(page)
    page.wait_for_url(RECEIPT)
    page.go_back()
    expect(page.get_by_text("There is nothing to confirm.")).to_be_visible()
    expect(page.get_by_role("button", name="Close 12 items")).to_have_count(0)
    expect(page.get_by_text("no longer in the full load")).to_have_count(12)


def test_a_second_tab_that_confirms_again_gets_the_same_receipt(back_office, page, load):
    open_preview(back_office, load)
    other = page.context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        close_items(tab)
        tab.wait_for_url(RECEIPT)
    assert other.url == page.url
    assert [pk in page.url for pk in confirmations()] == [True]
    assert closed() == 12
