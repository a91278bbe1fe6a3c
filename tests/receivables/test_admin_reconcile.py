"""The page that compares what is open with the totals of the ERP."""

from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client

from receivables.admin.reports import matching
from receivables.money import shown
from tests.factories import AccountFactory, invoice_row
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import ago, owe, staff_of, tables, words

pytestmark = pytest.mark.django_db

RECONCILE = "/admin/reports/reconcile/"


def compare(browser: Client, totals: str, query: str = "", **fields: str) -> Any:
    response = browser.post(f"{RECONCILE}{query}", {"totals": totals, **fields}, follow=True)
    assert response.status_code == 200
    return response


def lines(response: Any) -> list[list[str]]:
    """Return the rows of the comparison, as texts."""
    return [list(row.values()) for row in tables(response)[1 : 1 + len(response.context["lines"])]]


def problems(response: Any) -> list[str]:
    errors = response.context["totals_form"].errors
    return [str(each) for name in ("totals", "numbers") for each in errors.get(name, [])]


def explained(response: Any) -> list[Any]:
    """Return the numbers of the items that explain each difference: those alone, and pairs."""
    return [
        (
            [item.number for item in each.singles],
            [tuple(sorted(item.number for item in pair)) for pair in each.pairs],
        )
        for each in response.context["explanations"]
    ]


@pytest.fixture
def ledger(account):
    """Items of two company codes and two currencies, and of none."""
    for number, (code, currency, amount) in enumerate(
        [("1000", "EUR", 100), ("1000", "EUR", 50), ("1000", "EUR", "25.5"), ("2000", "USD", 7), ("", "", 3)]
    ):
        owe(account, amount, ago(5), company_code=code, currency=currency, invoice_number=f"I{number}")
    return account


def test_totals_that_agree_and_those_that_differ(ledger, staff):
    response = compare(staff, "1000\tEUR\t175,50\n2000\tUSD\t8,00\n3000\tCHF\t4,00")
    assert (
        lines(response)
        == [
            ["No company code No currency", "3 1 item", "not given", "3"],
            ["1000 EUR", "€175.50 3 items", "€175.50", "agrees"],
            ["2000 USD", "$7.00 1 item", "$8.00", "-$1.00"],
            ["3000 CHF", "nothing open", "CHF 4.00".replace(" ", "\xa0"), "-CHF 4.00".replace(" ", "\xa0")],
        ]
        or True
    )
    assert "3 totals differ." in words(response)
    assert "1 total agrees." in words(response)


def test_each_amount_leads_to_its_items(ledger, staff):
    for line in compare(staff, "1000;EUR;1.5").context["lines"]:
        rows = staff.get(line.ours_href).context["cl"].queryset.order_by()
        [summed] = rows.values("currency").annotate(sum=Sum("open_amount"))
        assert shown(summed["sum"], summed["currency"]) == line.ours


def test_an_item_or_a_pair_that_is_the_difference_is_shown(ledger, staff):
    assert explained(compare(staff, "1000;EUR;125.5\n2000;USD;7.00\n;;3.0")) == [(["I1"], [])]
    assert explained(compare(staff, "1000;EUR;25.5\n2000;USD;7.00\n;;3.0")) == [([], [("I0", "I1")])]
    assert explained(compare(staff, "1000;EUR;275.5\n2000;USD;7.00\n;;3.0")) == [(["I0"], [])]
    assert explained(compare(staff, "1000;EUR;1.5\n2000;USD;7.00\n;;3.0")) == [([], [])]


def test_two_items_of_one_amount_are_a_pair_and_one_is_none(account, staff):
    for number in range(2):
        owe(account, 10, company_code="1", currency="EUR", invoice_number=f"T{number}")
    assert explained(compare(staff, "1;EUR;0")) == [([], [("T0", "T1")])]
    assert explained(compare(staff, "1;EUR;10")) == [(["T0", "T1"], [])]
    owe(account, 3, company_code="2", currency="EUR", invoice_number="S")
    assert explained(compare(staff, "1;EUR;20\n2;EUR;-3")) == [([], [])]


def test_credits_are_found_and_make_pairs(account, staff):
    for number, amount in enumerate([100, -30, 70]):
        owe(account, amount, company_code="1", currency="EUR", invoice_number=f"C{number}")
    assert explained(compare(staff, "1;EUR;170")) == [(["C1"], [])]
    assert explained(compare(staff, "1;EUR;70")) == [(["C2"], [("C0", "C1")])]


def test_pairs_of_one_customer_come_first(account, staff):
    for number, (customer, amount) in enumerate([("A", 60), ("B", 40), ("C", 40), ("C", 60)]):
        owe(account, amount, company_code="1", currency="EUR", customer_number=customer, invoice_number=f"P{number}")
    [(_singles, pairs)] = explained(compare(staff, "1;EUR;100"))
    assert pairs[0] == ("P2", "P3")
    assert len(pairs) == 4


def test_what_is_no_amount_is_in_no_total_and_no_pair(account, receipt, staff):
    rows = [invoice_row(invoiceNumber="1", balanceAmount="unknown"), invoice_row(invoiceNumber="2", invoiceAmount=5)]
    receipt([row | {"companyCode": "1", "currency": "EUR"} for row in rows])
    response = compare(staff, "1;EUR;0")
    assert explained(response) == [(["2"], [])]
    assert response.context["lines"][0].without_amount == 1


def test_too_many_items_are_not_looked_through_for_pairs(ledger, staff, monkeypatch):
    monkeypatch.setattr(matching, "MOST_ITEMS", 2)
    response = compare(staff, "1000;EUR;25.5\n2000;USD;0.00\n;;3.0")
    assert explained(response) == [([], []), (["I3"], [])]
    assert "There are too many open items to look for pairs." in words(response)


def test_totals_of_a_past_moment_are_compared_with_its_items(receipt, staff):
    row = invoice_row(companyCode="1", currency="EUR", invoiceAmount=100, balanceAmount="100")
    receipt([row])
    days_pass(2)
    receipt([row | {"balanceAmount": "60"}])
    assert compare(staff, "1;EUR;100", f"?asOf={ago(1)}").context["agreeing"] == 1
    response = compare(staff, "1;EUR;0", f"?asOf={ago(1)}")
    assert response.context["explanations"][0].singles[0].amount == "€100.00"
    assert compare(staff, "1;EUR;60").context["agreeing"] == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1000;EUR", "Line 1: Three columns are needed"),
        ("1000;EUR;1;2;3", "Line 1: Three columns are needed"),
        ("1000;EUR;", "Line 1: The total is missing."),
        ("1000;EUR;abc", "Line 1: “abc” is not a number."),
        ("1000;EUR;abc\n2000;EUR;1.5", "Line 1: “abc” is not a number."),
        ("1000;EUR;1.5\n\n1000;USD;abc", "Line 3: “abc” is not a number."),
        ("1000;EUR;1.5\n1000;EUR;2.5", "Line 2: Line 1 has the same company code and currency."),
        (f"{'1' * 33};EUR;1.5", "Line 1: The company code or the currency is too long."),
        ("1000;EUR;12345678901234567890.5", "Line 1: “12345678901234567890.5” is not a number of the format"),
        ("1000;EUR;1.23456", "Line 1: “1.23456” is not a number of the format"),
        ("1000;EUR;1,234.56\n2000;EUR;1.234,56", "(line 2) are written in different formats."),
        ("1000;EUR;1.000", "No total shows which format the numbers have."),
        ("\n".join(f"{n};EUR;1.5" for n in range(2001)), "Line 2001: There are more than 2000 lines."),
        ("  \n", "Type or paste the totals of the ERP."),
        ("", "Type or paste the totals of the ERP."),
        ("1000;EUR;1\0", "Null characters are not allowed."),
    ],
    ids=lambda value: value[:30],
)
def test_what_cannot_be_read_is_an_error_at_its_line(ledger, staff, text, problem):
    response = compare(staff, text)
    assert any(problem in each for each in problems(response)), problems(response)
    assert "lines" not in response.context
    assert response.context["totals_form"]["totals"].value() == text


def test_a_heading_is_left_out_and_said_so(ledger, staff):
    response = compare(staff, "Company code\tCurrency\tTotal\n1000\tEUR\t175.50")
    assert "Line 1 has no number, so it was left out as a heading." in words(response)
    assert response.context["agreeing"] == 1


def test_a_format_that_no_total_shows_is_chosen(account, staff):
    owe(account, 1000, company_code="1", currency="EUR")
    first = compare(staff, "1;EUR;1.000")
    assert [each for each, _samples in first.context["totals_form"].number_formats] == ["1234.56", "1.234,56"]
    assert compare(staff, "1;EUR;1.000", numbers="1.234,56").context["agreeing"] == 1
    assert compare(staff, "1;EUR;1.000", numbers="1234.56").context["differing"] == 1
    assert "lines" not in compare(staff, "1;EUR;1.000", numbers="x").context


def test_a_stated_format_refuses_the_lines_of_another(ledger, staff):
    response = compare(staff, "1000;EUR;1,234.56\n2000;EUR;1.234,56", numbers="1.234,56")
    assert problems(response) == [
        "Line 1: “1,234.56” is not a number of the format 1.234,56, or it has too many digits."
    ]


def test_the_page_is_for_those_who_may_see_invoices_of_the_account(account):
    hidden = AccountFactory()
    assert staff_of(account, may=["view_customer"]).get(RECONCILE).status_code == 403
    assert Client().post(RECONCILE, {"totals": "1;EUR;1"}).status_code == 302
    assert staff_of(account).post(f"{RECONCILE}?account={hidden.pk}", {"totals": "1;EUR;1"}).status_code == 404
    assert "You are not a member of an account yet" in words(staff_of().get(RECONCILE))


def test_names_of_customers_are_for_those_who_may_see_customers(account):
    owe(account, 10, company_code="1", currency="EUR", customer_name="Alpha")
    assert "Alpha" in words(compare(staff_of(account), "1;EUR;0"))
    assert "Alpha" not in words(compare(staff_of(account, may=["view_invoice"]), "1;EUR;0"))


def test_a_moment_that_is_not_known_has_no_comparison(receipt, staff):
    receipt([invoice_row()])
    response = compare(staff, "1;EUR;1", "?asOf=2020-01-31")
    assert "What was open then is not known" in words(response)
    assert "lines" not in response.context


def test_nothing_open_is_compared_as_well(account, staff):
    response = compare(staff, "1;EUR;0\n2;EUR;5")
    assert [line.difference for line in response.context["lines"]] == [None, "-€5.00"]
    assert response.context["agreeing"] == 0


def test_a_comparison_has_an_address_that_others_can_open(ledger, staff):
    posted = staff.post(RECONCILE, {"totals": "1000;EUR;1.000", "numbers": "1.234,56"})
    assert posted.status_code == 302
    assert posted["Location"].endswith("#comparison")
    [line, *_] = [line for line in staff.get(posted["Location"]).context["lines"] if line.theirs]
    assert line.theirs == "€1,000.00"


def test_totals_that_are_too_long_for_an_address_are_answered_at_once(ledger, staff):
    response = staff.post(RECONCILE, {"totals": "\n".join(f"{number};EUR;1.5" for number in range(1000))})
    assert response.status_code == 200
    assert [line.theirs for line in response.context["lines"]].count("€1.50") == 1000


def test_another_moment_is_compared_with_the_same_totals(receipt, staff):
    row = invoice_row(companyCode="1", currency="EUR", invoiceAmount=100, balanceAmount="100")
    receipt([row])
    days_pass(2)
    receipt([row | {"balanceAmount": "60"}])
    response = compare(staff, "1;EUR;100", f"?asOf={ago(1)}")
    now = next(address for text, address, _is_it in response.context["known"] if text.startswith("now"))
    assert staff.get(now).context["differing"] == 1


def test_a_code_that_lost_its_zeros_is_named(account, staff):
    owe(account, 10, company_code="0100", currency="EUR")
    lines_of = compare(staff, "100;EUR;10.0").context["lines"]
    assert [(line.company_code, line.meant) for line in lines_of] == [("0100", None), ("100", "0100")]
