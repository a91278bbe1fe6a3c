"""The list of invoices as it was at a moment, its ages counted to a day."""

import pytest

from apiauth.admin.long_lists import BoundedPaginator
from tests.factories import customer_row, invoice_row
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import ago, owe, words

pytestmark = pytest.mark.django_db

LIST = "/admin/receivables/invoice/"


def test_the_list_says_as_of_when_it_is(odd_ledger, staff):
    listed = words(staff.get(LIST, {"known_at": f"{ago(1)}"}))
    assert "The invoices are shown as they were on" in listed
    assert "23:59:59 UTC" in listed


def test_a_list_of_a_moment_that_is_not_known_is_empty_and_says_why(receipt, staff):
    receipt([invoice_row()])
    listed = staff.get(LIST, {"known_at": "2020-01-31"})
    assert listed.context["cl"].result_count == 0
    assert "What was open then is not known" in words(listed)


@pytest.mark.parametrize("known_at", ["yesterday", "2026-02-30", "2026-01-31T25:00:00Z", "9999-12-31", "x" * 50])
def test_a_list_refuses_what_is_no_moment(receipt, staff, known_at):
    receipt([invoice_row()])
    listed = staff.get(LIST, {"known_at": known_at})
    assert listed.context["cl"].result_count == 0
    assert list(listed.context["messages"])


def test_ages_in_a_list_count_from_its_day(account, staff):
    owe(account, 10, ago(40))
    listed = staff.get(LIST, {"as_of": f"{ago(30)}", "bucket": "1"})
    [invoice] = listed.context["cl"].result_list
    assert invoice.days_overdue == 10
    assert staff.get(LIST, {"due": "overdue", "as_of": f"{ago(50)}"}).context["cl"].result_count == 0


def test_a_list_of_a_moment_has_its_names_and_its_file(odd_ledger, staff):
    moment = f"{ago(1)}"
    names = {item.shown_customer_name for item in staff.get(LIST, {"known_at": moment}).context["cl"].result_list}
    assert names == {"Alpha"}
    file = staff.get("/admin/receivables/invoice/export/csv/", {"known_at": moment})
    text = b"".join(file.streaming_content).decode()
    assert text.count("\n") == 7
    assert "unknown" in text


def test_customers_that_were_unknown_then_are_found(receipt, staff):
    receipt([invoice_row(companyCode="AB01")])
    days_pass(2)
    receipt([customer_row(customerno="23123123", cocode="AB01")], "customers")
    counts = [
        staff.get(LIST, {"quality": "unknown_customer", **known}).context["cl"].result_count
        for known in ({"known_at": f"{ago(1)}"}, {})
    ]
    assert counts == [1, 0]


def test_pages_of_a_long_list_of_a_moment_are_in_order(receipt, staff, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "MOST", 60)
    receipt([invoice_row(invoiceNumber=f"{n:03}", dueDate=f"{ago(n)}") for n in range(70)])
    days_pass(2)
    second = staff.get(LIST, {"known_at": f"{ago(1)}", "p": "2"}).context["cl"]
    assert [invoice.invoice_number for invoice in second.result_list] == [f"{n:03}" for n in range(19, 9, -1)]
