"""Key pairs made and shown in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session

from apiauth.models import ApiKey
from tests.apiauth.conftest import admin_url
from tests.apiauth.key_pairs import ADD, CHANGELIST, filled_in, make_pair, proposed_key, secret_in, whoami


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
