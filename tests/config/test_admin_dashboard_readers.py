"""The first page of the admin: its reader sees what is theirs, and what to do first."""

import re

import pytest
from django.contrib.auth.models import Permission

from apiauth.models import ApiKey
from receivables.models.account_figures import AccountFigures
from tests.apiauth.conftest import signed_in
from tests.config.dashboard import DASHBOARD, UP_TO_DATE, due, links_of, shown
from tests.factories import InvoiceFactory, StaffFactory


def test_staff_see_figures_of_their_accounts_alone(staff, own):
    InvoiceFactory(account=own, currency="EUR", invoice_amount=10, due_date=due(3))
    page = shown(staff)
    assert "EUR" in page
    assert not re.search("CHF|Foreign|777", page)


@pytest.mark.parametrize("asked", ["foreign", "0", "x", "\u0661"])
def test_there_is_no_dashboard_of_an_account_that_is_not_seen(asked, staff, own, foreign):
    response = staff.get(DASHBOARD, {"account": foreign.pk if asked == "foreign" else asked})
    assert response.status_code == 404
    assert "There is no page at this address" in response.content.decode()


def test_a_dashboard_asked_for_what_it_does_not_know_is_refused(staff):
    assert staff.get(DASHBOARD, {"acount": "1"}).status_code == 400


def test_nobody_makes_the_figures_of_a_foreign_account(staff, foreign):
    staff.post(f"{UP_TO_DATE}?account={foreign.pk}")
    assert not AccountFigures.objects.filter(account=foreign).exists()


def test_a_superuser_sees_all_accounts_together_and_each_by_choice(superuser, own, foreign):
    InvoiceFactory(account=own, currency="CHF", invoice_amount=23)
    assert "Open in CHF CHF800.00" in shown(superuser)
    assert "Open in CHF CHF23.00" in shown(superuser, account=own.pk)
    assert {link["account__id__exact"] for link in links_of(superuser) if "account__id__exact" in link} == set()


def test_staff_who_may_not_view_invoices_see_no_figure(own):
    InvoiceFactory(account=own, currency="EUR")
    user = StaffFactory()
    own.members.add(user)
    browser = signed_in(user)
    page = shown(browser)
    assert "You need the permission to view invoices" in page
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
    assert "You are not a member of an account yet" in shown(signed_in(user))


def test_a_fresh_installation_begins_with_an_account(superuser):
    page = superuser.get(DASHBOARD).content.decode()
    assert "Start with an account" in page
    assert 'href="/admin/apiauth/account/add/"' in page


def test_an_account_without_rows_shows_the_first_steps(own, staff):
    page = staff.get(DASHBOARD).content.decode()
    assert "No invoices yet" in page
    assert 'href="/admin/apiauth/apikey/add/"' in page
    ApiKey.objects.issue(own)
    assert "Create another key pair" in shown(staff)
