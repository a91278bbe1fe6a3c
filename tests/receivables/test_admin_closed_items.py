"""Items that are no longer in the full load, as the admin shows them."""

from datetime import timedelta

import pytest

from receivables.models import Invoice, today
from tests.earlier import make_earlier
from tests.factories import CustomerFactory
from tests.receivables.admin_pages import collector, listed, page_of
from tests.uploads.loads import full_load, ledger
from tests.uploads.staff import words


@pytest.fixture
def browser(account):
    return collector(account)


@pytest.fixture
def closed(upload):
    """Four items, the second of which a later full load lacks; return it."""
    full_load(upload, ledger(1, 2, 3, 4))
    full_load(upload, ledger(1, 3, 4))
    return Invoice.objects.get(invoice_number="2")


def page(browser, invoice):
    return words(browser.get(page_of(invoice)))


def test_the_page_of_a_closed_item_says_since_when_and_by_which_upload(browser, closed):
    shown = page(browser, closed)
    assert "No longer in the full load since" in shown
    assert "Open amount $0.00" in shown
    assert f"/admin/uploads/upload/{closed.closed_by}/change/" in browser.get(page_of(closed)).content.decode()


def test_no_page_says_that_a_closed_item_is_paid_or_settled(browser, closed):
    customer = CustomerFactory(account=closed.account, customer_number="4711", company_code="1000")
    item = page(browser, closed).partition("Invoice 2")[2]
    of_customer = words(browser.get(f"/admin/customers/customer/{customer.pk}/change/"))
    row = words(browser.get("/admin/receivables/invoice/?due=closed")).partition("4711")[2].partition("Due status")[0]
    for shown in (item, of_customer, row):
        assert "no longer in the full load" in shown.lower()
        assert not {"paid", "settled"} & set(shown.lower().split())


def test_the_history_has_the_closing_and_the_reopening(browser, closed, receipt):
    receipt(ledger(2, invoiceAmount=70))
    history = page(browser, closed).partition("History and notes")[2]
    assert history.index("Open again") < history.index("No longer in the full load") < history.index("First received")
    assert "Invoice amount $100.00 → changed to $70.00" in history
    assert "closed_by" not in history


def test_closed_items_are_listed_apart_from_settled_ones(browser, closed, receipt):
    receipt(ledger(5, balanceAmount="0"))
    assert listed(browser, due="closed") == ["2"]
    assert listed(browser, due="settled") == ["5"]
    assert listed(browser, due="open") == ["1", "3", "4"]


def test_items_are_filtered_by_the_day_since_which_they_are_closed(browser, closed):
    tomorrow = today() + timedelta(days=1)
    assert listed(browser, closed_since=str(today())) == ["2"]
    assert listed(browser, closed_since=str(tomorrow)) == []
    make_earlier(Invoice.objects.filter(pk=closed.pk), timedelta(days=9), "closed_at")
    assert listed(browser, closed_since=str(today())) == []
