"""Guessing passwords at the door of the admin, and how long one stays inside."""

import logging
import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from apiauth.login.links import clear_ended_logins
from tests.apiauth.conftest import signed_in
from tests.factories import StaffFactory

LOGIN = "/admin/login/"
PASSWORD = "a long pass phrase"


@pytest.fixture
def ada(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the others are slow on purpose
    user = StaffFactory(username="ada", is_superuser=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(username="ada", password=PASSWORD, address="192.0.2.1", **headers):
    form = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post(LOGIN, form, headers=headers)


def fail(times, **options):
    return [log_in(password="wrong", **options) for _ in range(times)]


def statuses(answers):
    return [answer.status_code for answer in answers]


def test_the_fifth_wrong_password_locks_the_name_at_its_address(ada):
    assert statuses(fail(5)) == [200, 200, 200, 200, 429]
    assert log_in().status_code == 429


def test_four_wrong_passwords_and_the_right_one_log_in(ada):
    fail(4)
    assert log_in().status_code == 302
    assert statuses(fail(4)) == [200] * 4


def test_the_lock_holds_at_another_browser_of_the_address_too(ada):
    for browser in range(5):
        fail(1, user_agent=f"Browser/{browser}")
    assert log_in(user_agent="Browser/6").status_code == 429


def test_others_log_in_and_so_does_the_name_from_elsewhere_while_it_is_locked(ada):
    fail(5)
    StaffFactory(username="ben").set_password(PASSWORD)
    assert log_in(address="192.0.2.2").status_code == 302
    assert log_in(username="ben").status_code == 200


def test_the_page_of_the_lock_says_when_to_come_back_in_the_look_of_the_login(ada):
    locked = fail(5)[-1]
    page = locked.content.decode()
    assert "Logging in is locked for 15 minutes." in page
    assert "unfold/css/styles.css" in page
    assert 895 <= int(locked["Retry-After"]) <= 900
    assert "unsafe-inline" not in script_policy(locked)


def test_a_name_that_there_is_not_is_locked_alike(ada):
    there_is, there_is_not = (fail(5, username=name)[-1] for name in ("ada", "nobody"))
    assert there_is_not.status_code == 429
    assert page_of(there_is) == page_of(there_is_not)


def page_of(answer):
    return re.sub(r"[\w-]{32,}", "", answer.content.decode())


def test_the_lock_ends_after_fifteen_minutes_however_often_it_was_tried_meanwhile(ada):
    fail(8)
    time_passes(timedelta(minutes=15))
    assert log_in().status_code == 302


def time_passes(passed):
    for attempt in AccessAttempt.objects.all():
        AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=attempt.attempt_time - passed)


def test_what_is_tried_while_it_is_locked_fills_no_table(ada):
    fail(5)
    kept = list(AccessAttempt.objects.values())
    fail(20)
    assert list(AccessAttempt.objects.values()) == kept


def test_an_address_that_tries_many_names_is_locked_as_a_whole(ada):
    answers = [fail(1, username=f"name{number}")[0] for number in range(50)]
    assert statuses(answers) == [200] * 49 + [429]
    assert log_in().status_code == 429
    assert log_in(address="192.0.2.2").status_code == 302


def test_whoever_has_a_login_cannot_clear_what_they_tried_at_others(ada):
    """On success django-axes would forget all failures of the address."""
    for number in range(48):
        fail(1, username=f"name{number}")
    assert log_in().status_code == 302
    assert statuses(fail(2, username="ben")) == [200, 429]


def test_an_address_that_is_written_into_a_header_is_not_believed(ada):
    for number in range(5):
        fail(1, x_forwarded_for=f"198.51.100.{number}")
    assert log_in(x_forwarded_for="203.0.113.9").status_code == 429


@pytest.fixture
def _proxy(settings):
    settings.PROXY_COUNT = 1


@pytest.mark.usefixtures("_proxy")
def test_behind_a_proxy_the_address_that_it_added_counts(ada):
    fail(5, address="10.0.0.1", x_forwarded_for="198.51.100.1")
    assert log_in(address="10.0.0.1", x_forwarded_for="198.51.100.1").status_code == 429
    assert log_in(address="10.0.0.1", x_forwarded_for="198.51.100.2").status_code == 302


@pytest.mark.usefixtures("_proxy")
def test_behind_a_proxy_what_a_client_wrote_before_it_evades_no_lock(ada):
    for number in range(5):
        fail(1, address="10.0.0.1", x_forwarded_for=f"203.0.113.{number}, 198.51.100.1")
    assert log_in(address="10.0.0.1", x_forwarded_for="8.8.8.8, 198.51.100.1").status_code == 429


@pytest.mark.usefixtures("_proxy")
@pytest.mark.parametrize("header", ["", "no address", "198.51.100.1, "])
def test_behind_a_proxy_a_header_without_an_address_counts_as_the_proxy(header, ada):
    fail(5, address="10.0.0.1", x_forwarded_for=header)
    assert AccessAttempt.objects.get().ip_address == "10.0.0.1"


def test_of_ipv6_the_network_is_locked(ada):
    for number in range(5):
        fail(1, address=f"2001:db8:0:7::{number}")
    assert log_in(address="2001:db8:0:7:ffff::1").status_code == 429
    assert log_in(address="2001:db8:0:8::1").status_code == 302


def test_neither_log_nor_table_holds_a_password_or_a_name_that_may_be_one(ada, caplog):
    caplog.set_level(logging.DEBUG)
    for _ in range(6):
        log_in(username="oops, my secret", password="another secret")
    assert "192.0.2.1" in caplog.text
    assert "secret" not in caplog.text
    [kept] = AccessAttempt.objects.values()
    assert "another secret" not in str(kept)
    assert "secret" not in kept["post_data"]


def test_a_login_leaves_no_row_that_would_stay_for_ever(ada):
    log_in()
    assert (AccessLog.objects.count(), AccessAttempt.objects.count()) == (0, 0)


def test_what_has_ended_is_cleared_away(ada):
    log_in()
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    fail(1)
    time_passes(timedelta(minutes=16))
    log_in(address="192.0.2.3")
    fail(1, address="192.0.2.4")
    clear_ended_logins(0)
    assert Session.objects.count() == 1
    assert [attempt.ip_address for attempt in AccessAttempt.objects.all()] == ["192.0.2.4"]


def test_the_cookie_of_a_session_is_for_the_browser_alone_and_for_half_a_day(ada):
    cookie = log_in().cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 43200)


def test_the_cookie_against_forged_requests_is_as_strict(db, client):
    cookie = Client().get(LOGIN).cookies["csrftoken"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.fixture
def browser(ada):
    return signed_in(ada)


def ends_at():
    return Session.objects.get().expire_date


def test_a_session_lives_on_while_it_is_used_and_costs_few_writes(browser, ada):
    began = ends_at()
    browser.get("/admin/")
    assert ends_at() == began  # within a quarter of an hour of the login
    ada.last_login -= timedelta(seconds=configured.SESSION_RENEWED_EVERY)
    ada.save()
    browser.get("/admin/")
    renewed = ends_at()
    assert renewed > began
    browser.get("/admin/")
    assert ends_at() == renewed


def test_a_session_that_was_not_used_for_half_a_day_is_over(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get("/admin/").status_code == 302


def test_deactivating_a_user_ends_their_session(browser, ada):
    ada.is_active = False
    ada.save()
    assert browser.get("/admin/").status_code == 302


def test_another_password_ends_the_sessions_of_the_old_one(browser, ada):
    ada.set_password("another pass phrase")
    ada.save()
    assert browser.get("/admin/").status_code == 302


def script_policy(answer):
    return next(part for part in answer["Content-Security-Policy"].split("; ") if part.startswith("script-src "))
