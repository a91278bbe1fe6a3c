"""Customers are never added up unless somebody asks for it: a customer is a company code and a number."""

import pytest

from tests.factories import CustomerFactory, InvoiceFactory, customer_row, invoice_row
from tests.receivables.aging import report, rows
from tests.receivables.staff_pages import LIST, ago, listed, numbers, staff_of, tables

INVOICES = "/admin/receivables/invoice/"
DASHBOARD = "/admin/"


def item(code, amount, number="1001", **values):
    overdue = {"currency": "EUR", "dueDate": ago(3).isoformat()}
    return invoice_row(companyCode=code, customerNumber=number, invoiceAmount=amount, **overdue, **values)


def lines(client, **query):
    """Return company code, number, name and total of each row of the aging report."""
    return [(row.get("companyCode"), row["group"], row["customerName"], row["total"]) for row in rows(client, **query)]


@pytest.fixture
def alpha_and_beta(account, receipt):
    """Two companies' customers of one number, and what each owes."""
    sent = [("1000", "Alpha"), ("2000", "Beta")]
    receipt([customer_row(cocode=code, customerno="1001", companyname=name) for code, name in sent], "customers")
    receipt([item("1000", 100, invoiceNumber="1"), item("2000", 900, invoiceNumber="2")])
    return [account.customers.get(company_code=code) for code, _ in sent]


def test_two_customers_of_one_number_have_a_line_each(client, alpha_and_beta):
    assert lines(client, groupBy="customer") == [("1000", "1001", "Alpha", "100"), ("2000", "1001", "Beta", "900")]


def test_customers_of_a_number_are_added_for_who_asks(client, alpha_and_beta):
    assert lines(client, groupBy="customerNumber") == [(None, "1001", "", "1000")]


def test_a_line_is_each_page_of_size_one(client, alpha_and_beta):
    first = report(client, pageSize=1)
    second = client.get(first["next"]).json()
    assert [row["companyCode"] for page in (first, second) for row in page["results"]] == ["1000", "2000"]
    assert second["next"] is None


def test_the_admins_list_shows_each_customers_own_amounts(account, alpha_and_beta):
    page = listed(staff_of(account).get(LIST))
    assert [(row["company"], row["open_balance"], row["overdue_amount"]) for row in page] == [
        ("1000", "€100.00", "€100.00"),
        ("2000", "€900.00", "€900.00"),
    ]


def test_the_most_overdue_are_two_customers(account, alpha_and_beta):
    page = listed(staff_of(account).get(LIST, {"most_overdue": "EUR"}))
    assert [(row["company"], row["overdue_amount"]) for row in page] == [
        ("2000", "€900.00"),
        ("1000", "€100.00"),
    ]


def test_the_dashboard_names_two_debtors_with_their_pages(account, alpha_and_beta):
    alpha, beta = alpha_and_beta
    page = staff_of(account).get(DASHBOARD)
    [customers] = page.context["dashboard"]["overdue_customers"]
    assert [(row.name, row.number, row.company_code, row.href) for row in customers.rows] == [
        ("Beta", "1001", "2000", f"{LIST}{beta.pk}/change/"),
        ("Alpha", "1001", "1000", f"{LIST}{alpha.pk}/change/"),
    ]
    assert "1001 · company code 2000" in page.content.decode()


def test_a_debtors_amount_leads_to_its_own_items(account, alpha_and_beta):
    staff = staff_of(account)
    [customers] = staff.get(DASHBOARD).context["dashboard"]["overdue_customers"]
    assert [numbers(staff.get(row.items_href)) for row in customers.rows] == [["2"], ["1"]]


def test_a_customers_page_leads_to_its_own_items(account, alpha_and_beta):
    staff = staff_of(account)
    links = [staff.get(f"{LIST}{customer.pk}/change/").context["invoice_list"] for customer in alpha_and_beta]
    assert [numbers(staff.get(link)) for link in links] == [["1"], ["2"]]


def test_a_statement_lists_the_customers_own_items(client, alpha_and_beta):
    totals = [
        client.get(f"/jsonApi/customers/{customer.pk}/statement").json()["currencies"][0]["closing"]["amount"]
        for customer in alpha_and_beta
    ]
    assert totals == ["100", "900"]


def test_an_invoice_is_shown_with_its_own_customers_name(account, receipt, alpha_and_beta):
    receipt([item("1000", 100, invoiceNumber="1", customerName="Somebody else")])
    page = listed(staff_of(account).get(INVOICES))
    assert {row["number"]: row["customer"] for row in page} == {"1": "1001 Alpha", "2": "1001 Beta"}


def test_a_suggested_number_has_all_its_names(account, alpha_and_beta):
    staff = staff_of(account)
    found = staff.get(f"{INVOICES}customers/", {"term": "1001"}).json()["results"]
    assert found == [{"number": "1001", "name": "Alpha, Beta"}]


@pytest.mark.parametrize(
    ("sent_name", "names", "told"),
    [
        ("Alpha", ["Other", "Beta"], "Alpha"),
        ("", ["Beta", "Beta"], "Beta"),
        ("", ["Beta", ""], "Beta"),
        ("", ["Alpha", "Beta"], ""),
        ("", ["Beta", "beta"], ""),
        ("", ["", ""], ""),
        (None, ["Beta", "Beta"], "Beta"),
        (None, ["Alpha", "Beta"], ""),
    ],
    ids=str,
)
def test_a_line_has_the_customers_name_else_the_one_of_its_items(sent_name, names, told, client, account):
    if sent_name is not None:
        CustomerFactory(account=account, company_code="1000", customer_number="1001", company_name=sent_name)
    for name in names:
        InvoiceFactory(account=account, company_code="1000", customer_number="1001", customer_name=name)
    assert [row["customerName"] for row in rows(client, groupBy="customer")] == [told]
    assert [row["customerName"] for row in rows(client, groupBy="customerNumber")] == [told]


def test_a_customer_without_a_company_name_has_the_persons(client, account):
    names = {"first_name": "Ada", "last_name": "Byron"}
    CustomerFactory(account=account, company_code="1000", customer_number="1001", **names)
    InvoiceFactory(account=account, company_code="1000", customer_number="1001", customer_name="Other")
    assert [row["customerName"] for row in rows(client)] == ["Ada Byron"]


def test_a_name_that_all_customers_of_a_number_have_is_told(client, account):
    for code in ("1000", "2000"):
        CustomerFactory(account=account, company_code=code, customer_number="1001", company_name="Alpha")
        InvoiceFactory(account=account, company_code=code, customer_number="1001")
    assert [row["customerName"] for row in rows(client, groupBy="customerNumber")] == ["Alpha"]


def test_customers_of_another_account_say_nothing_of_ours(client, account):
    CustomerFactory(company_code="1000", customer_number="1001", company_name="Foreign")
    InvoiceFactory(account=account, customer_number="1001")
    assert lines(client) == [("", "1001", "", "100")]


def test_the_report_narrowed_to_a_code_is_of_the_items_of_that_code(client, alpha_and_beta):
    assert lines(client, companyCode="2000") == [("2000", "1001", "Beta", "900")]


def test_a_chosen_customer_is_shown_with_its_code(account, alpha_and_beta):
    page = staff_of(account).get(INVOICES, {"customer": "1001", "customer_code": "=1000"})
    assert [value for _, value, _ in page.context["cl"].active_filters] == ["1001", "1000"]


def test_tables_of_one_customers_page_hold_its_own_items(account, alpha_and_beta):
    alpha, _ = alpha_and_beta
    texts = [" ".join(row.values()) for row in tables(staff_of(account).get(f"{LIST}{alpha.pk}/change/"))]
    assert any("100.00" in text for text in texts)
    assert not any("900.00" in text for text in texts)
