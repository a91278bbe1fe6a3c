"""The page of movements: from what was open to what is open, each figure with exactly its items."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.utils.text import capfirst

from receivables.admin.reports import movement_items, movement_sums
from receivables.models import today
from receivables.money import shown
from receivables.reports.movement_rows import Kind
from receivables.uploads.models import FullLoad, Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, customer_row, invoice_row
from tests.receivables.days_pass import days_pass
from tests.receivables.staff_pages import ago, staff_of
from tests.receivables.workbooks import opened, rows_of
from tests.uploads.loads import full_load, ledger, ledger_of, load_of_one_part

pytestmark = pytest.mark.django_db

MOVEMENTS = "/admin/reports/movements/"
FILE = "/admin/reports/movements.xlsx"


def page(browser: Client, **query: Any) -> Any:
    response = browser.get(MOVEMENTS, query)
    assert response.status_code == 200
    return response


def words(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def texts(rows: Any) -> list[list[str]]:
    """Return rows of sums as texts: title and notes, and the amount and number of items of each cell."""
    return [
        [" ".join([row.title, *getattr(row, "notes", [])]), *(f"{cell.amount} ({cell.count})" for cell in cells(row))]
        for row in rows
    ]


def cells(row: Any) -> list[Any]:
    return [*([row.before] if hasattr(row, "before") else []), *row.cells, row.total]


def items(response: Any) -> list[tuple[str, str]]:
    """Return number and kind of each item that a page lists."""
    return [(item.number, item.kind) for item in response.context["items"]]


def file_rows(browser: Client, address: str) -> list[dict[str, Any]]:
    [sheet] = opened(browser.get(address).streaming_content).worksheets
    return [{name: cell.value for name, cell in row.items()} for row in rows_of(sheet)]


@pytest.fixture
def odd_ledger(account, receipt, upload):
    """Two currencies and none, two codes and none, credits, balances that are no amount; items that moved in every way
    that one upload and one full load can move them.
    """
    receipt(
        [customer_row(customerno="7", companyname="Alpha"), customer_row(customerno="8", cocode="1000")], "customers"
    )
    before = [
        {"balanceAmount": "100", "currency": "EUR"},
        {"balanceAmount": "-40", "currency": "EUR", "companyCode": "2000"},
        {"balanceAmount": "50.5", "currency": "USD"},
        {"balanceAmount": "7", "currency": ""},
        {"balanceAmount": "see letter", "currency": "EUR"},
        {"balanceAmount": "30", "currency": "EUR", "companyCode": ""},
        {"balanceAmount": "60", "currency": "EUR", "customerNumber": "8", "accountingDocNumber": "D1"},
        {"balanceAmount": "0", "currency": "USD"},
        {"balanceAmount": "1000", "currency": "EUR", "companyCode": "2000"},
    ]
    after = [
        {"balanceAmount": "60"},
        {"balanceAmount": "-90"},
        {"currency": "EUR"},
        {"balanceAmount": "0"},
        {"balanceAmount": "11"},
        {"balanceAmount": "-30"},
        {"balanceAmount": "0"},
        {"balanceAmount": "20"},
    ]
    rows = [
        invoice_row(**{"invoiceNumber": f"S{n}", "companyCode": "1000", "customerNumber": "0007"} | item)
        for n, item in enumerate(before)
    ]
    receipt(rows)
    full_load(upload, ledger("A", "B", companyCode="3000"), codes="3000")
    days_pass(3)
    receipt([row | new for row, new in zip(rows, after, strict=False)])
    moved = rows[6] | {"customerNumber": "9", "balanceAmount": "60"}
    receipt([moved, invoice_row(invoiceNumber="N", customerNumber="9", currency="USD", invoiceAmount=4)])
    full_load(upload, ledger("A", companyCode="3000"), codes="3000")
    return account


KINDS = {capfirst(kind.label) for kind in Kind if kind != Kind.WITHDRAWN}


@pytest.mark.parametrize("group_by", ["companyCode", "customer"])
def test_every_figure_of_movements_leads_to_exactly_its_items(odd_ledger, staff, group_by):
    response = page(staff, since=f"{ago(1)}", groupBy=group_by)
    assert set(response.context["kinds"]) == KINDS
    rows = [*response.context["by_currency"], *response.context["rows"], *response.context["totals"]]
    figures = [cell for row in rows for cell in cells(row) if "/movements/" in cell.href]
    assert len(figures) > 30
    for cell in figures:
        listed = staff.get(cell.href)
        [total] = listed.context["item_totals"]
        assert (total.total.amount, total.total.count, len(listed.context["items"])) == (
            cell.amount,
            cell.count,
            cell.count,
        )
        found = file_rows(staff, listed.context["file"])
        [currency] = {row["currency"] for row in found}
        assert shown(sum(Decimal(str(row["difference"])) for row in found), currency or "") == cell.amount


def test_what_was_open_and_the_movements_add_up_to_what_is_open(odd_ledger, staff):
    for row in page(staff, since=f"{ago(1)}").context["by_currency"]:
        before, *moved, after = (Decimal(re.sub(r"[^\d.-]", "", cell.amount)) for cell in cells(row))
        assert before + sum(moved) == after


def test_positions_lead_to_the_items_that_were_open(odd_ledger, staff):
    rows = page(staff, since=f"{ago(1)}").context["by_currency"]
    positions = [cell for row in rows for cell in (row.before, row.total) if cell.href]
    assert len(positions) == 5
    for cell in positions:
        listed = staff.get(cell.href).context["cl"]
        [sums] = listed.queryset.order_by().values("currency").annotate(sum=Sum("open_amount"))
        assert (shown(sums["sum"], sums["currency"]), listed.result_count) == (cell.amount, cell.count)


def test_the_roll_forward_has_a_row_for_each_currency(odd_ledger, staff):
    context = page(staff, since=f"{ago(1)}").context
    assert context["kinds"][:4] == ["New", "Reduced", "Raised", "Settled"]
    assert [row[:2] + row[-1:] for row in texts(context["by_currency"])] == [
        ["No currency", "7 (1)", "0 (0)"],
        ["EUR", "€1,150.00 (6)", "€1,061.50 (7)"],
        ["USD", "$250.50 (3)", "$124.00 (3)"],
    ]


def test_a_customer_without_a_company_code_has_one_row_for_each_currency(odd_ledger, staff):
    rows = texts(page(staff, since=f"{ago(1)}", groupBy="customer").context["rows"])
    assert [row[0] for row in rows] == [
        *("4711 3000 USD", "Alpha 7 No currency", "Alpha 7 EUR", "Alpha 7 USD", "8 1000 EUR", "9 USD", "9 1000 EUR"),
    ]


def test_an_item_shows_both_states_and_the_upload_that_moved_it(odd_ledger, staff):
    response = page(staff, since=f"{ago(1)}", kind="reduced")
    [item] = response.context["items"]
    last = Upload.objects.get(pk=item.upload)
    assert (item.number, item.customer_number, item.customer_name, item.company_code) == ("S0", "0007", "Alpha", "1000")
    assert [re.sub("<[^>]+>", "", str(each)) for each in (item.before, item.after, item.difference)] == [
        *("€100.00", "€60.00", "-€40.00"),
    ]
    assert last.updated_count == 8
    assert f"/admin/uploads/upload/{last.pk}/change/" in response.content.decode()


def test_an_item_of_another_customer_names_the_one_that_it_was(odd_ledger, staff):
    response = page(staff, since=f"{ago(1)}", kind="moved")
    [new] = [item for item in response.context["items"] if item.moved_from]
    assert (new.customer_number, new.moved_from.customer_number, new.moved_from.pk != new.pk) == ("9", "8", True)
    assert f"/admin/receivables/invoice/{new.moved_from.pk}/change/" in response.content.decode()
    assert len(response.context["items"]) == 2


def test_the_page_says_which_moments_it_is_between_and_the_last_uploads(odd_ledger, staff):
    response = page(staff, since=f"{ago(1)}", until=f"{ago(0)}")
    begins, ends = response.context["ends"]
    first = Upload.objects.filter(resource="invoices", created_count=2).earliest("merged_at")
    assert "23:59:59 UTC" in begins["moment"]
    assert (begins["last_upload"].id, ends["last_upload"].id) == (
        first.pk,
        Upload.objects.filter(resource="invoices").latest("merged_at").pk,
    )
    assert "Acme · Since" in words(response)
    assert "last upload until then" in words(response)


def test_moments_and_loads_are_read_as_over_rest(account, receipt, staff):
    first = receipt([invoice_row(invoiceNumber="1", invoiceAmount=100)])
    second = receipt([invoice_row(invoiceNumber="2", invoiceAmount=10)])
    receipt([invoice_row(invoiceNumber="3", invoiceAmount=1)])
    between = {"since": f"load:{first['id']}", "until": f"load:{second['id']}"}
    assert items(page(staff, **between)) == [("2", "New")]
    moment = Upload.objects.get(pk=second["id"]).merged_at
    with_offset = moment.isoformat().replace("+00:00", "Z")
    assert items(page(staff, since=with_offset)) == [("3", "New")]
    summer = (moment + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")
    assert items(page(staff, since=summer)) == [("3", "New")]


def test_without_a_beginning_it_is_since_yesterday(receipt, staff):
    receipt([invoice_row(invoiceNumber="1")])
    days_pass(2)
    receipt([invoice_row(invoiceNumber="2")])
    response = page(staff)
    assert items(response) == [("2", "New")]
    assert next(text for text, _address, is_it in response.context["shortcuts"] if is_it) == "Since yesterday"


def test_periods_are_one_click_away_and_marked(receipt, staff):
    receipt([invoice_row()])
    shortcuts = page(staff).context["shortcuts"]
    assert [text for text, _address, _is_it in shortcuts] == [
        *("Since yesterday", "Last 7 days", "This month", "Last month"),
    ]
    for text, address, _is_it in shortcuts[:3]:
        chosen = staff.get(address)
        assert (text, True) in [(each, is_it) for each, _address, is_it in chosen.context["shortcuts"]]
        assert items(chosen) == [("21321", "New")]


def test_the_last_full_load_is_a_period(upload, receipt, staff):
    full_load(upload, ledger_of(5))
    receipt(ledger("X", companyCode="2000"))
    full_load(upload, ledger_of(4))
    load = FullLoad.objects.latest("ended_at")
    [address] = [address for text, address, _ in page(staff).context["shortcuts"] if text == "The last full load"]
    chosen = staff.get(address)
    assert items(chosen) == [("5", "No longer in the full load")]
    assert chosen.context["movements"].until.moment == load.ended_at
    assert ("The last full load", True) in [(text, is_it) for text, _, is_it in chosen.context["shortcuts"]]


def test_a_full_load_in_parts_is_a_period_from_its_first_part_on(client, receipt, staff):
    receipt(ledger("X", companyCode="2000"))
    load_of_one_part(client, ledger_of(3))
    [address] = [address for text, address, _ in page(staff).context["shortcuts"] if text == "The last full load"]
    assert items(staff.get(address)) == [("1", "New"), ("2", "New"), ("3", "New")]


def test_a_receipt_of_an_undo_leads_to_what_was_withdrawn(client, receipt, staff):
    receipt([invoice_row(invoiceNumber="1", invoiceAmount=100)])
    wrong = receipt([invoice_row(invoiceNumber=number, invoiceAmount=30) for number in "12"])
    undone = client.post(f"/jsonApi/uploads/{wrong['id']}/undo?confirm=true")
    assert undone.status_code == 200
    undo = Upload.objects.get(kind="undo")
    receipt_page = staff.get(f"/admin/uploads/upload/{undo.pk}/change/").content.decode()
    [address] = re.findall(r'href="(/admin/reports/movements/[^"]+)">What this upload moved', receipt_page)
    assert items(staff.get(unescape(address))) == [("1", "Raised"), ("2", "Withdrawn with its upload")]


def test_nothing_moved(receipt, staff):
    receipt([invoice_row(currency="EUR")])
    days_pass(3)
    response = page(staff)
    assert "Nothing moved between the two moments." in words(response)
    assert texts(response.context["by_currency"]) == [["EUR", "€12,112.00 (1)", "€12,112.00 (1)"]]


@pytest.mark.parametrize(
    "since", ["2020-02-29", "0001-01-01", "0001-01-01T00:00:00+14:00", "2020-02-29T23:00:00-05:00"]
)
def test_nothing_was_open_before_the_first_upload(receipt, staff, since):
    receipt([invoice_row(currency="EUR")])
    response = page(staff, since=since)
    assert "no invoices were uploaded until then" in words(response)
    assert texts(response.context["by_currency"]) == [["EUR", "€0.00 (0)", "€12,112.00 (1)", "€12,112.00 (1)"]]


def test_what_is_not_known_is_refused_with_a_remedy(receipt, staff):
    for number in ("0", "1"):
        receipt([invoice_row(invoiceNumber=number)])
    Upload.objects.update(has_full_history=False)
    receipt([invoice_row(invoiceNumber="2")])
    response = page(staff, since="2020-01-31")
    assert "What was open then is not known: the history of this account begins on" in words(response)
    assert "movements" not in response.context
    assert items(staff.get(response.context["remedy"])) == [("2", "New")]


def test_an_end_before_the_first_upload_is_refused_with_a_remedy(receipt, staff):
    receipt([invoice_row()])
    response = page(staff, since="2020-01-31", until="2020-02-29")
    assert "What was open then is not known" in words(response)
    assert items(staff.get(response.context["remedy"])) == [("21321", "New")]


def test_an_account_without_uploads_is_told_so(account, staff):
    assert "no invoices were uploaded to this account yet" in words(page(staff))


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"since": "31.12.2025"}, "is neither a day, nor a moment, nor a load"),
        ({"until": "2026-02-30"}, "is neither a day, nor a moment, nor a load"),
        ({"since": "load:1"}, "is neither a day, nor a moment, nor a load"),
        ({"since": "2026-01-31T18:00:00 02:00"}, "is neither a day, nor a moment, nor a load"),
        ({"since": "now"}, "is neither a day, nor a moment, nor a load"),
        ({"since": "load:00000000-0000-0000-0000-000000000000"}, "This account has no such load"),
        ({"since": "9999-12-31"}, "The moment is in the future"),
        ({"until": "9999-12-31T23:59:59Z"}, "The moment is in the future"),
        ({"since": f"{today()}", "until": f"{ago(2)}"}, "The beginning lies after the end"),
        ({"kind": "moon"}, "moon"),
        ({"groupBy": "moon"}, "moon"),
        ({"cursor": "x"}, "The address of this page is damaged"),
        ({"currency": "x" * 18}, "at most 17 characters"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_address_that_cannot_be_answered_says_why(receipt, staff, query, problem):
    receipt([invoice_row()])
    days_pass(3)
    receipt([invoice_row(invoiceNumber="2")])
    response = page(staff, **query)
    assert problem in words(response)
    assert "items" not in response.context


@pytest.mark.parametrize("name", ["asOf", "companycode", "page"])
def test_an_unknown_parameter_is_refused(staff, name):
    assert staff.get(MOVEMENTS, {name: "1"}).status_code == 400
    assert staff.get(FILE, {name: "1"}).status_code == 400


def test_a_load_of_another_account_is_not_named(receipt, staff):
    receipt([invoice_row()])
    client_of(AccountFactory()).post("/jsonApi/upload/invoices", [invoice_row()], format="json")
    other = Upload.objects.latest("merged_at")
    assert "This account has no such load" in words(page(staff, since=f"load:{other.pk}"))


def test_accounts_are_chosen_one_at_a_time_and_anothers_is_not_found(account, receipt):
    other, hidden = AccountFactory(), AccountFactory()
    browser = staff_of(account, other)
    receipt([invoice_row(invoiceNumber="1")])
    client_of(other).post("/jsonApi/upload/invoices", [invoice_row(invoiceNumber="2")], format="json")
    assert items(page(browser, account=account.pk)) == [("1", "New")]
    assert items(page(browser, account=other.pk)) == [("2", "New")]
    for address in (MOVEMENTS, FILE):
        assert browser.get(address, {"account": hidden.pk}).status_code == 404
        assert browser.get(address, {"account": "x"}).status_code == 404


def test_who_has_no_account_and_who_may_not_see_invoices(account):
    assert "You are not a member of an account yet" in words(page(staff_of()))
    for address in (MOVEMENTS, FILE):
        assert staff_of(account, may=["view_customer"]).get(address).status_code == 403
        lost = Client().get(address, {"since": "2026-01-31"})
        assert (lost.status_code, "/admin/login/" in lost.url, "since" in lost.url) == (302, True, True)
    assert staff_of().get(FILE).status_code == 404


def test_names_and_receipts_are_for_those_who_may_see_them(odd_ledger):
    response = page(staff_of(odd_ledger, may=["view_invoice"]), since=f"{ago(1)}", groupBy="customer")
    text = response.content.decode()
    assert "Alpha" not in text
    assert "/admin/uploads/" not in text
    assert "/admin/customers/customer/" not in text


def test_items_and_customers_are_read_page_by_page(receipt, staff, monkeypatch):
    monkeypatch.setattr(movement_items, "ITEMS", 2)
    monkeypatch.setattr(movement_sums, "CUSTOMERS", 2)
    receipt([invoice_row(invoiceNumber=str(n), customerNumber=f"C{n}", invoiceAmount=10) for n in range(5)])
    for rows, following, column, first in [
        ("items", "next_items", "number", "0"),
        ("rows", "next_page", "title", "C0"),
    ]:
        seen, response = [], page(staff, groupBy="customer")
        while True:
            seen += [getattr(row, column) for row in response.context[rows]]
            assert texts(response.context["totals"])[0][-1] == "50 (5)"
            if not (address := response.context[following]):
                break
            response = staff.get(address)
        assert (len(seen), seen[0], seen == sorted(set(seen))) == (5, first, True)


def test_a_later_page_is_of_the_same_moments(receipt, staff, monkeypatch):
    monkeypatch.setattr(movement_items, "ITEMS", 1)
    receipt([invoice_row(invoiceNumber=str(n)) for n in range(2)])
    first = page(staff)
    receipt([invoice_row(invoiceNumber=str(n)) for n in range(2, 5)])
    second = staff.get(first.context["next_items"])
    assert items(second) == [("1", "New")]
    assert second.context["next_items"] is None


def test_a_filter_can_be_removed(odd_ledger, staff):
    filtered = page(staff, since=f"{ago(1)}", kind="reopened", companyCode="=1000", customer="7", customerCode="=")
    assert items(filtered) == [("S7", "Reopened")]
    assert [(label, value) for label, value, _ in filtered.context["active_filters"]] == [
        *(("Company code", "1000"), ("Customer", "7"), ("Company code of the customer", "none")),
    ]
    assert len(items(staff.get(filtered.context["all_items"]))) == 12
    assert "No item moved so." in words(page(staff, since=f"{ago(1)}", kind="withdrawn"))


def test_a_file_has_exactly_the_items_of_the_page(odd_ledger, staff):
    response = page(staff, since=f"{ago(1)}", currency="=EUR", kind="moved")
    found = file_rows(staff, response.context["file"])
    assert [row["difference"] for row in found] == [-60, 60]
    assert [row["movedFrom"] for row in found] == [None, found[0]["id"]]
    assert {row["lastUpload"] for row in found} == {str(item.upload) for item in response.context["items"]}


def test_a_file_of_what_is_not_known_says_why(staff, receipt):
    receipt([invoice_row()])
    assert "is neither a day" in words(staff.get(FILE, {"since": "x"}))


def test_a_receipt_leads_to_what_its_upload_moved(receipt, staff):
    receipt([invoice_row(invoiceNumber="1", invoiceAmount=100)])
    receipt([invoice_row(invoiceNumber="1", invoiceAmount=100, balanceAmount="30"), invoice_row(invoiceNumber="2")])
    receipt([invoice_row(invoiceNumber="2", balanceAmount="0")])
    expected = [[("1", "New")], [("1", "Reduced"), ("2", "New")], [("2", "Settled")]]
    for upload, moved in zip(Upload.objects.order_by("merged_at"), expected, strict=True):
        receipt_page = staff.get(f"/admin/uploads/upload/{upload.pk}/change/").content.decode()
        [address] = re.findall(r'href="(/admin/reports/movements/[^"]+)">What this upload moved', receipt_page)
        assert items(staff.get(unescape(address))) == moved


def test_a_receipt_of_an_earlier_release_or_of_customers_leads_nowhere(receipt, staff):
    receipt([invoice_row()])
    receipt([customer_row()], "customers")
    Upload.objects.update(has_full_history=False)
    for upload in Upload.objects.all():
        assert (
            "/admin/reports/movements/?since"
            not in staff.get(f"/admin/uploads/upload/{upload.pk}/change/").content.decode()
        )


def test_the_dashboard_leads_to_its_movements(receipt, staff):
    receipt([invoice_row(invoiceNumber="1", currency="EUR")])
    days_pass(1)
    receipt([invoice_row(invoiceNumber="2", currency="EUR")])
    dashboard = staff.get("/admin/").content.decode()
    [address] = re.findall(r'href="(/admin/reports/movements/\?[^"]+)"', dashboard)
    assert items(staff.get(unescape(address))) == [("1", "New"), ("2", "New")]
