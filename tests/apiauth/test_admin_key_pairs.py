"""Key pairs made, shown and revoked in the admin."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.urls import reverse
from rest_framework.test import APIClient

from apiauth.models import Account, ApiKey
from tests.apiauth.conftest import admin_url

CHANGELIST = reverse("admin:apiauth_apikey_changelist")


def make_pair(browser, account, **fields):
    form = {"account": account.pk, "name": "SAP feed", "scopes": ["read", "upload"]} | fields
    return browser.post(reverse("admin:apiauth_apikey_add"), form)


def secret_in(response):
    return re.search(r"sk_[\w-]{43}", response.content.decode())[0]


def whoami(key, secret):
    return APIClient().get("/jsonApi/whoami", headers={"api_key": key, "api_secret": secret})


@pytest.fixture
def made(own, staff):
    """The answer to making a pair, and the pair's row."""
    return make_pair(staff, own), ApiKey.objects.get(name="SAP feed")


def test_the_answer_to_making_a_pair_shows_it_and_is_never_stored(made):
    response, row = made
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert row.key in response.content.decode()
    assert secret_in(response)


def test_the_pair_shown_logs_in(made):
    response, row = made
    assert whoami(row.key, secret_in(response)).json()["name"] == "SAP feed"


LATER = {
    "its page": lambda row: admin_url(row),
    "its history": lambda row: admin_url(row, "history"),
    "the list": lambda row: CHANGELIST,
    "the index": lambda row: "/admin/",
    "the form of the next pair": lambda row: admin_url(ApiKey, "add"),
}


@pytest.mark.parametrize("page", LATER.values(), ids=LATER)
def test_no_later_page_shows_the_secret_or_its_digest(page, made, staff):
    response, row = made
    later = staff.get(page(row))
    assert later.status_code == 200
    assert secret_in(response) not in later.content.decode()
    assert row.secret_digest not in later.content.decode()


def test_the_secret_is_kept_neither_in_the_session_nor_in_the_admins_log(made, staff):
    response, _ = made
    assert [secret_in(response) in str(session.get_decoded()) for session in Session.objects.all()] == [False]
    assert secret_in(response) not in str(list(LogEntry.objects.values()))


def test_changing_a_pair_shows_no_secret_and_makes_no_new_one(own, made, staff):
    response, row = made
    changed = staff.post(admin_url(row), {"name": "Renamed", "scopes": ["read"]}, follow=True)
    assert b"sk_" not in changed.content
    assert whoami(row.key, secret_in(response)).json()["scopes"] == ["read"]


def test_a_pair_stays_with_its_account(own, foreign, made, superuser):
    _, row = made
    superuser.post(admin_url(row), {"account": foreign.pk, "name": "Moved", "scopes": ["read"]})
    row.refresh_from_db()
    assert (row.name, row.account) == ("Moved", own)


def test_a_form_with_an_error_makes_no_pair(own, staff):
    response = make_pair(staff, own, scopes=["write"])
    assert b"sk_" not in response.content
    assert own.api_keys.filter(name="SAP feed").count() == 0


def test_the_revoke_action_ends_the_chosen_pair(made, staff):
    response, row = made
    staff.post(CHANGELIST, {"action": "revoke", "_selected_action": row.pk})
    assert whoami(row.key, secret_in(response)).status_code == 401


def test_the_revoke_action_says_how_many_it_ended(own, made, staff):
    chosen = {"action": "revoke", "_selected_action": list(own.api_keys.values_list("pk", flat=True))}
    page = staff.post(CHANGELIST, chosen, follow=True).content.decode()
    assert f"{len(chosen['_selected_action'])} key pair(s) revoked" in page


def test_revoking_again_keeps_the_first_moment(made, staff):
    _, row = made
    chosen = {"action": "revoke", "_selected_action": row.pk}
    staff.post(CHANGELIST, chosen)
    first = ApiKey.objects.get(pk=row.pk).revoked_at
    staff.post(CHANGELIST, chosen)
    assert ApiKey.objects.get(pk=row.pk).revoked_at == first


def test_a_revoked_pair_cannot_come_back(made, staff):
    _, row = made
    row.revoke()
    staff.post(admin_url(row), {"name": "", "scopes": ["read"], "revoked_at_0": "", "revoked_at_1": ""})
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_staff_cannot_revoke_a_foreign_pair(foreign, staff):
    staff.post(CHANGELIST, {"action": "revoke", "_selected_action": foreign.api_keys.get().pk})
    assert foreign.api_keys.get().revoked_at is None


def test_staff_who_may_only_look_have_no_revoke_action(own, staff):
    user = own.members.get()
    user.user_permissions.remove(*user.user_permissions.exclude(codename="view_apikey"))
    staff.post(CHANGELIST, {"action": "revoke", "_selected_action": own.api_keys.first().pk})
    assert own.api_keys.filter(revoked_at=None).count() == own.api_keys.count()


def test_disabling_an_account_refuses_its_keys(own, made, superuser):
    response, row = made
    superuser.post(admin_url(own), {"name": own.name, "amount_decimal_places": 0, "upload_handling": "strict"})
    assert whoami(row.key, secret_in(response)).status_code == 403


def test_an_account_with_rows_cannot_be_deleted(own, superuser):
    page = superuser.post(admin_url(own, "delete"), {"post": "yes"})
    assert b"Cannot delete account" in page.content
    assert (Account.objects.get(pk=own.pk), own.invoices.count()) == (own, 1)
