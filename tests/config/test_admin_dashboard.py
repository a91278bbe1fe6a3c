"""The first page of the admin: figures of the accounts that its reader sees, kept and true."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from apiauth.models import Account, ApiKey
from receivables.kept_figures import AccountFigures
from receivables.models import Invoice, overdue, today
from receivables.uploads.models import Upload
from tests.conftest import client_of
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, StaffFactory, invoice_row

DASHBOARD = "/admin/"
UP_TO_DATE = "/admin/figures/"


@pytest.fixture
def own(db):
    return AccountFactory(name="Own Ltd")


@pytest.fixture
def foreign(db):
    account = AccountFactory(name="Foreign Ltd")
    InvoiceFactory(account=account, currency="CHF", invoice_amount=777, customer_name="Foreign customer")
    return account


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def staff(own, foreign):
    """The browser of someone who may do everything, but belongs to one account alone."""
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.all())
    own.members.add(user)
    return signed_in(user)


@pytest.fixture
def superuser(db):
    return signed_in(StaffFactory(is_superuser=True))


def shown(browser, **query):
    """Return the dashboard as a reader reads it: its words, without what stands between them."""
    response = browser.get(DASHBOARD, query)
    assert response.status_code == 200
    return text_of(response)


def text_of(response):
    page = response.content.decode().partition('id="dashboard"')[2]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def links_of(browser, path="/admin/receivables/invoice/"):
    """Return what the dashboard's links to a list ask for."""
    page = browser.get(DASHBOARD).content.decode().partition('id="dashboard"')[2]
    found = [urlsplit(unescape(href)) for href in re.findall(r'href="([^"]+)"', page)]
    return [{name: value for name, [value] in parse_qs(one.query).items()} for one in found if one.path == path]


def due(days):
    return today() - timedelta(days=days)


def test_open_and_overdue_totals_of_a_currency_are_those_of_the_table(own, staff):
    for days, amount in [(-5, 100), (10, 20), (100, 3), (0, 7)]:
        InvoiceFactory(account=own, currency="EUR", invoice_amount=amount, due_date=due(days))
    InvoiceFactory(account=own, currency="EUR", invoice_amount=-30)
    items = Invoice.objects.filter(account=own)
    open_total = items.aggregate(total=Sum("open_amount"))["total"]
    overdue_total = items.filter(overdue(today())).aggregate(total=Sum("open_amount"))["total"]
    page = shown(staff)
    assert (open_total, overdue_total) == (100, 23)
    assert "Open in EUR €100.00" in page
    assert "5 open items" in page
    assert "Overdue 18% €23.00" in page  # of the 130 owed before the credit


def test_every_bucket_is_shown_with_its_amount_and_share(own, staff):
    for days, amount in [(0, 100), (1, 200), (31, 300), (61, 400), (91, 500)]:
        InvoiceFactory(account=own, currency="EUR", invoice_amount=amount, due_date=due(days))
    InvoiceFactory(account=own, currency="EUR", invoice_amount=600)
    InvoiceFactory(account=own, currency="EUR", invoice_amount=-700)
    aged = shown(staff).partition("Aging by due date")[2].partition("Since yesterday")[0]
    told = re.findall(r"(-?€[\d,.]+) (\d+)(?: items)?(?: · (\d+%))?", aged)
    assert told == [
        ("€1,400.00", "7", ""),
        ("€100.00", "1", "5%"),
        ("€200.00", "1", "10%"),
        ("€300.00", "1", "14%"),
        ("€400.00", "1", "19%"),
        ("€500.00", "1", "24%"),
        ("€600.00", "1", "29%"),
        ("-€700.00", "1", ""),
    ]


def test_currencies_are_never_added(own, staff):
    for currency in ("EUR", "USD", "JPY"):
        InvoiceFactory(account=own, currency=currency, invoice_amount=10)
    page = shown(staff)
    assert all(total in page for total in ("Open in EUR €10.00", "Open in USD $10.00", "Open in JPY ¥10"))
    assert "30.00" not in page


def test_staff_see_figures_of_their_accounts_alone(staff, own):
    InvoiceFactory(account=own, currency="EUR", invoice_amount=10, due_date=due(3))
    page = shown(staff)
    assert "EUR" in page
    assert not re.search("CHF|Foreign|777", page)


@pytest.mark.parametrize("asked", ["foreign", "0", "x", "\u0661"])
def test_asking_for_an_account_that_is_not_seen_shows_the_own_ones(asked, staff, own, foreign):
    InvoiceFactory(account=own, currency="EUR")
    page = shown(staff, account=foreign.pk if asked == "foreign" else asked)
    assert "Open in EUR" in page
    assert "CHF" not in page


def test_nobody_makes_the_figures_of_a_foreign_account(staff, foreign):
    staff.post(f"{UP_TO_DATE}?account={foreign.pk}")
    assert not AccountFigures.objects.filter(account=foreign).exists()


def test_a_superuser_sees_all_accounts_together_and_each_by_choice(superuser, own, foreign):
    InvoiceFactory(account=own, currency="CHF", invoice_amount=23)
    assert "Open in CHF CHF800.00" in shown(superuser)
    assert "Open in CHF CHF23.00" in shown(superuser, account=own.pk)
    assert {link["account__id__exact"] for link in links_of(superuser) if "account__id__exact" in link} == set()


def test_links_from_a_chosen_account_lead_to_its_rows_alone(superuser, own, foreign):
    InvoiceFactory(account=own, currency="EUR", due_date=due(3))
    page = superuser.get(DASHBOARD, {"account": own.pk}).content.decode().partition('id="dashboard"')[2]
    lists = re.findall(r'href="(/admin/receivables/invoice/[^"]*)"', page)
    assert lists
    assert all(f"account__id__exact={own.pk}" in address for address in lists)


def test_each_doubt_is_counted_and_leads_to_its_items(own, staff):
    fine = {"account": own, "currency": "EUR", "due_date": today()}
    CustomerFactory(account=own, customer_number="4711")
    for wanting in ({"due_date": None}, {"customer_number": "1"}, {"balance_text": "?"}, {"currency": "Euro"}):
        InvoiceFactory(**fine | wanting)
    page = shown(staff).partition("Doubtful data")[2]
    assert re.findall(r"number\. (\d)|overdue\. (\d)|4217\. (\d)", page)
    asked = [link["quality"] for link in links_of(staff) if "quality" in link]
    assert {"no_due_date", "unknown_customer", "no_amount", "unknown_currency"} <= set(asked)


def test_totals_buckets_and_movements_lead_to_their_items(own, staff):
    InvoiceFactory(account=own, currency="EUR", due_date=due(40))
    asked = links_of(staff)
    for narrowed in ({"due": "open"}, {"due": "overdue"}, {"bucket": "2"}, {"updated_since": "yesterday"}):
        assert {"currency": "EUR"} | narrowed in asked


def test_what_is_of_no_known_currency_leads_to_all_that_is(own, staff):
    InvoiceFactory(account=own, currency="Euro", due_date=due(40))
    assert {"bucket": "2", "quality": "unknown_currency"} in links_of(staff)
    assert not [link for link in links_of(staff) if "currency" in link]


def test_what_nothing_is_wrong_with_has_no_link_to_an_empty_list(own, staff):
    CustomerFactory(account=own, customer_number="4711")
    InvoiceFactory(account=own, currency="EUR", due_date=today())
    assert [link for link in links_of(staff) if "quality" in link] == []


def test_a_debtor_leads_to_its_page_and_to_what_is_overdue(own, staff):
    customer = CustomerFactory(account=own, customer_number="0000004711", company_name="Alder Foods")
    InvoiceFactory(account=own, currency="EUR", invoice_amount=40, due_date=due(33))
    page = staff.get(DASHBOARD).content.decode()
    assert f'<a href="/admin/customers/customer/{customer.pk}/change/">Alder Foods</a>' in page
    asked = {"customer": "4711", "due": "overdue", "currency": "EUR", "account__id__exact": str(own.pk)}
    assert asked in links_of(staff)
    assert "33 days" in shown(staff)


def test_a_name_that_is_markup_is_shown_as_text(own, staff):
    InvoiceFactory(account=own, currency="<b>", customer_name="<script>x</script>", due_date=due(1))
    page = staff.get(DASHBOARD).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_an_upload_is_on_the_page_that_follows_it(own, staff):
    client = client_of(own)
    client.post("/jsonApi/upload/invoices", [invoice_row(currency="EUR", invoiceAmount=50)])
    assert "Open in EUR €50.00" in shown(staff)
    client.post("/jsonApi/upload/invoices", [invoice_row(currency="EUR", invoiceAmount=50, balanceAmount="20")])
    grow_old(minutes=2)
    assert "Open in EUR €20.00" in shown(staff)


def grow_old(**age):
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(**age))


def test_figures_that_took_long_are_shown_as_they_are_until_asked_for(own, staff):
    InvoiceFactory(account=own, currency="EUR", invoice_amount=50)
    shown(staff)
    InvoiceFactory(account=own, currency="EUR", invoice_amount=7)
    AccountFigures.objects.update(seconds=4)
    grow_old(minutes=2)
    page = shown(staff)
    assert "€50.00" in page
    assert "Rows have changed since" in page
    assert text_of(staff.post(UP_TO_DATE, follow=True)).count("€57.00") > 0
    assert "Rows have changed since" not in shown(staff)


def test_a_browser_is_told_when_to_ask_for_newer_figures(own, staff):
    InvoiceFactory(account=own, currency="EUR")
    shown(staff)
    AccountFigures.objects.update(seconds=4)
    assert b"data-due-in" not in staff.get(DASHBOARD).content
    InvoiceFactory(account=own, currency="EUR")
    waits = re.search(rb'data-due-in="(\d+)"', staff.get(DASHBOARD).content)
    assert 50 <= int(waits[1]) <= 60


def test_a_page_with_kept_figures_takes_the_same_queries_however_much_there_is(
    own, superuser, django_assert_num_queries
):
    queries = (
        7  # session, user, keys that expire, accounts, how they stand, newest uploads of each, the newest of those
    )
    client_of(own).post("/jsonApi/upload/invoices", [invoice_row()])
    shown(superuser)
    with django_assert_num_queries(queries):
        superuser.get(DASHBOARD)
    for number in range(5):
        account = AccountFactory()
        for currency in ("EUR", "USD", "GBP"):
            InvoiceFactory.create_batch(3, account=account, currency=currency, due_date=due(number))
        client_of(account).post("/jsonApi/upload/invoices", [invoice_row(), invoice_row(invoiceNumber="2")])
    shown(superuser)
    with django_assert_num_queries(queries):
        superuser.get(DASHBOARD)


def test_uploads_stand_on_the_page_with_what_became_of_them(own, staff):
    client = client_of(own)
    client.post("/jsonApi/upload/invoices", [invoice_row()])
    bad = [invoice_row(invoiceNumber="2"), invoice_row(invoiceNumber="3", invoiceAmount="many")]
    client.post("/jsonApi/upload/invoices", bad)
    client.post("/jsonApi/upload/invoices", bad, headers={"Prefer": "handling=lenient"})
    client.post("/jsonApi/upload/invoices?dryRun=true", [invoice_row()])
    uploads = shown(staff).partition("Recent uploads")[2]
    outcomes = re.findall(r"(Accepted|Partly taken|Refused) (only tried )?(\w+) ([\d ]+\d)", uploads)
    assert outcomes == [
        ("Accepted", "only tried ", "invoices", "1 0 0 1 0"),
        ("Partly taken", "", "invoices", "2 1 0 0 1"),
        ("Refused", "", "invoices", "2 0 0 0 2"),
        ("Accepted", "", "invoices", "1 1 0 0 0"),
    ]


def test_the_newest_eight_uploads_of_all_accounts_are_shown(superuser):
    for account in (AccountFactory(), AccountFactory()):
        key, _ = ApiKey.objects.issue(account)
        for _ in range(6):
            Upload.objects.create(
                account=account, api_key=key, resource="invoices", outcome="accepted", duration=timedelta(0)
            )
    page = superuser.get(DASHBOARD).content.decode()
    told = re.findall("/admin/uploads/upload/([0-9a-f-]{36})/change/", page)
    newest = Upload.objects.order_by("-created_at").values_list("pk", flat=True)[:8]
    assert told == [str(pk) for pk in newest]


def test_staff_who_may_not_view_invoices_see_no_figure(own):
    InvoiceFactory(account=own, currency="EUR")
    user = StaffFactory()
    own.members.add(user)
    browser = signed_in(user)
    page = shown(browser)
    assert "Figures are for those who may view invoices" in page
    assert "EUR" not in page
    assert browser.post(UP_TO_DATE).status_code == 403


def test_staff_who_may_not_view_uploads_see_none(own):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename="view_invoice"))
    own.members.add(user)
    InvoiceFactory(account=own, currency="EUR")
    page = shown(signed_in(user))
    assert "Open in EUR" in page
    assert "Recent uploads" not in page


def test_staff_of_no_account_are_told_whom_to_ask(db):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename="view_invoice"))
    assert "You are no member of an account yet" in shown(signed_in(user))


def test_a_fresh_installation_begins_with_an_account(superuser):
    page = superuser.get(DASHBOARD).content.decode()
    assert "Begin with an account" in page
    assert 'href="/admin/apiauth/account/add/"' in page


def test_an_account_without_rows_shows_the_first_steps(own, staff):
    page = staff.get(DASHBOARD).content.decode()
    assert "No invoice has come in yet" in page
    assert 'href="/admin/apiauth/apikey/add/"' in page
    ApiKey.objects.issue(own)
    assert "Make another key pair" in shown(staff)


def test_an_account_whose_items_are_all_settled_is_told_so(own, staff):
    InvoiceFactory(account=own, invoice_amount=0)
    assert "Nothing is open" in shown(staff)


def test_figures_are_made_by_nobody_who_only_follows_a_link(staff):
    assert staff.get(UP_TO_DATE).status_code == 405


def test_visitors_who_are_not_logged_in_make_no_figures(client):
    response = client.post(UP_TO_DATE)
    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")


def test_the_figures_of_an_account_go_with_it(own, superuser):
    shown(superuser)
    assert AccountFigures.objects.filter(account=own).exists()
    Account.objects.filter(pk=own.pk).delete()
    assert not AccountFigures.objects.exists()
