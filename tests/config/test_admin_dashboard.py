"""The first page of the admin: figures that are those of the tables."""

import re
from datetime import timedelta

from django.db.models import Sum

from apiauth.models import ApiKey
from config.database.base import is_distributed
from receivables.models import Invoice, overdue, today
from receivables.uploads.models import Upload
from tests.config.dashboard import DASHBOARD, due, shown
from tests.conftest import client_of
from tests.factories import AccountFactory, InvoiceFactory, invoice_row


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


def test_a_name_that_is_markup_is_shown_as_text(own, staff):
    InvoiceFactory(account=own, currency="<b>", customer_name="<script>x</script>", due_date=due(1))
    page = staff.get(DASHBOARD).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_an_account_whose_items_are_all_settled_is_told_so(own, staff):
    InvoiceFactory(account=own, invoice_amount=0)
    assert "Nothing is open" in shown(staff)


def test_uploads_stand_on_the_page_with_what_became_of_them(own, staff):
    client = client_of(own)
    client.post("/jsonApi/upload/invoices", [invoice_row()])
    bad = [invoice_row(invoiceNumber="2"), invoice_row(invoiceNumber="3", invoiceAmount="many")]
    client.post("/jsonApi/upload/invoices", bad)
    client.post("/jsonApi/upload/invoices", bad, headers={"Prefer": "handling=lenient"})
    client.post("/jsonApi/upload/invoices?dryRun=true", [invoice_row()])
    uploads = shown(staff).partition("Recent uploads")[2]
    outcomes = re.findall(r"(Partially accepted|Accepted|Refused) (dry run )?(\w+) ([\d ]+\d)", uploads)
    assert outcomes == [
        ("Accepted", "dry run ", "invoices", "1 0 0 1 0"),
        ("Partially accepted", "", "invoices", "2 1 0 0 1"),
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


def test_a_page_with_kept_figures_takes_the_same_queries_however_much_there_is(
    own, superuser, django_assert_num_queries
):
    # Session, user, keys that expire, accounts, these again, their figures, withheld loads, newest uploads, those.
    queries = 9
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
    further = 5 if is_distributed() else 0  # a cluster is asked for each account's newest uploads
    with django_assert_num_queries(queries + further):
        superuser.get(DASHBOARD)
