"""To which customer an item belongs: to one, and everywhere to the same."""

from collections import Counter
from decimal import Decimal
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.admin.customers.balances import balances_by_age, balances_of
from receivables.admin.invoices.model_admin import with_customers
from receivables.figures.computing import computed, refresh_balances
from receivables.models import Invoice, today
from receivables.models.account_figures import OpenBalance, OverdueBalance
from receivables.models.invoices import unknown_customer
from tests.cases.test_two_debtors import INVOICES, item, lines
from tests.factories import CustomerFactory, InvoiceFactory, customer_row
from tests.lanes import rolled_back
from tests.receivables.aging import rows
from tests.receivables.any_items import few_examples
from tests.receivables.staff_pages import LIST, ago, listed, numbers, staff_of
from tests.receivables.test_aging_pages import walk

# The codes of the customers of a number, the code of an item; the code of the item's customer, and whether it was sent.
BELONGING = {
    "of its code": (["1000", "2000"], "2000", "2000", True),
    "of its code, beside one without": (["", "2000"], "2000", "2000", True),
    "of no code, where one has none": (["", "2000"], "", "", True),
    "of one for all companies": ([""], "1000", "", True),
    "of one for all other companies": (["", "2000"], "1000", "", True),
    "without a code, of the only one": (["1000"], "", "1000", True),
    "without a code, of one of several": (["1000", "2000"], "", "", False),
    "without a code, of none": ([], "", "", False),
    "of a code that no customer has": (["1000"], "3000", "3000", False),
    "of a code that none of several has": (["1000", "2000"], "3000", "3000", False),
    "of a code, of none": ([], "1000", "1000", False),
    "of a code in other letters": (["de01"], "DE01", "DE01", False),
}


@pytest.mark.parametrize(("sent", "code", "its_code", "is_sent"), BELONGING.values(), ids=BELONGING)
@pytest.mark.parametrize("number", ["1001", "0000001001"])
def test_an_item_belongs_to_one_customer_everywhere(sent, code, its_code, is_sent, number, client, account):
    for one in sent:
        CustomerFactory(account=account, company_code=one, customer_number="1001", company_name=f"Name {one}")
    InvoiceFactory(account=account, company_code=code, customer_number=number, invoice_number="9", due_date=ago(3))
    told = (its_code, "1001", f"Name {its_code}" if is_sent else "", "100")
    assert lines(client) == [told]
    assert owners(client, account) == {"9": its_code if is_sent else None}
    assert Invoice.objects.filter(unknown_customer()).exists() != is_sent
    [debtor] = computed(account.pk, today()).debtors
    assert (debtor.company_code, debtor.number, debtor.customer is not None) == (its_code, "1001", is_sent)
    list_of_customer = {"customer": "1001", "customer_code": f"={its_code}"}
    assert numbers(staff_of(account).get(INVOICES, list_of_customer)) == ["9"]


def owners(client, account):
    """Return the code of each invoice's customer, by the pages of invoices; the lists of customers say the same."""
    found = {
        invoice.invoice_number: invoice.customer and invoice.customer.company_code
        for invoice in with_customers(list(Invoice.objects.filter(account=account)))
    }
    by_list = {
        row["invoiceNumber"]: customer.company_code
        for customer in account.customers.all()
        for row in client.get(f"/jsonApi/customers/{customer.pk}/invoices").json()["results"]
    }
    assert {number: code for number, code in found.items() if code is not None} == by_list
    return found


codes = st.sampled_from(["", "1000", "2000", "3000"])
customers_sent = st.lists(st.tuples(codes, st.sampled_from(["1", "2"])), max_size=6, unique=True)
items_sent = st.lists(
    st.fixed_dictionaries(
        {
            "company_code": codes,
            "customer_number": st.sampled_from(["1", "0001", "2"]),
            "currency": st.sampled_from(["EUR", "USD"]),
            "invoice_amount": st.integers(-500, 500).filter(bool),
        }
    ),
    max_size=10,
)


@few_examples
@given(sent=customers_sent, items=items_sent)
def test_every_figure_of_a_customer_is_the_sum_of_its_lines(sent, items, client, account):
    with rolled_back():
        customers = [CustomerFactory(account=account, company_code=c, customer_number=n) for c, n in sent]
        for number, values in enumerate(items):
            InvoiceFactory(account=account, invoice_number=f"{number}", due_date=ago(3), **values)
        refresh_balances(account.pk, today())
        by_line = {(row["companyCode"], row["group"], row["currency"]): Decimal(row["total"]) for row in rows(client)}
        by_page, by_list, by_statement, by_order, overdue = (Counter() for _ in range(5))
        listed_balances = balances_of(customers, today())
        for customer in customers:
            key = (customer.company_code, customer.customer_number)
            by_page.update({(*key, one.currency): one.open.amount for one in balances_by_age(customer, today())})
            by_list.update({(*key, one.currency): one.open.amount for one in listed_balances[customer.pk]})
            statement = client.get(f"/jsonApi/customers/{customer.pk}/statement").json()
            by_statement.update(
                {(*key, one["currency"]): Decimal(one["closing"]["amount"]) for one in statement["currencies"]}
            )
            by_order.update({(*key, one.currency): one.amount for one in OpenBalance.objects.filter(customer=customer)})
            overdue.update(
                {(*key, one.currency): one.amount for one in OverdueBalance.objects.filter(customer=customer)}
            )
        total = sum(values["invoice_amount"] for values in items)
        pages = list(chain(*walk(client, pageSize=1)))
        debtors = {
            (one.company_code, one.number, one.currency): one.amount
            for one in computed(account.pk, today()).debtors
            if one.customer is not None
        }
    sent_lines = {key: amount for key, amount in by_line.items() if key[:2] in set(sent)}
    assert by_page == by_list == by_statement == by_order == sent_lines
    assert debtors == overdue
    assert sum(by_line.values()) == total
    assert len(pages) == len(by_line)


@pytest.mark.parametrize("filtered", ["open", "overdue"])
def test_the_filter_of_customers_finds_who_owes_by_the_same_rule(filtered, account):
    for code in ("1000", "2000"):
        CustomerFactory(account=account, company_code=code, customer_number="1001")
    CustomerFactory(account=account, company_code="1000", customer_number="7")
    for number, code in [("1001", "2000"), ("1001", ""), ("7", "")]:
        InvoiceFactory(account=account, company_code=code, customer_number=number, due_date=ago(3))
    staff = staff_of(account)
    found = {(row["company"], row["number"]) for row in listed(staff.get(LIST, {"items": filtered}))}
    assert found == {("2000", "1001"), ("1000", "7")}
    assert [(row["company"], row["number"]) for row in listed(staff.get(LIST, {"items": "none"}))] == [("1000", "1001")]


def test_the_page_of_an_item_says_that_several_customers_have_its_number(account):
    for code in ("1000", "2000"):
        CustomerFactory(account=account, company_code=code, customer_number="1001")
    owed = InvoiceFactory(account=account, customer_number="1001")
    page = staff_of(account).get(f"{INVOICES}{owed.pk}/change/").content.decode()
    assert "Several customers have the number 1001." in page
    assert "No customer with the number 1001" not in page


def test_a_customer_that_comes_later_takes_its_items(client, account, receipt):
    receipt([item("1000", 100, invoiceNumber="1"), item("", 5, invoiceNumber="2")])
    assert lines(client) == [("", "1001", "", "5"), ("1000", "1001", "", "100")]
    receipt([customer_row(cocode="1000", customerno="0001001", companyname="Alpha")], "customers")
    assert lines(client) == [("1000", "1001", "Alpha", "105")]
    receipt([customer_row(cocode="2000", customerno="1001", companyname="Beta")], "customers")
    assert lines(client) == [("", "1001", "", "5"), ("1000", "1001", "Alpha", "100")]
