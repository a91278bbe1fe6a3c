"""The first page: where people and programs go on."""

import pytest
from django.test import Client

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/plain", ""])
def test_a_program_is_told_the_addresses(accept):
    response = Client().get("/", headers={"accept": accept})
    assert response.status_code == 200
    assert response.json() == {
        "documents": "http://testserver/jsonApi/docs",
        "schema": "http://testserver/jsonApi/schema",
        "whoami": "http://testserver/jsonApi/whoami",
        "admin": "http://testserver/admin/",
    }


def test_a_browser_is_shown_the_admin_and_the_documents():
    response = Client().get("/", headers=BROWSER)
    page = response.content.decode()
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert '<a href="http://testserver/admin/">' in page
    assert '<a href="http://testserver/jsonApi/docs">' in page


def test_the_page_is_in_the_language_of_its_reader():
    response = Client().get("/", headers=BROWSER | {"accept-language": "de"})
    assert response["Content-Language"] == "de"
    assert "Für Entwickler" in response.content.decode()


def test_caches_keep_pages_and_addresses_apart():
    assert {"Accept", "Accept-Language"} <= set(Client().get("/", headers=BROWSER)["Vary"].split(", "))
    assert "Accept" in Client().get("/")["Vary"]


def test_the_page_runs_no_script_and_asks_no_other_host():
    response = Client().get("/", headers=BROWSER)
    assert b"<script" not in response.content
    assert "script-src 'self';" in response["Content-Security-Policy"] + ";"
