"""The list of customers in the admin: what each owes, how they are found, and who sees whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from receivables.models import today
from tests.factories import AccountFactory, CustomerFactory
from tests.receivables.staff_pages import LIST, ago, listed, numbers, owe, staff_of, told


def test_a_customer_stands_with_what_it_owes(account, customer, staff):
    owe(account, 1000, ago(-3))
    owe(account, 200, ago(40))
    owe(account, 30, ago(2))
    owe(account, -5, ago(90))
    [row] = listed(staff.get(LIST))
    assert (row["open_balance"], row["overdue_amount"], row["open_items"]) == ("$1,225.00", "$230.00", "4")
    assert row["oldest_due_date"].endswith(" 40 days")


def test_amounts_of_different_currencies_stand_one_below_the_other(account, customer, staff):
    owe(account, 7, ago(1))
    owe(account, 9, currency="EUR")
    [row] = listed(staff.get(LIST))
    assert (row["open_balance"], row["overdue_amount"]) == ("€9.00 $7.00", "– $7.00")


def test_what_is_settled_is_no_open_item(account, customer, staff):
    owe(account, 7, ago(9), balance_text="0", balance_amount=0)
    [row] = listed(staff.get(LIST))
    assert (row["open_balance"], row["overdue_amount"], row["oldest_due_date"], row["open_items"]) == ("", "", "", "0")


def test_an_item_whose_balance_is_no_amount_is_counted_and_in_no_sum(account, customer, staff):
    owe(account, 7)
    owe(account, 9, ago(3), balance_text="much")
    [row] = listed(staff.get(LIST))
    assert (row["open_balance"], row["overdue_amount"]) == ("$7.00", "–")
    assert row["open_items"] == "2 1 without amount"
    assert row["oldest_due_date"].endswith(" 3 days")


def test_amounts_are_exact(account, customer, staff):
    for _ in range(3):
        owe(account, "9223372036854775807.9999")
    [row] = listed(staff.get(LIST))
    assert row["open_balance"] == "$27,670,116,110,564,327,423.9997"


@pytest.mark.parametrize(
    ("number", "code", "invoice_number", "invoice_code", "is_its_own"),
    [
        ("4711", "US01", "4711", "US01", True),
        ("0000004711", "US01", "4711", "US01", True),
        ("4711", "US01", "0004711", "", True),
        ("4711", "", "4711", "US01", True),
        ("4711", "US01", "4711", "DE01", False),
        ("4711", "US01", "4712", "US01", False),
    ],
)
def test_an_invoice_counts_for_its_customer(number, code, invoice_number, invoice_code, is_its_own, account, staff):
    CustomerFactory(account=account, customer_number=number, company_code=code)
    owe(account, 7, ago(1), customer_number=invoice_number, company_code=invoice_code)
    [row] = listed(staff.get(LIST))
    assert row["open_balance"] == ("$7.00" if is_its_own else "")
    assert len(numbers(staff.get(LIST, {"items": "open"}))) == is_its_own
    assert len(numbers(staff.get(LIST, {"items": "overdue"}))) == is_its_own
    assert len(numbers(staff.get(LIST, {"items": "none"}))) == (not is_its_own)


def test_invoices_of_another_account_count_for_nobody_here(account, customer, staff):
    owe(AccountFactory(), 7)
    [row] = listed(staff.get(LIST))
    assert row["open_balance"] == ""


def test_two_accounts_with_the_same_number_each_owe_their_own(account, customer):
    other = AccountFactory(name="Other")
    CustomerFactory(account=other, customer_number="4711")
    owe(account, 7)
    owe(other, 9)
    rows = listed(staff_of(account, other).get(LIST))
    assert [(row["account"], row["open_balance"]) for row in rows] == [("Acme", "$7.00"), ("Other", "$9.00")]


def test_the_account_is_told_where_staff_see_several(account, customer, staff):
    [row] = listed(staff.get(LIST))
    assert "account" not in row


def test_staff_who_may_not_see_invoices_are_told_no_figures(account, customer):
    owe(account, 7)
    response = staff_of(account, may=["view_customer"]).get(LIST)
    [row] = listed(response)
    assert row.keys() == {"number", "name", "company", "mail"}
    assert "With overdue items" not in response.content.decode()


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ({"company_name": "Rowan", "first_name": "Ada"}, "Rowan"),
        ({"first_name": "Ada", "last_name": "Brown"}, "Ada Brown"),
        ({}, ""),
    ],
)
def test_a_customer_is_called_by_its_company_else_the_person(names, shown, account, staff):
    CustomerFactory(account=account, **names)
    [row] = listed(staff.get(LIST))
    assert row["name"] == shown


def test_customers_follow_by_number_whether_it_is_padded_or_not(account, staff):
    for number in ("0000000012", "A1", "11", "0010"):
        CustomerFactory(account=account, customer_number=number)
    assert numbers(staff.get(LIST)) == ["0010", "11", "0000000012", "A1"]
    assert numbers(staff.get(LIST, {"o": "-0"})) == ["A1", "0000000012", "11", "0010"]


@pytest.mark.parametrize(
    "search", ["4711", "0000004711", "004711", "471", "glas", "ROWAN gl", "ap@rowan", "brown", "br", "ada br"]
)
def test_a_customer_is_found(search, account, staff):
    names = {"company_name": "Rowan Glass Inc.", "first_name": "Ada", "last_name": "Brown"}
    CustomerFactory(account=account, customer_number="0000004711", email_address="ap@rowan.example", **names)
    CustomerFactory(account=account, customer_number="9", company_name="Other", email_address="")
    assert numbers(staff.get(LIST, {"q": search})) == ([] if search == "br" else ["0000004711"])


def test_a_short_search_finds_the_customer_of_exactly_this_number_and_says_so(account, staff):
    for number in ("42", "421"):
        CustomerFactory(account=account, customer_number=number)
    response = staff.get(LIST, {"q": "42"})
    assert numbers(response) == ["42"]
    [message] = told(response)
    assert message == "A search with fewer than three characters finds only a complete number."


@pytest.mark.parametrize("search", ["x" * 201, "a'b:*&|!c\\", "((((", "%", "'"])
def test_no_search_is_too_odd_to_be_answered(search, customer, staff):
    assert numbers(staff.get(LIST, {"q": search})) == []


def test_the_list_is_filtered_by_company_code(account, staff):
    for number, code in [("1", "US01"), ("2", "DE01"), ("3", "")]:
        CustomerFactory(account=account, customer_number=number, company_code=code)
    assert numbers(staff.get(LIST, {"company_code": "DE01"})) == ["2"]
    assert numbers(staff.get(LIST, {"company_code": " "})) == ["3"]
    assert "?company_code=DE01" in staff.get(LIST).content.decode()


def test_the_filters_name_no_company_code_of_another_account(customer, staff):
    CustomerFactory(company_code="SECRET")
    assert "SECRET" not in staff.get(LIST).content.decode()


def test_the_list_is_filtered_by_what_changed_since(account, customer, staff):
    assert numbers(staff.get(LIST, {"updated_since": today().isoformat()})) == ["4711"]
    assert numbers(staff.get(LIST, {"updated_since": ago(-1).isoformat()})) == []
    assert numbers(staff.get(LIST, {"updated_since": ""})) == ["4711"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("items", "all"), ("items", ""), ("updated_since", "yesterday"), ("updated_since", "2026-02-30")],
)
def test_a_filter_of_no_meaning_is_named_and_finds_nothing(name, value, customer, staff):
    response = staff.get(LIST, {name: value})
    assert numbers(response) == []
    [message] = told(response)
    assert f"“{value}”" in message


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_every_day_of_the_calendar_is_taken(day, customer, staff):
    assert numbers(staff.get(LIST, {"updated_since": day})) == (["4711"] if day < "2000" else [])


def test_a_filter_stays_while_another_is_chosen(account, customer, staff):
    page = staff.get(LIST, {"items": "open", "q": "4711"}).content.decode()
    assert '<input type="hidden" name="items" value="open"' in page
    assert '<input type="hidden" name="q" value="4711">' in page


def test_the_shortcuts_above_the_list_name_the_chosen_one(customer, staff):
    page = staff.get(LIST, {"items": "overdue"}).content.decode()
    assert '<a href="?items=overdue" aria-current="true">With overdue items</a>' in page


def test_the_figures_of_a_page_take_one_query_however_many_customers(account, staff, django_assert_num_queries):
    for number in range(3):
        CustomerFactory(account=account, customer_number=f"{number}")
    with CaptureQueriesContext(connection) as few:
        staff.get(LIST)
    for number in range(3, 40):
        CustomerFactory(account=account, customer_number=f"{number}", company_code="US01")
        owe(account, 7, ago(1), customer_number=f"{number}")
    with django_assert_num_queries(len(few)):
        staff.get(LIST)
    assert sum('SUM("receivables_invoice"' in query["sql"] for query in few) == 1
    assert len(few) == 12


def test_no_customers_are_offered_where_no_page_has_them_chosen(customer, staff):
    relation = {"app_label": "customers", "model_name": "customerchange", "field_name": "customer"}
    assert staff.get("/admin/autocomplete/", relation | {"term": ""}).status_code == 403
