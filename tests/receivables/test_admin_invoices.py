"""The admin's list of invoices."""

from datetime import timedelta

import pytest

from apiauth.admin.long_lists import BoundedPaginator
from receivables.models import today
from receivables.models.notes_and_tags import InvoiceTag, Tag
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory
from tests.receivables.admin_pages import LIST, collector, listed


def test_a_row_says_what_is_owed_since_when_and_by_whom(account, browser):
    customer = CustomerFactory(account=account, customer_number="0000004711")
    due = today() - timedelta(days=40)
    InvoiceFactory(account=account, currency="EUR", invoice_amount=1234, due_date=due, customer_name="Laurel & Sons")
    page = browser.get(LIST).content.decode()
    assert "€1,234.00" in page
    assert "31–60 days" in page
    assert '<span class="money">40</span>' in page
    assert "Laurel &amp; Sons" in page
    assert f'href="/admin/customers/customer/{customer.pk}/change/"' in page


def test_a_row_names_its_account_to_staff_of_several_alone(account, browser):
    InvoiceFactory(account=account)
    assert b'<span class="second-line" title="Acme">' not in browser.get(LIST).content
    assert b'<span class="second-line" title="Acme">' in collector(account, AccountFactory()).get(LIST).content


def test_a_row_shows_its_tags(account, browser):
    tag = Tag.objects.create(account=account, name="<VIP>")
    InvoiceTag.objects.create(invoice=InvoiceFactory(account=account), tag=tag, author_username="x")
    assert "#&lt;VIP&gt;" in browser.get(LIST).content.decode()


@pytest.mark.parametrize("rows", [3, 40])
def test_a_list_asks_the_same_queries_for_many_rows_as_for_few(rows, account, browser, django_assert_num_queries):
    CustomerFactory(account=account, customer_number="4711")
    tag = Tag.objects.create(account=account, name="VIP")
    for invoice in InvoiceFactory.create_batch(rows, account=account):
        InvoiceTag.objects.create(invoice=invoice, tag=tag, author_username="x")
    with django_assert_num_queries(12):  # five of them to know who asks
        browser.get(LIST)


@pytest.fixture
def _few_pages(monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "MOST", 60)


@pytest.mark.usefixtures("_few_pages")
def test_a_list_that_is_too_long_to_count_says_so(account, browser):
    InvoiceFactory.create_batch(61, account=account)
    assert "more than 60 invoices" in browser.get(LIST).content.decode()


@pytest.mark.usefixtures("_few_pages")
def test_a_list_just_short_enough_says_how_many(account, browser):
    InvoiceFactory.create_batch(60, account=account)
    page = browser.get(LIST).content.decode()
    assert "60\n" in page
    assert "more than" not in page


@pytest.mark.usefixtures("_few_pages")
@pytest.mark.parametrize("order", ["", "0", "-0", "1", "-1", "3", "-3", "5", "-5"])
def test_pages_of_several_accounts_are_in_one_order(order, account):
    other = AccountFactory()
    for place in range(80):
        owner = account if place % 3 else other
        values = {"customer_number": f"{place * 7 % 11}", "due_date": today() + timedelta(days=place * 5 % 9)}
        InvoiceFactory(
            account=owner, invoice_number=f"{place * 13 % 80:03}", invoice_amount=place * 3 % 7 + 1, **values
        )
    browser = collector(account, other)
    pages = [browser.get(LIST, {"o": order, "p": page} if order else {"p": page}).context["cl"] for page in (1, 2)]
    shown = [invoice.pk for page in pages for invoice in page.result_list]
    assert shown == list(pages[0].queryset.values_list("pk", flat=True)[:60])


@pytest.mark.usefixtures("_few_pages")
@pytest.mark.parametrize("filters", [{"quality": "unknown_customer"}, {"customer": "4711", "customer_code": "=1"}])
def test_pages_of_several_accounts_are_filtered_by_their_customers(filters, account):
    """A cluster cannot look up customers under another filter of their account."""
    accounts = [account, AccountFactory()]
    for owner in accounts:
        InvoiceFactory.create_batch(40, account=owner, customer_number="4711", company_code="1")
    pages = [collector(*accounts).get(LIST, filters | {"p": page}).context["cl"] for page in (1, 2)]
    shown = [invoice.pk for page in pages for invoice in page.result_list]
    assert shown == list(pages[0].queryset.values_list("pk", flat=True)[:60])
    assert len(set(shown)) == 60


def test_a_page_beyond_the_last_is_the_last(account, browser):
    InvoiceFactory(account=account, invoice_number="only")
    assert listed(browser, p="99") == ["only"]


def test_an_empty_list_says_where_rows_come_from(browser):
    assert "The first upload creates them." in browser.get(LIST).content.decode()
