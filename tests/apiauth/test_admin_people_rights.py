"""Who is no superuser sees nobody, adds nobody, and becomes nobody else, by whatever address."""

import pytest
from django.contrib.auth.models import Group, Permission, User

from tests.apiauth.conftest import LIMITS, admin_url, signed_in
from tests.apiauth.people import form, member_of
from tests.factories import StaffFactory

PAGES = ["change", "history", "delete", "send_link", "deactivate", "activate", "password_change"]


@pytest.fixture(params=["Administrator", "every permission"])
def browser(request, own, foreign):
    """Of an Administrator, and of somebody who has every permission there is."""
    person = member_of("Administrator", own)
    if request.param == "every permission":
        person.user_permissions.set(Permission.objects.all())
    return signed_in(person)


@pytest.fixture
def colleague(own):
    return StaffFactory(first_name="Bea", last_name="Beaumont", username="bea@example.com", password="!old")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_a_person_is_for_others_than_superusers(page, browser, colleague):
    before = User.objects.values().get(pk=colleague.pk)
    for answer in (browser.get(admin_url(colleague, page)), browser.post(admin_url(colleague, page), {"post": "yes"})):
        assert answer.status_code == 403
        assert "eaumont" not in answer.content.decode()
    assert User.objects.values().get(pk=colleague.pk) == before


@pytest.mark.parametrize("page", PAGES)
def test_nobody_has_such_a_page_of_themselves(page, browser):
    me = User.objects.get(pk=browser.session["_auth_user_id"])
    rights = form(is_superuser="on", username=me.username, post="yes", password1="violet tram 7")
    assert browser.post(admin_url(me, page), rights).status_code == 403
    me.refresh_from_db()
    assert (me.is_superuser, me.is_active) == (False, True)


@pytest.mark.parametrize("query", ["", "?_popup=1", "?_to_field=id&_popup=1"])
@pytest.mark.parametrize("page", ["add", "changelist"])
def test_nobody_is_listed_or_added(page, query, browser, colleague):
    address = admin_url(User, page) + query
    chosen = form(action="delete_selected", _selected_action=colleague.pk, post="yes")
    for answer in (browser.get(address), browser.post(address, chosen)):
        assert answer.status_code == 403
        assert "eaumont" not in answer.content.decode()
    assert User.objects.count() == 2


@pytest.mark.parametrize("source", ["account/members", "account_members/user", "savedlist/owner"])
def test_no_name_is_proposed_while_somebody_types(source, browser, colleague):
    model, field = source.split("/")
    query = {"app_label": "apiauth", "model_name": model, "field_name": field, "term": "bea"}
    assert browser.get("/admin/autocomplete/", query).status_code == 403


def test_nobody_is_found_by_the_search_or_in_the_side_bar(browser, colleague):
    for address in ("/admin/", "/admin/search/?s=bea", "/admin/auth/"):
        page = browser.get(address).content.decode()
        assert "eaumont" not in page
        assert "/admin/auth/user/" not in page


def test_the_form_of_an_account_takes_no_members_of_others(browser, own, colleague):
    fields = {"upload_handling": "strict", "amount_decimal_places": 2, "members": [colleague.pk]} | LIMITS
    browser.post(admin_url(own), fields)
    own.refresh_from_db()
    assert own.amount_decimal_places == 2
    assert colleague not in own.members.all()


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_no_group_is_given_further_rights(page, browser):
    viewer = Group.objects.get(name="Viewer")
    everything = [permission.pk for permission in Permission.objects.all()]
    answer = browser.post(admin_url(viewer, page), {"name": "Viewer", "permissions": everything, "post": "yes"})
    assert answer.status_code == 403
    assert Group.objects.get(name="Viewer").permissions.count() < len(everything)


def test_a_role_is_neither_renamed_nor_deleted(superuser):
    viewer = Group.objects.get(name="Viewer")
    assert superuser.post(admin_url(viewer, "delete"), {"post": "yes"}).status_code == 403
    superuser.post(admin_url(viewer), {"name": "Guest", "permissions": [viewer.permissions.first().pk]})
    viewer.refresh_from_db()
    assert (viewer.name, viewer.permissions.count()) == ("Viewer", 1)
    guest = Group.objects.create(name="Guest")
    superuser.post(admin_url(guest, "delete"), {"post": "yes"})
    assert not Group.objects.filter(name="Guest").exists()


@pytest.mark.parametrize("name", ["accounts", "groups", "x"])
def test_a_superuser_who_asks_for_what_cannot_be_searched_is_refused(name, superuser):
    query = {"app_label": "auth", "model_name": "user", "field_name": name, "term": "x"}
    assert superuser.get("/admin/autocomplete/", query).status_code < 500


def test_the_accounts_of_a_person_are_searched_by_superusers(own, superuser):
    query = {"app_label": "apiauth", "model_name": "account_members", "field_name": "account", "term": "own"}
    assert [each["text"] for each in superuser.get("/admin/autocomplete/", query).json()["results"]] == ["Own Ltd"]
