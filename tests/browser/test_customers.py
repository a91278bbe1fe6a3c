"""Customers in the admin, as a collector works with them: with a keyboard, and on a telephone."""

from datetime import timedelta

import pytest

from apiauth.models import Account
from receivables.models import today
from tests.factories import CustomerFactory, InvoiceFactory

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/customers/customer/"


@pytest.fixture
def customer(pair):
    """A customer of the account of the pair that owes in two currencies, and one that owes nothing."""
    account = Account.objects.get(api_keys__key=pair["api_key"])
    CustomerFactory(account=account, customer_number="1")
    customer = CustomerFactory(account=account, customer_number="0000004711", company_name="Rowan Glass Inc.")
    for age, currency in [(40, "USD"), (-3, "EUR")]:
        InvoiceFactory(account=account, due_date=today() - timedelta(days=age), currency=currency)
    return customer


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_collector_finds_who_is_overdue_and_downloads_the_statement_by_keyboard(back_office, customer):
    back_office.open(LIST)
    page = back_office.page
    page.get_by_role("navigation", name="Open items").get_by_role("link", name="With overdue items").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**items=overdue")
    page.get_by_role("link", name="0000004711").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Rowan Glass Inc.", exact=True).wait_for()
    page.get_by_label("As of").fill("2026-06-30")
    page.get_by_label("Known").focus()
    page.keyboard.press("End")  # now: on that day there was no upload yet
    page.get_by_role("button", name="CSV").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "statement-0000004711-2026-06-30.csv"
    assert download.value.path().read_text().startswith("kind,currency,")


def test_a_statement_that_would_begin_after_its_end_is_refused_on_the_page(back_office, customer):
    back_office.open(f"{LIST}{customer.pk}/change/")
    page = back_office.page
    page.get_by_label("As of").fill("2026-06-30")
    page.get_by_label("From").fill("2026-07-01")
    page.get_by_role("button", name="PDF").click()
    page.get_by_text("The first day is after the last day.").wait_for()
    assert page.get_by_label("From").input_value() == "2026-07-01"


@pytest.mark.parametrize("path", ["", "{pk}/change/"], ids=["the list", "the page of one"])
def test_nothing_is_wider_than_a_telephone(path, back_office, customer):
    back_office.page.set_viewport_size({"width": 360, "height": 780})
    back_office.open(LIST + path.format(pk=customer.pk))
    assert fits(back_office.page)
    assert back_office.page.get_by_text("Rowan Glass Inc.").first.is_visible()
