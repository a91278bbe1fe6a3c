"""Accounts in the admin: what they have, how they are switched off, and what only superusers may do."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from apiauth.models import Account
from config.database.base import is_distributed
from tests.apiauth.conftest import LIMITS, account_with_rows, admin_url, signed_in
from tests.factories import StaffFactory, key_headers


@pytest.fixture
def administrator(own, foreign):
    """The browser of someone of the group of that name, who belongs to one account."""
    user = StaffFactory()
    user.groups.add(Group.objects.get(name="Administrator"))
    own.members.add(user)
    return signed_in(user)


def test_disabling_an_account_says_what_stops_and_asks(own, superuser):
    asked = superuser.get(admin_url(own, "disable")).content.decode()
    assert "1 live key of the account gets 403 from then on" in asked
    assert Account.objects.get(pk=own.pk).is_active


def test_disabling_an_account_refuses_its_keys_and_enabling_it_takes_them_again(own, superuser):
    headers = key_headers(own)
    superuser.post(admin_url(own, "disable"))
    assert APIClient(headers=headers).get("/jsonApi/whoami").status_code == 403
    superuser.post(admin_url(own, "enable"))
    assert APIClient(headers=headers).get("/jsonApi/whoami").status_code == 200


def test_who_disabled_an_account_is_noted(own, superuser):
    superuser.post(admin_url(own, "disable"))
    superuser.post(admin_url(own, "disable"))
    assert [entry.change_message for entry in LogEntry.objects.filter(object_id=own.pk)] == ["Disabled."]


SETTINGS = {"name": "Own Ltd", "amount_decimal_places": 2, "upload_handling": "lenient"} | LIMITS


def test_the_form_of_an_account_cannot_switch_it_off_by_the_way(own, superuser):
    superuser.post(admin_url(own), SETTINGS)
    own.refresh_from_db()
    assert (own.amount_decimal_places, own.upload_handling, own.is_active) == (2, "lenient", True)


def test_an_administrator_sets_the_limits_of_full_loads(own, administrator):
    administrator.post(admin_url(own), SETTINGS | {"closing_max_share": 5, "closing_max_amount": "250000.50"})
    own.refresh_from_db()
    assert (own.closing_max_share, own.closing_max_items) == (5, 50)
    assert own.closing_max_amount == Decimal("250000.50")
    assert 'value="250000.5"' in administrator.get(admin_url(own)).content.decode()


@pytest.mark.parametrize(
    ("name", "value"), [("closing_max_share", 101), ("closing_min_rows", -1), ("closing_max_amount", -1)]
)
def test_a_limit_of_full_loads_that_is_none_is_refused(name, value, own, administrator):
    page = administrator.post(admin_url(own), SETTINGS | {name: value})
    assert name in page.context["adminform"].form.errors
    assert Account.objects.get(pk=own.pk).amount_decimal_places == own.amount_decimal_places


def test_the_list_tells_of_keys_members_and_the_last_upload(own, staff):
    own.uploads.update(created_at=datetime(2026, 1, 2, tzinfo=UTC))
    own.api_keys.get().revoke()
    for _ in range(2):
        key_headers(own)
    page = staff.get(admin_url(Account, "changelist")).content.decode()
    assert "Jan. 2, 2026" in page
    assert re.search(r"field-live_keys[^>]*>\s*2\s*<", page)
    assert re.search(r"field-members_count[^>]*>\s*1\s*<", page)


def test_the_page_of_an_account_leads_to_what_is_its_own(own, staff):
    page = staff.get(admin_url(own)).content.decode()
    for model in ("receivables/invoice", "customers/customer", "uploads/upload", "apiauth/apikey"):
        assert f"/admin/{model}/?account__id__exact={own.pk}" in page


def test_the_list_asks_as_much_for_many_accounts_as_for_one(own, superuser, django_assert_num_queries):
    superuser.get(admin_url(Account, "changelist"))
    for number in range(20):
        account_with_rows(f"Account {number}")
    last_uploads = 20 if is_distributed() else 0  # a cluster is asked for each account's further one
    with django_assert_num_queries(8 + last_uploads):
        superuser.get(admin_url(Account, "changelist"))


def test_an_administrator_sets_an_own_account_but_does_not_name_it(own, administrator):
    """Of a name that is taken, the form would say so, and tell of an account that is not theirs."""
    administrator.post(admin_url(own), SETTINGS | {"name": "Foreign Ltd"})
    own.refresh_from_db()
    assert (own.name, own.amount_decimal_places) == ("Own Ltd", 2)


@pytest.mark.parametrize("page", ["disable", "enable"])
def test_a_foreign_account_is_not_switched(page, foreign, administrator):
    response = administrator.post(admin_url(foreign, page))
    assert response.status_code == 404
    assert Account.objects.get(pk=foreign.pk).is_active


def test_only_superusers_make_and_delete_accounts(own, staff):
    assert staff.get(admin_url(Account, "add")).status_code == 403
    assert staff.post(admin_url(own, "delete"), {"post": "yes"}).status_code == 403


def test_an_account_with_rows_cannot_be_deleted(own, superuser):
    page = superuser.post(admin_url(own, "delete"), {"post": "yes"})
    assert b"Cannot delete account" in page.content
    assert (Account.objects.get(pk=own.pk), own.invoices.count()) == (own, 1)
