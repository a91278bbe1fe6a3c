"""Logging in: what is refused, and that every refusal is the same."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apiauth.models import ApiKey
from apiauth.models.keys import digest
from tests.factories import AccountFactory, StaffFactory

WHOAMI = "/jsonApi/whoami"
CALLER = APIClient()  # it keeps nothing between requests


def ask(headers):
    return CALLER.get(WHOAMI, headers=headers)


def pair_headers(key, secret):
    return {"api_key": key, "api_secret": secret}


def basic(credentials, scheme="Basic"):
    raw = credentials if isinstance(credentials, bytes) else credentials.encode()
    return {"authorization": f"{scheme} {base64.b64encode(raw).decode()}"}


@pytest.fixture
def pair(account):
    return ApiKey.objects.issue(account)[1]


UNSENT = {
    "no pair": lambda pair: {},
    "two empty halves": lambda pair: pair_headers("", ""),
    "two blank halves": lambda pair: pair_headers(" ", " "),
    "an empty Authorization": lambda pair: {"authorization": ""},
}
HALVES = {
    "the key alone": (lambda pair: {"api_key": pair.key}, "The header api_secret"),
    "the secret alone": (lambda pair: {"api_secret": pair.secret}, "The header api_key"),
    "the key with an empty secret": (lambda pair: pair_headers(pair.key, ""), "The header api_secret"),
    "an unknown key alone": (lambda pair: {"api_key": "ak_none"}, "The header api_secret"),
    "Basic, no colon": (lambda pair: basic(f"{pair.key}{pair.secret}"), "The password of HTTP Basic"),
    "Basic, no user": (lambda pair: basic(f":{pair.secret}"), "The user of HTTP Basic"),
}
UNREADABLE = {
    "Basic, no UTF-8": lambda pair: basic(b"\xff\xfe:\xff"),
    "Basic, no base64": lambda pair: {"authorization": f"Basic {pair.key}:{pair.secret}"},
    "Basic, bad padding": lambda pair: {"authorization": "Basic abc"},
    "Basic, not ASCII": lambda pair: {"authorization": "Basic é"},
    "Bearer": lambda pair: basic(f"{pair.key}:{pair.secret}", scheme="Bearer"),
}
MANGLED = {
    "an unknown key": lambda pair: pair_headers(f"ak_{'0' * 24}", pair.secret),
    "a wrong secret": lambda pair: pair_headers(pair.key, "sk_wrong"),
    "a key in upper case": lambda pair: pair_headers(pair.key.upper(), pair.secret),
    "a secret in the other case": lambda pair: pair_headers(pair.key, pair.secret.swapcase()),
    "a truncated key": lambda pair: pair_headers(pair.key[:-1], pair.secret),
    "a truncated secret": lambda pair: pair_headers(pair.key, pair.secret[:-1]),
    "a lengthened secret": lambda pair: pair_headers(pair.key, f"{pair.secret}0"),
    "a blank within the key": lambda pair: pair_headers(f"{pair.key[:9]} {pair.key[9:]}", pair.secret),
    "a blank within the secret": lambda pair: pair_headers(pair.key, f"{pair.secret[:9]} {pair.secret[9:]}"),
    "swapped halves": lambda pair: pair_headers(pair.secret, pair.key),
    "a key without its prefix": lambda pair: pair_headers(pair.key.removeprefix("ak_"), pair.secret),
    "a secret without its prefix": lambda pair: pair_headers(pair.key, pair.secret.removeprefix("sk_")),
    "the key in quotes": lambda pair: pair_headers(f'"{pair.key}"', pair.secret),
    "the stored digest as the secret": lambda pair: pair_headers(pair.key, digest(pair.secret)),
    "a pattern as the key": lambda pair: pair_headers("ak_%", pair.secret),
    "a key twice, differing": lambda pair: pair_headers(f"{pair.key},ak_other", pair.secret),
    "a secret twice, differing": lambda pair: pair_headers(pair.key, f"{pair.secret},sk_other"),
    "a very long key": lambda pair: pair_headers("k" * 8000, pair.secret),
    "a key that is not ASCII": lambda pair: pair_headers("ak_é", pair.secret),
    "a secret that is not ASCII": lambda pair: pair_headers(pair.key, "sk_é"),
    "Basic, wrong secret": lambda pair: basic(f"{pair.key}:sk_wrong"),
    "Basic, blank before the key": lambda pair: basic(f" {pair.key}:{pair.secret}"),
    "Basic, NUL in the key": lambda pair: basic(f"{pair.key}\0:{pair.secret}"),
    "Basic, NUL in the secret": lambda pair: basic(f"{pair.key}:{pair.secret}\0"),
    "Basic, NUL alone": lambda pair: basic("\0:\0"),
    "wrong headers beside a right Basic": lambda pair: pair_headers("ak_x", "sk_x") | basic(":".join(pair)),
}


def refused(headers):
    """Return the problem document of a request that is refused with 401 and the challenge."""
    response = ask(headers)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert response["WWW-Authenticate"] == 'Basic realm="receivables", charset="UTF-8"'
    return response.json()


WRONG = {
    "title": "Unauthorized",
    "status": 401,
    "detail": "A key pair arrived, but it is wrong, revoked or expired. Check that both halves are whole and belong "
    "together, or have a new pair issued.",
    "code": "wrong_key_pair",
}


@pytest.mark.parametrize("mangle", MANGLED.values(), ids=MANGLED)
def test_a_mangled_pair_gets_the_same_refusal_for_the_same_work(mangle, pair, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert refused(mangle(pair)) == WRONG


@pytest.mark.parametrize("send", UNSENT.values(), ids=UNSENT)
def test_a_pair_that_did_not_arrive_is_told_so(send, pair, django_assert_num_queries):
    with django_assert_num_queries(1):
        problem = refused(send(pair))
    assert problem["code"] == "no_key_pair"
    assert problem["detail"] == (
        "No key pair arrived. Send it in the headers api_key and api_secret. If you did send them, a proxy on the way "
        "dropped them, as many drop names with an underscore: send Api-Key and Api-Secret, or the pair as user and "
        "password of HTTP Basic."
    )


@pytest.mark.parametrize(("send", "missing"), HALVES.values(), ids=HALVES)
def test_the_missing_half_of_a_pair_is_named(send, missing, pair, django_assert_num_queries):
    with django_assert_num_queries(1):
        problem = refused(send(pair))
    assert problem["code"] == "half_key_pair"
    assert problem["detail"].startswith(f"{missing} did not arrive, or is empty;")


@pytest.mark.parametrize("send", UNREADABLE.values(), ids=UNREADABLE)
def test_an_authorization_that_is_not_basic_is_told_so(send, pair, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert refused(send(pair))["code"] == "unreadable_credentials"


def test_a_secret_of_another_pair_gets_the_same_refusal(account, pair):
    assert refused(pair_headers(pair.key, ApiKey.objects.issue(account)[1].secret)) == WRONG


def test_a_revoked_pair_gets_the_same_refusal(pair, django_assert_num_queries):
    ApiKey.objects.get(key=pair.key).revoke()
    with django_assert_num_queries(1):
        assert refused(pair_headers(*pair)) == WRONG


def test_an_expired_pair_gets_the_same_refusal(account, django_assert_num_queries):
    pair = ApiKey.objects.issue(account, expires_at=timezone.now() - timedelta(seconds=1))[1]
    with django_assert_num_queries(1):
        assert refused(pair_headers(*pair)) == WRONG


def test_a_pair_that_will_expire_still_logs_in(account):
    pair = ApiKey.objects.issue(account, expires_at=timezone.now() + timedelta(minutes=1))[1]
    assert ask(pair_headers(*pair)).status_code == 200


def test_an_upload_without_a_pair_is_refused_with_the_challenge(db):
    response = CALLER.post("/jsonApi/upload/invoices", [])
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")


SPELLINGS = {
    "api_key": lambda pair: {"api_key": pair.key, "api_secret": pair.secret},
    "Api-Key": lambda pair: {"Api-Key": pair.key, "Api-Secret": pair.secret},
    "API-KEY": lambda pair: {"API-KEY": pair.key, "API-SECRET": pair.secret},
    "blanks around, which HTTP drops": lambda pair: pair_headers(f" {pair.key} ", f" {pair.secret} "),
    "Basic": lambda pair: basic(f"{pair.key}:{pair.secret}"),
    "basic in lower case": lambda pair: basic(f"{pair.key}:{pair.secret}", scheme="basic"),
    "Basic with two blanks behind it": lambda pair: basic(f"{pair.key}:{pair.secret}", scheme="Basic "),
    "Basic beside empty headers": lambda pair: pair_headers("", "") | basic(":".join(pair)),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_pair_logs_in_under_every_spelling(spell, pair):
    response = ask(spell(pair))
    assert (response.status_code, response.json().get("key")) == (200, pair.key)


def test_a_pair_sent_under_both_spellings_at_once_logs_in(pair):
    # The server joins the two headers' values under the one name that both become.
    twice = {"HTTP_API_KEY": f"{pair.key},{pair.key}", "HTTP_API_SECRET": f"{pair.secret}, {pair.secret}"}
    assert CALLER.get(WHOAMI, **twice).status_code == 200


def test_several_live_pairs_of_an_account_log_in(account):
    pairs = [ApiKey.objects.issue(account)[1] for _ in range(3)]
    assert [ask(pair_headers(*pair)).json()["key"] for pair in pairs] == [pair.key for pair in pairs]


def test_revoking_one_pair_leaves_the_other_alive(account, pair):
    successor = ApiKey.objects.issue(account)[1]
    ApiKey.objects.get(key=pair.key).revoke()
    assert ask(pair_headers(*successor)).status_code == 200


def test_a_staff_session_is_no_key_pair(account):
    browser = APIClient()
    browser.force_login(StaffFactory(is_superuser=True))
    assert browser.get("/jsonApi/invoices").status_code == 401


def test_a_pair_of_a_disabled_account_gets_403(db):
    account = AccountFactory(is_active=False)
    pair = ApiKey.objects.issue(account)[1]
    response = ask(pair_headers(*pair))
    assert response.status_code == 403
    assert response.json()["detail"] == "This account is disabled. Ask whoever runs the service."


def test_a_wrong_secret_does_not_learn_that_the_account_is_disabled(db):
    account = AccountFactory(is_active=False)
    pair = ApiKey.objects.issue(account)[1]
    assert refused(pair_headers(pair.key, "sk_wrong")) == WRONG
