"""Staff log in with their user name or their e-mail address, in capitals or not."""

import pytest
from django.test import Client

from tests.apiauth.people import PASSWORD
from tests.factories import StaffFactory

pytestmark = pytest.mark.usefixtures("_fast_passwords")


def person(username, email="", password=PASSWORD, **values):
    user = StaffFactory(username=username, email=email, **values)
    user.set_password(password)
    user.save()
    return user


def log_in(name, password=PASSWORD):
    return Client(REMOTE_ADDR="192.0.2.1").post("/admin/login/", {"username": name, "password": password})


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "ada@example.com", "Ada@Example.COM"])
def test_user_name_and_address_log_in_however_they_are_written(name, db):
    person("Ada", "ada@Example.com")
    assert log_in(name).status_code == 302


def test_the_password_counts_its_capitals(db):
    person("ada")
    assert "The password is case-sensitive" in log_in("ada", PASSWORD.upper()).content.decode()


@pytest.mark.parametrize("name", ["a\0b", "\u0131da", "a" * 300, "'; --", "x@x"])
def test_a_name_that_nobody_has_logs_nobody_in(name, db):
    person("ada", "ada@example.com")
    assert log_in(name).status_code == 200


def test_of_names_that_differ_in_capitals_each_logs_in_as_it_is_written(db):
    person("ada"), person("Ada", password="another one 9")
    assert [log_in("ada").status_code, log_in("Ada", "another one 9").status_code] == [302, 302]
    assert log_in("ADA").status_code == 302  # read as ada


def test_an_address_that_two_have_logs_neither_in(db):
    """As earlier versions allowed; their user names do."""
    person("ada", "office@example.com"), person("ben", "Office@example.com")
    assert [log_in("office@example.com").status_code, log_in("ben").status_code] == [200, 302]


def test_a_user_name_comes_before_the_address_of_another(db):
    person("ada@example.com"), person("eve", "ada@example.com", password="the one of eve")
    assert log_in("ada@example.com").status_code == 302
    assert log_in("ada@example.com", "the one of eve").status_code == 200


def test_another_spelling_of_the_name_evades_no_lock(db):
    person("ada", "ada@example.com")
    names = ["ada", "ADA", "ada@example.com", "Ada@example.com", "aDa"]
    assert [log_in(name, "wrong").status_code for name in names] == [200, 200, 200, 200, 429]
    assert log_in("ADA@example.com").status_code == 429


def test_a_name_that_nobody_has_is_locked_in_every_spelling_alike(db):
    names = ["nobody", "NOBODY", "Nobody", "noBody", "nobodY"]
    assert [log_in(name, "wrong").status_code for name in names] == [200, 200, 200, 200, 429]


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_may_not_log_in_is_told_no_more_than_strangers(change, db):
    person("ada", **change)
    assert "do not match" in log_in("ada").content.decode()
