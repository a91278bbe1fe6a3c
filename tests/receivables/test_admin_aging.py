"""The page of the aging report: figures of any day, each of which leads to exactly its items."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from receivables.admin.reports import aging
from receivables.models import today
from receivables.money import shown
from receivables.uploads.models import FullLoad, Upload
from tests.factories import AccountFactory, CustomerFactory, invoice_row
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import ago, owe, staff_of, tables, words
from tests.uploads.loads import full_load, ledger, ledger_of

pytestmark = pytest.mark.django_db

AGING = "/admin/reports/aging/"
LIST = "/admin/receivables/invoice/"


def page(browser: Client, **query: Any) -> Any:
    response = browser.get(AGING, query)
    assert response.status_code == 200
    return response


def rows(browser: Client, **query: Any) -> list[list[str]]:
    """Return the rows of the report, as texts, without their heads."""
    return [list(row.values()) for row in tables(page(browser, **query))[1:]]


def figures(response: Any) -> list[tuple[str, str]]:
    """Return every amount of the report that is a link: its text and its address."""
    found = re.findall(r'<span class="value"><a href="([^"]+)">([^<]+)</a>', response.content.decode())
    return [(unescape(text), unescape(href)) for href, text in found]


def sums_of_list(browser: Client, address: str) -> list[str]:
    """Return the sums of the list of invoices at an address, by currency."""
    listed = browser.get(address)
    assert listed.status_code == 200
    items = listed.context["cl"].queryset.order_by().values("currency").annotate(sum=Sum("open_amount"))
    return [shown(item["sum"], item["currency"]) for item in items]


def test_a_customer_has_a_row_for_each_currency_and_there_are_totals_of_all(account, staff):
    CustomerFactory(account=account, customer_number="4711", company_name="Alpha")
    owe(account, 10, ago(1))
    owe(account, 20, ago(40))
    owe(account, 5, ago(40), currency="EUR")
    owe(account, 7, customer_number="4712", customer_name="Beta")
    assert rows(staff) == [
        ["Alpha 4711 · EUR", "€5.00 1 item", "–", "–", "€5.00", "–", "–", "–", "–"],
        ["Alpha 4711 · USD", "$30.00 2 items", "–", "$10.00", "$20.00", "–", "–", "–", "–"],
        ["Beta 4712 · USD", "$7.00 1 item", "–", "–", "–", "–", "–", "$7.00", "–"],
        ["Total EUR", "€5.00 1 item", "–", "–", "€5.00", "–", "–", "–", "–"],
        ["Total USD", "$37.00 3 items", "–", "$10.00", "$20.00", "–", "–", "$7.00", "–"],
    ]


@pytest.mark.parametrize("known", ["", "now"])
@pytest.mark.parametrize("group_by", ["customer", "companyCode", "currency"])
def test_every_figure_leads_to_exactly_its_items_as_they_were(odd_ledger, staff, group_by, known):
    response = page(staff, asOf=f"{ago(1)}", groupBy=group_by, knownAt=known)
    found = figures(response)
    assert len(found) >= (2 if known else 8)
    for text, address in found:
        assert sums_of_list(staff, address) == [text], address


def test_the_number_of_open_items_is_that_of_the_list(odd_ledger, staff):
    for row in page(staff, asOf=f"{ago(1)}", groupBy="companyCode").context["rows"]:
        assert staff.get(row.total.href).context["cl"].result_count == row.count
        if row.without_amount:
            assert staff.get(row.without_amount_href).context["cl"].result_count == row.without_amount


def test_a_past_day_is_answered_as_it_was_known_at_its_end(odd_ledger, staff):
    assert rows(staff, asOf=f"{ago(1)}", groupBy="currency") == [
        ["No currency", "3 1 item", "–", "–", "–", "–", "3", "–", "–"],
        ["EUR", "€107.00 3 items 1 without an amount", "–", "€7.00", "€100.00", "–", "–", "–", "–"],
        ["USD", "-$50.00 1 item", "–", "–", "–", "–", "–", "–", "-$50.00"],
        ["XXA", "4 XXA 1 item", "–", "–", "–", "–", "–", "4 XXA", "–"],
    ]
    assert rows(staff, groupBy="currency") == [["EUR", "€8.00 1 item", "–", "–", "–", "–", "–", "€8.00", "–"]]


def test_the_page_says_of_which_moment_it_is_and_which_upload_is_its_last(odd_ledger, staff):
    response = page(staff, asOf=f"{ago(1)}")
    assert "23:59:59 UTC" in response.context["moment"]
    first = Upload.objects.filter(resource="invoices").earliest("merged_at")
    assert response.context["last_upload"].id == first.pk
    assert f"/admin/uploads/upload/{first.pk}/change/" in response.content.decode()


def test_a_past_day_offers_the_first_full_load_after_it(upload, staff):
    full_load(upload, ledger_of(100), query=f"&extractedAt={ago(1)}T20:00:00Z")
    days_pass(1)
    full_load(upload, ledger_of(99), query=f"&extractedAt={today()}T00:00:00Z")
    load = FullLoad.objects.latest("ended_at")
    before, after = rows(staff, asOf=f"{ago(1)}")[-1], rows(staff, asOf=f"{ago(1)}", knownAt=f"load:{load.pk}")[-1]
    assert (before[1], after[1]) == ("$10,000.00 100 items", "$9,900.00 99 items")
    [offered] = [each for each in page(staff, asOf=f"{ago(1)}").context["known"] if f"load%3A{load.pk}" in each[1]]
    assert "company code 1000" in offered[0]
    chosen = page(staff, asOf=f"{ago(1)}", knownAt=f"load:{load.pk}")
    assert [is_it for _text, _address, is_it in chosen.context["known"]] == [False, True, False]
    assert "extracted from the ERP on" in words(chosen)


def test_a_day_before_the_first_upload_is_refused_with_a_remedy(receipt, staff):
    receipt([invoice_row(currency="EUR")])
    response = page(staff, asOf="2020-01-31")
    assert "What was open then is not known: the history of this account begins on" in words(response)
    assert "head" not in response.context
    assert "knownAt=now" in response.context["remedy"]
    assert rows(staff, asOf="2020-01-31", knownAt="now")[-1][:2] == ["Total EUR", "€12,112.00 1 item"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"asOf": "31.12.2025"}, "is not a date"),
        ({"asOf": "2026-02-30"}, "is not a date"),
        ({"knownAt": "load:1"}, "is neither a moment nor a load"),
        ({"knownAt": "yesterday"}, "is neither a moment nor a load"),
        ({"knownAt": "load:00000000-0000-0000-0000-000000000000"}, "This account has no such load"),
        ({"knownAt": "9999-12-31T23:59:59Z"}, "The moment is in the future"),
        ({"groupBy": "moon"}, "moon"),
        ({"cursor": "x"}, "The address of this page is damaged"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_address_that_cannot_be_answered_says_why(receipt, staff, query, problem):
    receipt([invoice_row()])
    response = page(staff, **query)
    assert problem in words(response)
    assert "head" not in response.context


def test_an_unknown_parameter_is_refused(staff):
    assert staff.get(AGING, {"companyCode": "1"}).status_code == 400


def test_accounts_are_chosen_one_at_a_time_and_anothers_is_not_found(account):
    other, hidden = AccountFactory(), AccountFactory()
    browser = staff_of(account, other)
    owe(other, 5, currency="EUR")
    assert rows(browser, account=other.pk)[-1][0] == "Total EUR"
    assert "Nothing was open then." in words(page(browser, account=account.pk))
    assert browser.get(AGING, {"account": hidden.pk}).status_code == 404
    assert browser.get(AGING, {"account": "x"}).status_code == 404


def test_who_has_no_account_and_who_may_not_see_invoices(account):
    assert "You are not a member of an account yet" in words(page(staff_of()))
    assert staff_of(account, may=["view_customer"]).get(AGING).status_code == 403
    assert Client().get(AGING).status_code == 302


def test_names_of_customers_are_for_those_who_may_see_customers(account):
    CustomerFactory(account=account, customer_number="4711", company_name="Alpha")
    owe(account, 10)
    assert rows(staff_of(account, may=["view_invoice"]))[0][0] == "4711 USD"


def test_customers_are_read_page_by_page(account, staff, monkeypatch):
    monkeypatch.setattr(aging, "ROWS", 2)
    for number in range(5):
        owe(account, 10, customer_number=f"C{number}", customer_name="")
    seen, response = [], page(staff, asOf=f"{today()}")
    while True:
        seen += [row.title for row in response.context["rows"]]
        assert rows(staff)[-1][1] == "$50.00 5 items"
        if not (address := response.context["next_page"]):
            break
        response = staff.get(address)
    assert seen == ["C0", "C1", "C2", "C3", "C4"]


def test_a_later_page_is_of_the_same_moment(account, receipt, staff, monkeypatch):
    monkeypatch.setattr(aging, "ROWS", 1)
    receipt([invoice_row(invoiceNumber=str(n), customerNumber=f"C{n}", invoiceAmount=10) for n in range(2)])
    days_pass(2)
    first = page(staff, asOf=f"{ago(1)}")
    receipt([invoice_row(invoiceNumber="1", customerNumber="C1", invoiceAmount=99)])
    assert staff.get(first.context["next_page"]).context["rows"][0].total.amount == "10"


def test_the_sum_of_all_rows_is_the_total(odd_ledger, staff):
    items = page(staff, asOf=f"{ago(1)}").context
    assert len(items["rows"]) >= len(items["totals"])
    total = sum(Decimal(re.sub(r"[^\d.-]", "", row.total.amount)) for row in items["rows"])
    assert total == Decimal(107 - 50 + 3 + 4)


def test_each_company_code_offers_its_own_night_feed(upload, staff):
    for code in ("1000", "2000"):
        full_load(upload, ledger(*range(100), companyCode=code), codes=code)
    days_pass(2)
    for code in ("1000", "1000", "2000"):
        full_load(upload, ledger(*range(100), companyCode=code), codes=code)
    offered = [text for text, _address, _is_it in page(staff, asOf=f"{ago(1)}").context["known"]]
    codes = [re.findall(r"company code (\w+)", text) for text in offered]
    assert [code for [code] in filter(None, codes)] == ["1000", "2000"]
