"""Cached balances: the same as a customer's page adds up, whatever came before."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.models import Customer
from receivables.admin.customers.balances import balances_of
from receivables.figures.computing import refresh_balances
from receivables.models import Invoice
from receivables.models.account_figures import OpenBalance, OverdueBalance
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory
from tests.lanes import rolled_back
from tests.receivables.any_items import few_examples

TODAY = date(2026, 6, 30)

ledgers = st.lists(
    st.fixed_dictionaries(
        {
            "customer_number": st.sampled_from(["1", "0001", "2"]),
            "company_code": st.sampled_from(["", "US01", "DE01"]),
            "currency": st.sampled_from(["EUR", "USD", ""]),
            "invoice_amount": st.decimals(-1000, 1000, places=4),
            "due_date": st.sampled_from([None, date(2026, 6, 29), TODAY, date(2020, 1, 1)]),
            "balance_text": st.sampled_from(["", "much"]),
        }
    ),
    max_size=8,
)


def cached(account, model=OverdueBalance):
    found = model.objects.filter(account=account)
    return {(one.customer_id, one.currency): one.amount for one in found}


@pytest.fixture
def customers(account):
    """Customers of one account: a number of two companies, one of none."""
    kinds = [("1", "US01"), ("1", "DE01"), ("0002", "")]
    return [CustomerFactory(account=account, customer_number=number, company_code=code) for number, code in kinds]


@few_examples
@given(first=ledgers, then=ledgers)
def test_cached_balances_are_those_that_a_page_adds_up(account, customers, first, then):
    with rolled_back():
        for ledger in (first, then):
            Invoice.objects.all().delete()
            for number, values in enumerate(ledger):
                InvoiceFactory(account=account, invoice_number=f"{number}", **values)
            refresh_balances(account.pk, TODAY)
        for model, name in [(OverdueBalance, "overdue"), (OpenBalance, "open")]:
            added_up = {
                (pk, one.currency): getattr(one, name).amount
                for pk, balances in balances_of(customers, TODAY).items()
                for one in balances
                if getattr(one, name).count
            }
            assert cached(account, model) == added_up


def test_balances_are_exact_beyond_what_one_amount_may_be(account):
    customer = CustomerFactory(account=account, customer_number="4711")
    for _ in range(3):
        InvoiceFactory(account=account, invoice_amount="9223372036854775807.9999", due_date=date(2026, 6, 1))
    refresh_balances(account.pk, TODAY)
    assert cached(account) == {(customer.pk, ""): Decimal("27670116110564327423.9997")}


def test_only_balances_that_changed_are_written(account):
    for number in ("1", "2"):
        CustomerFactory(account=account, customer_number=number)
        InvoiceFactory(account=account, customer_number=number, due_date=date(2026, 6, 1))
    refresh_balances(account.pk, TODAY)
    versions = OverdueBalance.objects.extra({"version": "ctid::text"}).order_by("customer").values_list("version")
    first = list(versions.all())
    InvoiceFactory(account=account, customer_number="2", due_date=date(2026, 6, 1))
    refresh_balances(account.pk, TODAY)
    then = list(versions.all())
    assert (then[0] == first[0], then[1] == first[1]) == (True, False)


def test_another_account_keeps_its_own(account):
    other = AccountFactory()
    for owner in (account, other):
        CustomerFactory(account=owner, customer_number="4711")
        InvoiceFactory(account=owner, due_date=date(2026, 6, 1))
        refresh_balances(owner.pk, TODAY)
    Invoice.objects.filter(account=account).delete()
    refresh_balances(account.pk, TODAY)
    assert (cached(account), list(cached(other).values())) == ({}, [100])


def test_a_customer_that_is_gone_takes_its_balances_with_it(account):
    CustomerFactory(account=account, customer_number="4711")
    InvoiceFactory(account=account, due_date=date(2026, 6, 1))
    refresh_balances(account.pk, TODAY)
    Customer.objects.all().delete()
    assert cached(account) == {}
