"""The list of customers by what they owe that is overdue."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from receivables.figures.caching import cache_statuses, refresh_figures
from receivables.models import Invoice, today
from receivables.models.account_figures import AccountFigures
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory
from tests.receivables.staff_pages import LIST, numbers, staff_of, told


@pytest.fixture
def owe(account):
    def stored(number, amount, currency="EUR", owner=account, days=1):
        due = today() - timedelta(days=days)
        InvoiceFactory(account=owner, customer_number=number, invoice_amount=amount, currency=currency, due_date=due)

    return stored


def customers(account, *names):
    for number in names:
        CustomerFactory(account=account, customer_number=number)


def test_who_owes_most_stands_first(account, staff, owe):
    customers(account, "1", "2", "3", "4", "5")
    owe("1", 20)
    owe("2", 5)
    owe("0003", 30)
    owe("2", 50)
    owe("4", 1000, days=0)
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == ["2", "3", "1"]


def test_each_currency_has_an_order_of_its_own(account, staff, owe):
    customers(account, "1", "2", "3")
    owe("1", 20)
    owe("1", 1, "USD")
    owe("2", 5)
    owe("2", 50, "USD")
    owe("3", 30, "USD")
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == ["1", "2"]
    assert numbers(staff.get(LIST, {"most_overdue": "USD"})) == ["2", "3", "1"]


def test_the_order_is_that_of_what_was_just_uploaded(account, staff, owe):
    customers(account, "1", "2")
    owe("1", 20)
    owe("2", 5)
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == ["1", "2"]
    owe("2", 50)
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(hours=1))
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == ["2", "1"]


def test_an_order_that_is_not_of_now_says_of_when_it_is(account, staff, owe):
    customers(account, "1", "2")
    owe("1", 20)
    staff.get(LIST, {"most_overdue": "EUR"})
    AccountFigures.objects.update(seconds=4)
    owe("2", 50)
    response = staff.get(LIST, {"most_overdue": "EUR"})
    assert numbers(response) == ["1"]
    [message] = told(response)
    assert "sorted by their balances of" in message


def test_figures_of_a_release_before_are_made_anew(account, staff, owe):
    customers(account, "1")
    owe("1", 20)
    refresh_figures(cache_statuses(type(account).objects.all()), seconds=60)
    AccountFigures.objects.all().delete()
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == ["1"]


def test_it_is_narrowed_by_search_and_filters(account, staff, owe):
    customers(account, "1001", "1002", "2001")
    CustomerFactory(account=account, customer_number="1003", company_code="US01")
    for amount, number in enumerate(["1001", "1002", "2001", "1003"], start=1):
        owe(number, amount)
    asked = {"most_overdue": "EUR"}
    assert numbers(staff.get(LIST, asked | {"q": "100"})) == ["1003", "1002", "1001"]
    assert numbers(staff.get(LIST, asked | {"company_code": "US01"})) == ["1003"]
    assert numbers(staff.get(LIST, asked | {"o": "0"})) == ["1001", "1002", "1003", "2001"]


def test_customers_of_several_accounts_stand_in_one_order(account, owe):
    other, foreign = AccountFactory(name="Other"), AccountFactory(name="Foreign")
    for owner, number, amount in [(account, "1", 10), (other, "2", 30), (account, "3", 20), (foreign, "4", 40)]:
        customers(owner, number)
        owe(number, amount, owner=owner)
    browser = staff_of(account, other)
    assert numbers(browser.get(LIST, {"most_overdue": "EUR"})) == ["2", "3", "1"]
    assert numbers(browser.get(LIST, {"most_overdue": "EUR", "account__id__exact": other.pk})) == ["2"]
    assert numbers(browser.get(LIST, {"most_overdue": "EUR", "account__id__exact": foreign.pk})) == []


def test_a_page_holds_fifty_and_the_next_goes_on(account, staff, owe):
    for number in range(1, 53):
        customers(account, f"{number}")
        owe(f"{number}", 1000 - number)
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == [f"{number}" for number in range(1, 51)]
    assert numbers(staff.get(LIST, {"most_overdue": "EUR", "p": "2"})) == ["51", "52"]


def test_the_currencies_that_are_overdue_are_offered_once_figures_are_kept(account, staff, owe):
    customers(account, "1")
    owe("1", 20, "PLN")
    owe("1", 20, "CHF", days=0)
    refresh_figures(cache_statuses(type(account).objects.all()), seconds=60)
    page = staff.get(LIST).content.decode()
    assert '<a href="?most_overdue=PLN">PLN</a>' in page
    assert "most_overdue=CHF" not in page


@pytest.mark.parametrize("currency", ["CHF", "", "x" * 3000, "\0", "\ud800", "'", "EUR%00"])
def test_a_currency_in_which_nothing_is_overdue_finds_nothing_and_says_so(currency, account, staff, owe):
    customers(account, "1")
    owe("1", 20)
    response = staff.get(LIST, {"most_overdue": currency.encode("utf-8", "surrogatepass")})
    if response.status_code != 400:
        assert numbers(response) == []
        assert any("Nothing is overdue" in message for message in told(response))


def ordered(staff, column, direction="", **asked):
    """Return the customers in the order that the head of a column leads to."""
    place = ["number", "name", "company", "open_balance", "overdue_amount"].index(column)
    return numbers(staff.get(LIST, {"o": f"{direction}{place}", **asked}))


def test_the_heads_of_amounts_put_the_largest_first_and_then_last(account, staff, owe):
    customers(account, "1", "2", "3")
    owe("1", 20)
    owe("2", 50)
    owe("1", 100, days=0)
    owe("3", -7, days=0)
    assert ordered(staff, "open_balance") == ["1", "2", "3"]
    assert ordered(staff, "open_balance", "-") == ["3", "2", "1"]
    assert ordered(staff, "overdue_amount") == ["2", "1"]
    assert ordered(staff, "overdue_amount", "-") == ["1", "2"]


def test_the_head_of_amounts_compares_those_of_one_currency_and_says_which(account, staff, owe):
    customers(account, "1", "2")
    owe("1", 20, "USD")
    owe("2", 50)
    owe("2", 5)
    assert ordered(staff, "overdue_amount") == ["2"]
    assert ordered(staff, "overdue_amount", most_overdue="USD") == ["1"]
    assert ordered(staff, "open_balance", most_overdue="USD") == ["1"]
    assert "The list shows EUR" in told(staff.get(LIST, {"o": "4"}))[0]


def test_the_head_of_amounts_leaves_a_list_as_it_is_where_nothing_is_owed(account, staff):
    customers(account, "1", "2")
    assert ordered(staff, "overdue_amount") == ["1", "2"]


def test_only_one_of_the_short_cuts_is_said_to_be_chosen(account, staff, owe):
    customers(account, "1")
    owe("1", 20)
    page = staff.get(LIST, {"most_overdue": "EUR", "account__id__exact": account.pk}).content.decode()
    assert re.findall('aria-current="true">(.*?)<', page) == ["EUR"]
    assert f'<a href="?account__id__exact={account.pk}">All</a>' in page


def test_where_nothing_is_overdue_at_all_nobody_is_listed(account, staff):
    customers(account, "1")
    assert numbers(staff.get(LIST, {"most_overdue": "EUR"})) == []


def test_staff_who_may_not_see_invoices_get_no_order_by_what_is_owed(account, owe):
    customers(account, "1", "2")
    owe("2", 20)
    browser = staff_of(account, may=["view_customer"])
    assert "most_overdue" not in browser.get(LIST).content.decode()
    assert browser.get(LIST, {"most_overdue": "EUR"}).status_code == 400


def test_the_order_takes_as_many_queries_however_many_customers(account, staff, owe, django_assert_num_queries):
    customers(account, "0")
    owe("0", 7)
    staff.get(LIST, {"most_overdue": "EUR"})
    with django_assert_num_queries(12):
        staff.get(LIST, {"most_overdue": "EUR"})
    for number in range(1, 30):
        customers(account, f"{number}")
        owe(f"{number}", number)
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(hours=1))
    staff.get(LIST, {"most_overdue": "EUR"})
    with django_assert_num_queries(12):
        assert len(numbers(staff.get(LIST, {"most_overdue": "EUR"}))) == 30
    assert Invoice.objects.count() == 30
