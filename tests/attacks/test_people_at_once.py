"""People are added, demoted and let in at the same moment: one address stays one person's, and a superuser is left."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.apiauth.people import ADD, FOLLOW, form, link_in
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "a" * 32  # against forged requests: the cookie and the form agree
PASSWORDS = {"new_password1": "violet tram 7", "new_password2": "violet tram 7"}


@pytest.fixture
def browser(gunicorn):
    """Return a client of the server, logged in as somebody or as nobody."""

    clients = ExitStack()

    def opened(user=None):
        cookies = {"csrftoken": TOKEN}
        if user:
            session = Client()
            session.force_login(user)
            cookies["sessionid"] = session.cookies["sessionid"].value
        client = httpx.Client(base_url=f"http://127.0.0.1:{gunicorn.port}", cookies=cookies, timeout=30)
        return clients.enter_context(client)

    with clients:
        yield opened


def at_once(*requests):
    """Post each of (browser, address, form) at the same moment; return the answers."""
    with ThreadPoolExecutor(len(requests)) as threads:
        posts = [
            threads.submit(browser.post, address, data=fields | {"csrfmiddlewaretoken": TOKEN})
            for browser, address, fields in requests
        ]
        return [post.result() for post in posts]


def superusers(count):
    return [StaffFactory(is_superuser=True, first_name=f"Super {number}") for number in range(count)]


def test_an_address_that_is_added_at_once_becomes_one_persons(browser):
    browsers = [browser(user) for user in superusers(3)]
    answers = at_once(*[(each, ADD, form(first_name=f"Carla {n}")) for n, each in enumerate(browsers)])
    assert [answer.status_code for answer in answers] == [200] * 3
    assert sorted("already has this address" in answer.text for answer in answers) == [False, True, True]
    assert User.objects.filter(email__iexact="carla@example.com").count() == 1


def test_superusers_who_demote_each_other_at_once_leave_one(browser):
    for _ in range(3):
        pair = superusers(2)
        User.objects.exclude(pk__in=[one.pk for one in pair]).update(is_superuser=False)
        requests = [
            (browser(me), f"/admin/auth/user/{other.pk}/change/", form(username=other.username, email="", role=""))
            for me, other in (pair, reversed(pair))
        ]
        assert sorted(answer.status_code for answer in at_once(*requests)) == [302, 403]
        assert User.objects.filter(is_superuser=True).count() == 1


def test_superusers_who_deactivate_each_other_at_once_leave_one(browser):
    pair = superusers(2)
    requests = [(browser(me), f"/admin/auth/user/{other.pk}/deactivate/", {}) for me, other in (pair, reversed(pair))]
    at_once(*requests)
    assert User.objects.filter(is_active=True, is_superuser=True).count() == 1


def test_a_link_that_two_use_at_once_sets_one_password(browser):
    [superuser] = superusers(1)
    [shown] = at_once((browser(superuser), ADD, form()))
    number, token = urlsplit(link_in(shown.text)).fragment.split(".")
    visitors = [browser(), browser()]
    at_once(*[(visitor, FOLLOW, {"number": number, "token": token}) for visitor in visitors])
    answers = at_once(*[(visitor, f"{FOLLOW}{number}/", PASSWORDS) for visitor in visitors])
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    assert sorted("This link does not work" in answer.text for answer in answers) == [False, True]
