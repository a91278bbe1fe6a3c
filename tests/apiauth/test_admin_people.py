"""A superuser adds people by one form, and changes them by it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User

from tests.apiauth.conftest import LIMITS, admin_url, signed_in
from tests.apiauth.people import ADD, form, invited, is_usable, link_in, member_of
from tests.factories import AccountFactory, StaffFactory


def errors_of(response):
    return response.context["adminform"].form.errors


def test_a_person_is_added_with_name_role_and_accounts(own, foreign, superuser):
    person, _ = invited(superuser, accounts=[own.pk])
    assert (person.get_full_name(), person.email, person.username) == (
        "Carla Collins",
        "Carla@example.com",
        "carla@example.com",
    )
    assert [group.name for group in person.groups.all()] == ["Collector"]
    assert list(person.accounts.all()) == [own]
    assert (person.is_staff, person.is_superuser, person.has_usable_password()) == (True, False, False)


def test_the_page_of_the_link_is_kept_by_no_browser(superuser):
    response = superuser.post(ADD, form())
    assert "no-store" in response["Cache-Control"]
    assert link_in(response).startswith("http://testserver/admin/set-password/#")


def test_the_only_account_is_chosen_already(own, superuser):
    assert superuser.get(ADD).context["adminform"].form["accounts"].value() == [own.pk]


def test_of_several_accounts_none_is_chosen(own, foreign, superuser):
    assert superuser.get(ADD).context["adminform"].form["accounts"].value() is None


@pytest.mark.parametrize("field", ["email", "role"])
def test_a_person_needs_an_address_and_a_role(field, superuser):
    assert field in errors_of(superuser.post(ADD, form(**{field: None})))
    assert User.objects.count() == 1


def test_a_person_needs_one_name_of_two(superuser):
    assert "last_name" in errors_of(superuser.post(ADD, form(first_name="", last_name="")))
    assert invited(superuser, first_name="", last_name="Collins")[0].last_name == "Collins"


@pytest.mark.parametrize("taken", [{"email": "CARLA@example.com"}, {"username": "Carla@Example.com"}])
def test_an_address_that_somebody_logs_in_with_is_refused(taken, superuser):
    StaffFactory(first_name="Carl", **taken)
    assert errors_of(superuser.post(ADD, form()))["email"] == ["Carl already has this address."]


def test_an_address_that_makes_no_user_name_is_taken(superuser):
    person, _ = invited(superuser, email="o'brien@example.com")
    assert (person.email, person.username) == ("o'brien@example.com", "o-brien@example.com")
    assert superuser.post(admin_url(person), form(email=person.email, username=person.username)).status_code == 302


def test_a_user_name_may_be_chosen(superuser):
    assert invited(superuser, username="carla")[0].username == "carla"


def test_who_belongs_to_no_account_is_told_of(own, superuser):
    told = "The person belongs to no account"
    assert told in superuser.post(ADD, form()).content.decode()
    added = superuser.post(ADD, form(email="other@example.com", accounts=[own.pk]))
    assert told not in added.content.decode()


@pytest.mark.parametrize("field", ["first_name", "email", "username", "role"])
def test_a_nul_in_the_form_is_refused(field, superuser):
    assert field in errors_of(superuser.post(ADD, form(**{field: "a\0@example.com"})))


def test_an_address_too_long_for_a_user_name_is_refused(superuser):
    assert "email" in errors_of(superuser.post(ADD, form(email=f"{'c' * 60}@{'d' * 60}.{'e' * 60}.example.com")))


def test_a_form_that_is_sent_twice_adds_one_person(superuser):
    superuser.post(ADD, form())
    again = superuser.post(ADD, form(), follow=True)
    assert "This person was already added" in again.content.decode()
    assert User.objects.filter(email__iexact="carla@example.com").count() == 1


def test_an_address_of_the_form_fills_in_nothing(superuser):
    page = superuser.get(f"{ADD}?is_superuser=1&accounts=x&email=eve@example.com&role=Administrator")
    assert page.status_code == 200
    assert "eve@example.com" not in page.content.decode()
    assert page.context["adminform"].form["is_superuser"].value() is False


@pytest.mark.parametrize(("accounts", "status"), [("x", 400), (["1", "x"], 400), ("9" * 5000, 400), ("0", 200)])
def test_an_account_that_is_no_row_is_refused(accounts, status, superuser):
    assert superuser.post(ADD, form(accounts=accounts)).status_code == status


def test_role_and_accounts_are_changed_on_the_page_of_the_person(own, foreign, superuser):
    person = member_of("Viewer", own)
    other = Group.objects.create(name="Night shift")
    changes = {"email": person.email, "username": person.username, "groups": [other.pk], "accounts": [foreign.pk]}
    superuser.post(admin_url(person), form(role="Administrator", **changes))
    assert {group.name for group in person.groups.all()} == {"Administrator", "Night shift"}
    assert list(person.accounts.all()) == [foreign]
    assert "Role" in LogEntry.objects.get(object_id=person.pk).get_change_message()


def test_the_members_of_an_account_are_changed_on_its_page_as_well(own, superuser):
    person = member_of("Viewer")
    settings = {"name": own.name, "upload_handling": "strict", "amount_decimal_places": 0} | LIMITS
    superuser.post(admin_url(own), settings | {"members": [person.pk]})
    assert superuser.get(admin_url(person)).context["adminform"].form["accounts"].value() == [own.pk]


def test_somebody_without_address_name_and_role_can_be_saved(superuser):
    """As a superuser is who was made by `createsuperuser`."""
    person = StaffFactory(is_superuser=True)
    fields = {"username": person.username, "is_staff": "on", "is_superuser": "on"}
    assert superuser.post(admin_url(person), fields).status_code == 302
    assert User.objects.get(pk=person.pk).is_superuser


def test_nobody_takes_their_own_rights_away(superuser):
    me = User.objects.get()
    superuser.post(admin_url(me), {"username": me.username})
    me.refresh_from_db()
    assert (me.is_superuser, me.is_staff) == (True, True)
    superuser.post(admin_url(me, "deactivate"))
    superuser.post(admin_url(me, "delete"), {"post": "yes"})
    superuser.post(admin_url(User, "changelist"), {"action": "delete_selected", "_selected_action": me.pk, "post": "y"})
    assert User.objects.get(pk=me.pk).is_active


def test_who_has_logged_in_is_not_deleted(superuser):
    person = member_of("Viewer")
    signed_in(person)
    assert superuser.post(admin_url(person, "delete"), {"post": "yes"}).status_code == 403
    invited_one, _ = invited(superuser)
    superuser.post(admin_url(invited_one, "delete"), {"post": "yes"})
    assert not User.objects.filter(pk=invited_one.pk).exists()


def test_the_list_tells_who_has_not_set_a_password(own, superuser):
    person, _ = invited(superuser, accounts=[own.pk])
    page = superuser.get(admin_url(User, "changelist")).content.decode()
    for told in ("Carla Collins", "Carla@example.com", "has not set a password yet", "Collector", "Own Ltd"):
        assert told in page
    for state, count in {"invited": 1, "active": 0, "deactivated": 0, "x": 1}.items():
        found = superuser.get(admin_url(User, "changelist"), {"state": state}).context["cl"].queryset
        assert found.filter(pk=person.pk).count() == count
    for role, count in {"Collector": 1, "Viewer": 0, "superuser": 1, "x": 2}.items():
        found = superuser.get(admin_url(User, "changelist"), {"role": role}).context["cl"].queryset
        assert found.count() == count


def test_the_list_asks_as_much_for_many_people_as_for_one(own, superuser, django_assert_num_queries):
    superuser.get(admin_url(User, "changelist"))
    for _ in range(5):
        member_of("Viewer", own, AccountFactory())
    with django_assert_num_queries(8):
        superuser.get(admin_url(User, "changelist"))


def test_a_new_link_ends_the_one_before_and_is_logged(superuser):
    person, first = invited(superuser)
    assert "Earlier links end" in superuser.get(admin_url(person, "send_link")).content.decode()
    assert is_usable(first)  # to ask makes none
    second = link_in(superuser.post(admin_url(person, "send_link")))
    assert (is_usable(first), is_usable(second)) == (False, True)
    assert LogEntry.objects.filter(object_id=person.pk).first().change_message == "Created a link to set a password."


def test_to_deactivate_somebody_ends_sessions_and_links_for_ever(own, superuser):
    person = member_of("Viewer", own)
    person.set_password("violet tram 7")
    person.save()
    browser, link = signed_in(person), link_in(superuser.post(admin_url(person, "send_link")))
    superuser.post(admin_url(person, "deactivate"))
    assert browser.get("/admin/").status_code == 302
    assert not is_usable(link)
    activated = superuser.post(admin_url(person, "activate"))
    assert browser.get("/admin/").status_code == 302
    assert (is_usable(link), is_usable(link_in(activated))) == (False, True)


@pytest.mark.parametrize("page", ["send_link", "activate"])
def test_what_the_state_does_not_allow_is_not_done(page, superuser):
    person = member_of("Viewer")
    person.set_password("violet tram 7")
    person.is_active = page == "activate"
    person.save()
    assert superuser.post(admin_url(person, page)).status_code == 302
    assert User.objects.get(pk=person.pk).has_usable_password()


@pytest.mark.parametrize(("is_active", "offered"), [(True, ["link", "deactivate"]), (False, ["activate"])])
def test_the_state_of_a_person_decides_which_actions_are_offered(is_active, offered, superuser):
    person = StaffFactory(is_active=is_active)
    page = superuser.get(admin_url(person)).content.decode()
    actions = ["link", "deactivate", "activate"]
    assert [action for action in actions if f"{person.pk}/{action}" in page] == offered
