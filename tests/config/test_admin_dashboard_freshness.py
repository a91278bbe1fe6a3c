"""The first page of the admin: figures are kept, and made anew in time."""

import re
from datetime import timedelta

from django.utils import timezone

from apiauth.models import Account
from receivables.models.account_figures import AccountFigures
from tests.config.dashboard import DASHBOARD, UP_TO_DATE, shown, text_of
from tests.conftest import client_of
from tests.factories import InvoiceFactory, invoice_row


def grow_old(**age):
    AccountFigures.objects.update(computed_at=timezone.now() - timedelta(**age))


def test_an_upload_is_on_the_page_that_follows_it(own, staff):
    client = client_of(own)
    client.post("/jsonApi/upload/invoices", [invoice_row(currency="EUR", invoiceAmount=50)])
    assert "Open in EUR €50.00" in shown(staff)
    client.post("/jsonApi/upload/invoices", [invoice_row(currency="EUR", invoiceAmount=50, balanceAmount="20")])
    grow_old(minutes=2)
    assert "Open in EUR €20.00" in shown(staff)


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


def test_figures_are_made_by_nobody_who_only_follows_a_link(staff):
    assert staff.get(UP_TO_DATE).url == DASHBOARD
    assert not AccountFigures.objects.exists()


def test_visitors_who_are_not_logged_in_make_no_figures(client):
    response = client.post(UP_TO_DATE)
    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")


def test_the_figures_of_an_account_go_with_it(own, superuser):
    shown(superuser)
    assert AccountFigures.objects.filter(account=own).exists()
    Account.objects.filter(pk=own.pk).delete()
    assert not AccountFigures.objects.exists()
