"""Key pairs revoked in the admin."""

from datetime import timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.utils import timezone

from apiauth.models import ApiKey
from tests.apiauth.conftest import admin_url
from tests.apiauth.key_pairs import CHANGELIST, secret_in, whoami


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
