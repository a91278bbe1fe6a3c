"""Key pairs made, shown and revoked in the admin."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey
from tests.apiauth.conftest import admin_url

CHANGELIST = reverse("admin:apiauth_apikey_changelist")


ADD = reverse("admin:apiauth_apikey_add")


def proposed_key(page):
    return re.search(r'name="proposed_key" value="([^"]+)"', page.content.decode())[1]


def filled_in(browser, account, **fields):
    """Return the form of a new pair, opened and filled in."""
    form = {"account": account.pk, "name": "SAP feed", "scopes": ["read", "upload"]} | fields
    return form | {"proposed_key": proposed_key(browser.get(ADD))}


def make_pair(browser, account, **fields):
    return browser.post(ADD, filled_in(browser, account, **fields))


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


def revoke(browser, *pairs, **options):
    form = {"action": "revoke", "_selected_action": [pair.pk for pair in pairs], "confirmed": "yes"}
    return browser.post(CHANGELIST, form | options, follow=True)


def test_the_revoke_action_asks_with_last_use_and_account_before_it_ends_a_pair(made, staff):
    response, row = made
    ApiKey.objects.filter(pk=row.pk).update(last_used_at=timezone.now() - timedelta(minutes=3))
    asked = staff.post(CHANGELIST, {"action": "revoke", "_selected_action": row.pk}).content.decode()
    assert all(text in asked for text in (row.key, "Own Ltd", "3\xa0minutes ago"))
    assert whoami(row.key, secret_in(response)).status_code == 200


def test_the_revoke_action_ends_the_chosen_pair(made, staff):
    response, row = made
    revoke(staff, row)
    assert whoami(row.key, secret_in(response)).status_code == 401


def test_the_revoke_action_says_how_many_it_ended(own, made, staff):
    page = revoke(staff, *own.api_keys.all()).content.decode()
    assert "2 key pairs revoked; requests with them get 401 from now on." in page


def test_the_page_of_a_pair_revokes_it_once_it_was_asked(made, staff):
    response, row = made
    assert b"Revoke for good" in staff.get(admin_url(row, "revoke_one")).content
    assert ApiKey.objects.get(pk=row.pk).revoked_at is None
    staff.post(admin_url(row, "revoke_one"))
    assert whoami(row.key, secret_in(response)).status_code == 401


def test_who_revoked_a_pair_is_noted(own, made, staff):
    _, row = made
    staff.post(admin_url(row, "revoke_one"))
    entry = LogEntry.objects.get(object_id=row.pk, action_flag=CHANGE)
    assert (entry.change_message, entry.user) == ("Revoked.", own.members.get())


def test_revoking_again_keeps_the_first_moment(made, staff):
    _, row = made
    revoke(staff, row)
    first = ApiKey.objects.get(pk=row.pk).revoked_at
    assert b"All selected key pairs are already revoked" in revoke(staff, row).content
    staff.post(admin_url(row, "revoke_one"))
    assert ApiKey.objects.get(pk=row.pk).revoked_at == first


def test_a_revoked_pair_can_only_be_looked_at(made, staff):
    _, row = made
    row.revoke()
    page = staff.get(admin_url(row)).content.decode()
    assert 'name="name"' not in page
    assert admin_url(row, "revoke_one") not in page
    assert admin_url(row, "replace_one") not in page


def test_a_revoked_pair_cannot_come_back(made, staff):
    _, row = made
    row.revoke()
    staff.post(admin_url(row), {"name": "", "scopes": ["read"], "revoked_at_0": "", "revoked_at_1": ""})
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_staff_cannot_revoke_a_foreign_pair(foreign, staff):
    revoke(staff, foreign.api_keys.get())
    staff.post(admin_url(foreign.api_keys.get(), "revoke_one"))
    assert foreign.api_keys.get().revoked_at is None


def test_staff_who_may_only_look_have_no_revoke_action(own, staff):
    user = own.members.get()
    user.user_permissions.remove(*user.user_permissions.exclude(codename="view_apikey"))
    revoke(staff, own.api_keys.first())
    assert staff.post(admin_url(own.api_keys.first(), "revoke_one")).status_code == 403
    assert own.api_keys.filter(revoked_at=None).count() == own.api_keys.count()


def test_a_form_that_is_sent_twice_makes_one_pair_and_shows_no_second_secret(own, staff):
    form = filled_in(staff, own)
    assert b"sk_" in staff.post(ADD, form).content
    again = staff.post(ADD, form, follow=True)
    assert b"sk_" not in again.content
    assert b"was already created and its secret was shown" in again.content
    assert own.api_keys.filter(name="SAP feed").count() == 1


@pytest.mark.parametrize("key", ["", "ak_of_my_own_choice", "ak_1:1tx:forged"])
def test_a_key_that_the_form_did_not_propose_makes_no_pair(key, own, staff):
    response = staff.post(ADD, filled_in(staff, own) | {"proposed_key": key})
    assert b"Check it and save it again" in response.content
    assert own.api_keys.filter(name="SAP feed").count() == 0
    form = filled_in(staff, own) | {"proposed_key": proposed_key(response)}
    assert b"sk_" in staff.post(ADD, form).content


@pytest.mark.parametrize("is_made", [True, False])
def test_the_key_that_was_proposed_to_somebody_else_makes_no_pair(is_made, own, foreign, staff, superuser):
    form = filled_in(superuser, foreign)
    if is_made:
        assert b"sk_" in superuser.post(ADD, form).content
    response = staff.post(ADD, form | {"account": own.pk})
    told = ["This form was open for too long. Check it and save it again."]
    assert response.context["adminform"].form.non_field_errors() == told
    assert own.api_keys.filter(name="SAP feed").count() == 0


def test_a_key_whose_pair_is_out_of_sight_makes_no_other(own, foreign, staff):
    form = filled_in(staff, own)
    staff.post(ADD, form)
    ApiKey.objects.filter(name="SAP feed").update(account=foreign)
    response = staff.post(ADD, form)
    assert (response.status_code, b"Check it and save it again" in response.content) == (200, True)


def test_a_pair_without_a_name_is_not_made_here(own, staff):
    assert b"This field is required" in make_pair(staff, own, name="").content


def test_a_pair_that_has_expired_already_is_not_made(own, staff):
    response = make_pair(staff, own, expires_at_0="2020-01-01", expires_at_1="00:00")
    assert b"This time is in the past" in response.content


def test_the_commands_name_the_host_that_was_asked(own, staff, settings):
    settings.ALLOWED_HOSTS = ["testserver", "receivables.example.com"]
    form = filled_in(staff, own)
    page = staff.post(ADD, form, headers={"host": "receivables.example.com"}).content.decode()
    assert "http://receivables.example.com/jsonApi/whoami" in page
    assert "http://receivables.example.com/jsonApi/upload/invoices?dryRun=true" in page


def test_a_pair_that_may_not_upload_is_shown_no_upload(own, staff):
    assert b"jsonApi/upload" not in make_pair(staff, own, scopes=["read"]).content


def test_what_the_uploads_of_a_pair_are_is_set_in_its_form(staff, own):
    make_pair(staff, own, full_load_minutes="30")
    row = ApiKey.objects.get(name="SAP feed")
    assert row.full_load_minutes == 30
    staff.post(admin_url(row), {"name": "SAP feed", "scopes": ["upload"], "full_load_minutes": ""})
    row.refresh_from_db()
    assert row.full_load_minutes is None


@pytest.mark.parametrize("minutes", ["0", "1441", "-5", "soon"])
def test_minutes_that_no_full_load_can_wait_make_no_pair(staff, own, minutes):
    response = make_pair(staff, own, full_load_minutes=minutes)
    assert response.status_code == 200
    assert not ApiKey.objects.filter(name="SAP feed").exists()
