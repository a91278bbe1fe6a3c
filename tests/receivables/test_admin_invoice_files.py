"""Files of the admin's list of invoices, and the suggestions of its filter."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory
from tests.receivables.admin_pages import LIST, collector
from tests.receivables.workbooks import opened


def rows_of_file(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


def test_a_file_has_every_row_of_the_list_as_it_is_filtered(account, browser):
    InvoiceFactory.create_batch(60, account=account, currency="EUR")
    InvoiceFactory(account=account, currency="USD")
    InvoiceFactory(account=AccountFactory(), currency="EUR")
    rows = rows_of_file(browser.get(f"{LIST}export/csv/", {"currency": "EUR"}))
    assert (len(rows), {row["currency"] for row in rows}) == (60, {"EUR"})


def test_a_file_is_in_the_order_of_the_list(account, browser):
    for amount in (5, 7, 6):
        InvoiceFactory(account=account, invoice_amount=amount)
    rows = rows_of_file(browser.get(f"{LIST}export/csv/", {"o": "-5"}))
    assert [row["openAmount"] for row in rows] == ["7", "6", "5"]


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_list_can_be_had_as_any_kind_of_file(kind, account, browser):
    InvoiceFactory(account=account)
    response = browser.get(f"{LIST}export/{kind}/")
    assert response["Content-Disposition"] == f'attachment; filename="invoices.{kind}"'
    assert len(b"".join(response.streaming_content)) > 100


NOTHING = {"a day that is none": {"due_from": "2026-13-45"}, "an account of others": {"account__id__exact": "0"}}


@pytest.mark.parametrize("asked", NOTHING.values(), ids=NOTHING)
def test_a_list_that_can_hold_nothing_is_a_file_of_no_rows(asked, account, browser):
    InvoiceFactory(account=account)
    table, lines, workbook = (
        b"".join(browser.get(f"{LIST}export/{kind}/", asked).streaming_content) for kind in ("csv", "ndjson", "xlsx")
    )
    assert (table.count(b"\n"), lines, load_workbook(io.BytesIO(workbook)).active.max_row) == (1, b"", 1)


@pytest.fixture
def of_two_accounts(account):
    """The browser of a member of staff of two accounts, each of which has the invoice of the same number."""
    other = AccountFactory(name="=Another")
    for owner in (account, other):
        InvoiceFactory(account=owner, invoice_number="1")
    return collector(account, other)


def cells_of(response):
    """Return the first two columns of a file of any kind, its heading first."""
    content = b"".join(response.streaming_content)
    match response["Content-Type"].partition(";")[0]:
        case "text/csv":
            return [line[:2] for line in csv.reader(io.StringIO(content.decode()))]
        case "application/x-ndjson":
            rows = [json.loads(line) for line in content.splitlines()]
            return [list(rows[0])[:2], *(list(row.values())[:2] for row in rows)]
    return [[cell.value for cell in row[:2]] for row in opened([content]).active.iter_rows()]


@pytest.mark.parametrize(("kind", "foreign"), [("csv", "'=Another"), ("ndjson", "=Another"), ("xlsx", "=Another")])
def test_in_a_file_of_several_accounts_each_row_begins_with_its_account(kind, foreign, account, of_two_accounts):
    heading, *rows = cells_of(of_two_accounts.get(f"{LIST}export/{kind}/"))
    assert heading == ["account", "id"]
    assert sorted(name for name, _ in rows) == sorted([account.name, foreign])


@pytest.mark.parametrize("kind", ["csv", "ndjson", "xlsx"])
def test_a_file_of_one_account_does_not_name_it(kind, account, of_two_accounts):
    heading, *rows = cells_of(of_two_accounts.get(f"{LIST}export/{kind}/?account__id__exact={account.pk}"))
    assert (heading[0], len(rows)) == ("id", 1)


def test_an_unknown_kind_of_file_is_not_found(browser):
    assert browser.get(f"{LIST}export/pdf/").status_code == 404


@pytest.mark.parametrize("address", ["export/csv/", "customers/?term=abc"])
def test_files_and_suggestions_need_the_permission_to_see_invoices(address, account):
    assert collector(account, permissions=["view_customer"]).get(LIST + address).status_code == 403


def test_suggestions_need_the_permission_to_see_customers_too(account):
    assert collector(account, permissions=["view_invoice"]).get(f"{LIST}customers/?term=abc").status_code == 403


def test_suggestions_are_customers_of_ones_own_accounts(account, browser):
    CustomerFactory(account=account, customer_number="0000004711", company_name="Laurel Bearings")
    CustomerFactory(customer_number="0000004712", company_name="Laurel Foreign")
    found = browser.get(f"{LIST}customers/", {"term": "laur"}).json()["results"]
    assert found == [{"number": "0000004711", "name": "Laurel Bearings"}]
