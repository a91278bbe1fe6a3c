"""A link to set a password: once, for a while, and for nothing else."""

from datetime import datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.sessions.models import Session
from django.test import Client

from config.http.addresses import PublicURL
from tests.apiauth.conftest import admin_url, signed_in
from tests.apiauth.people import FOLLOW, PASSWORD, follow, invited, is_usable, link_in, member_of, set_password
from tests.factories import StaffFactory

pytestmark = pytest.mark.usefixtures("_fast_passwords")
LOGIN = "/admin/login/"


def logs_in(name, password=PASSWORD, **client):
    return Client(**client).post(LOGIN, {"username": name, "password": password}).status_code == 302


@pytest.fixture
def link(superuser):
    return invited(superuser)[1]


def test_whoever_is_invited_sets_a_password_and_logs_in(link):
    _, page = set_password(link)
    assert page.redirect_chain == [(LOGIN, 302)]
    assert "Your password is set. Log in as Carla@example.com." in page.content.decode()
    assert logs_in("carla@example.com")


def test_that_a_password_was_set_by_a_link_is_in_the_history(link):
    set_password(link)
    entry = LogEntry.objects.latest("pk")
    assert (entry.user.email, entry.change_message) == ("Carla@example.com", "Set a password by a link.")


def test_the_rules_of_passwords_are_shown_and_hold(link):
    page = follow(link)[1]
    assert "at least 8 characters" in page.content.decode()
    refused = set_password(link, "carla1")[1].content.decode()
    assert "This password is too short" in refused
    assert is_usable(link)


def test_a_link_works_once(link):
    set_password(link)
    _, page = follow(link)
    assert "This link does not work" in page.content.decode()
    assert "ask an administrator of this service for a new link" in page.content.decode()


def test_of_two_who_opened_a_link_the_second_sets_nothing(link):
    opened, page = follow(link)
    set_password(link)
    late = opened.post(page.request["PATH_INFO"], {"new_password1": "other tram 8", "new_password2": "other tram 8"})
    assert "This link does not work" in late.content.decode()
    assert logs_in("carla@example.com")


@pytest.mark.parametrize(
    ("passed", "works"), [(timedelta(days=2, hours=23), True), (timedelta(days=3, hours=1), False)]
)
def test_a_link_works_for_three_days(passed, works, link, monkeypatch):
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: datetime.now() + passed)  # noqa: DTZ005
    assert is_usable(link) is works


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"email": "other@example.com"}])
def test_a_link_ends_with_what_it_was_made_for(change, link):
    User.objects.filter(email="Carla@example.com").update(**change)
    assert not is_usable(link)


def test_a_link_of_somebody_who_logged_in_meanwhile_is_void(own, superuser):
    person = member_of("Viewer", own)
    person.set_password(PASSWORD)
    person.save()
    link = link_in(superuser.post(admin_url(person, "send_link")))
    signed_in(person)
    assert not is_usable(link)


BAD = [
    "",
    ".",
    "Mg.",
    ".x-y",
    "Mg.x-y",
    "\0.\0",
    "é.é-é",
    "/.x-y",
    "//.-",
    f"{'9' * 500}.{'9' * 500}-x",
    "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5.x-y",
]


@pytest.mark.parametrize("fragment", BAD)
def test_what_is_no_link_says_so(fragment, link):
    number, _, token = fragment.partition(".")
    answer = Client().post(FOLLOW, {"number": number, "token": token})
    assert (answer.status_code, "This link does not work" in answer.content.decode()) == (200, True)
    assert Session.objects.count() == 1  # the superuser's: what is made up fills no table


@pytest.mark.parametrize("number", ["Mg", "x", "%00", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_the_form_without_a_link_says_so(number, link):
    assert "This link does not work" in Client().get(f"{FOLLOW}{number}/").content.decode()
    assert "This link does not work" in Client().post(f"{FOLLOW}{number}/", {}).content.decode()


def test_the_secret_of_a_link_is_in_no_address(link):
    _, page = follow(link)
    assert page.redirect_chain == [(f"{FOLLOW}{link.partition('#')[2].split('.')[0]}/", 302)]
    assert link.rpartition(".")[2] not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_new_password_ends_the_sessions_of_the_old_one(own, superuser):
    person = member_of("Viewer", own)
    person.set_password("the old one")
    person.save()
    elsewhere = signed_in(person)
    assert elsewhere.get("/admin/").status_code == 200
    set_password(link_in(superuser.post(admin_url(person, "send_link"))))
    assert elsewhere.get("/admin/").status_code == 302


def test_whoever_is_logged_in_at_the_browser_is_logged_out_when_another_sets_a_password(link, superuser):
    _, page = follow(link, superuser)
    passwords = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert superuser.post(page.request["PATH_INFO"], passwords, follow=True).redirect_chain == [(LOGIN, 302)]
    assert superuser.get("/admin/").status_code == 302


def test_a_new_password_does_not_end_a_lock_of_the_login(own, superuser):
    person = member_of("Viewer", own)
    for _ in range(5):
        logs_in(person.username, "wrong")
    set_password(link_in(superuser.post(admin_url(person, "send_link"))))
    assert not logs_in(person.username)
    assert logs_in(person.username, REMOTE_ADDR="192.0.2.7")


def test_a_link_names_the_host_that_it_was_asked_from(settings, superuser):
    settings.ALLOWED_HOSTS = ["receivables.example.com"]
    person = StaffFactory()
    page = superuser.post(admin_url(person, "send_link"), headers={"host": "receivables.example.com"})
    assert link_in(page).startswith("http://receivables.example.com/admin/set-password/#")


def test_a_public_address_comes_before_that_of_the_request(settings, superuser):
    settings.PUBLIC_URL = PublicURL.parsed("https://ar.example.com/")
    page = superuser.post(admin_url(StaffFactory(), "send_link"))
    assert link_in(page).startswith("https://ar.example.com/admin/set-password/#")
