"""The language and the policy of pages, which the API's answers have none of."""

import pytest

from tests.conftest import client_of

GERMAN = {"Accept-Language": "de"}


@pytest.fixture
def documents(client):
    return client.get("/jsonApi/docs")


@pytest.fixture
def login(client):
    return client.get("/admin/login/", headers=GERMAN)


def directives(answer):
    policy = answer["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in policy.split(";"))}


def test_the_admin_speaks_its_readers_language(login):
    assert login["Content-Language"] == "de"
    assert "Benutzername" in login.content.decode()


def test_the_api_says_the_same_in_whatever_language_it_is_asked(account, login):
    answer = client_of(account).get("/jsonApi/invoices/1", headers=GERMAN)
    assert answer.json()["detail"] == client_of(account).get("/jsonApi/invoices/1").json()["detail"]
    assert "Content-Language" not in answer


def test_the_admins_pages_alone_may_make_functions_of_texts(login, documents):
    assert directives(login)["script-src"] == ["'self'", "'unsafe-eval'"]
    assert directives(documents)["script-src"] == ["'self'"]


def test_no_page_runs_what_stands_within_it_or_comes_from_elsewhere(login, documents):
    for page in (login, documents):
        assert directives(page)["default-src"] == ["'self'"]
        assert directives(page)["object-src"] == ["'none'"]
        assert "'unsafe-inline'" not in directives(page)["script-src"]


def test_what_is_no_page_has_no_policy(client):
    assert "Content-Security-Policy" not in client.get("/jsonApi/whoami")


@pytest.mark.parametrize("page", ["", "receivables/invoice/"])
def test_no_page_loads_a_library_of_charts(page, admin_client):
    loaded = admin_client.get(f"/admin/{page}").content.decode()
    assert "unfold/js/alpine/alpine.js" in loaded
    assert "chart.js" not in loaded
