"""What the admin says where it does not do what was asked: its own pages, in the reader's language, with a way on."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from config.api.problems import server_error
from tests.factories import InvoiceFactory, StaffFactory

GERMAN = {"accept-language": "de"}
GIVEN = {"int": "1", "uuid": str(UUID(int=0)), "path": "1", "str": "csv"}
NO_KEYS = ["99999999", "9" * 30, "-1", "none", "1.5", str(UUID(int=0))]
LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]


def addresses(patterns: Any, before: str = "/") -> Iterator[str]:
    """Yield an address for every pattern, of the kind that has names in place of regular expressions."""
    for each in patterns:
        route = before + re.sub(r"<(\w+):\w+>", lambda named: GIVEN[named[1]], str(each.pattern))
        if hasattr(each, "url_patterns"):
            yield from addresses(each.url_patterns, route)
        elif route.startswith("/admin/") and not re.search(r"[\\(<^]", route):
            yield route


@pytest.fixture
def reader(db: None) -> Client:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_every_address_of_the_admin_can_be_come_to_by_a_link(reader):
    found = {address: reader.get(address).status_code for address in addresses(get_resolver().url_patterns)}
    assert len(found) > 60
    assert {address: status for address, status in found.items() if status not in (200, 301, 302, 403, 404)} == {}


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("key", NO_KEYS)
def test_a_row_that_is_not_there_is_not_found(key, page, reader):
    answers = {f"{listed}{key}/{page}/": reader.get(f"{listed}{key}/{page}/") for listed in LISTS}
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 404} == {
        address: 403 for address in answers if page == "delete" and not re.search("account/|group|tag|user", address)
    }


@pytest.mark.parametrize("asked", ["foo=bar", "id__in=1", "account__members__password=x", "due__foo=1", "foo=%E4"])
def test_every_list_says_what_it_can_be_filtered_by(asked, reader):
    answers = [reader.get(f"{listed}?{asked}") for listed in LISTS]
    assert {answer.status_code for answer in answers} == {400}
    assert all("The list can be filtered by:" in answer.content.decode() for answer in answers)


def test_a_value_that_no_list_can_be_filtered_by_is_told(reader):
    page = reader.get("/admin/uploads/upload/?is_dry_run__exact=abc")
    assert (page.status_code, "one of the values in the address" in page.content.decode()) == (400, True)
    told = reader.get("/admin/uploads/upload/?created_at_from=abc").content.decode()
    assert "“abc” is not a date" in told
    assert "There is no such filter as “abc”" in reader.get("/admin/apiauth/apikey/?state=abc").content.decode()


def test_a_form_older_than_the_login_leads_back_to_its_page(reader):
    address = f"/admin/receivables/invoice/{InvoiceFactory().pk}/notes/"
    page = reader.post(address, {"text": "paid?"}, headers=GERMAN)
    assert page.status_code == 403
    assert "Dieses Formular ist veraltet" in page.content.decode()
    assert f'href="{address}"' in page.content.decode()
    assert "nav-sidebar" in page.content.decode()


def test_a_login_that_is_out_of_date_leads_whoever_is_logged_in_to_their_page(reader):
    next_link = re.search('class="row-link" href="(.*?)"', reader.post("/admin/login/?next=/admin/x/").content.decode())
    assert next_link[1] == "/admin/x/"
    away = reader.post("/admin/login/?next=//evil.example/").content.decode()
    assert "evil.example" not in away


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/admin/?x=%00", 400, "Diese Anfrage ist nicht lesbar"),
        ("/admin/r/1/1/", 404, "Seite nicht gefunden"),
    ],
)
@pytest.mark.django_db
def test_strangers_are_told_in_their_language_and_the_look_of_the_login(address, status, words):
    page = Client().get(address, headers=GERMAN)
    assert page.status_code == status
    assert words in page.content.decode()
    assert "unfold/css/styles.css" in page.content.decode()
    assert 'lang="de"' in page.content.decode()


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_told_so_on_a_page():
    page = Client().get("/admin/", headers={"host": "evil.example"})
    assert (page.status_code, "This request cannot be read" in page.content.decode()) == (400, True)


def test_an_error_of_ours_has_a_page_that_asks_the_database_for_nothing(rf):
    page = server_error(rf.get("/admin/", headers=GERMAN))
    assert page.status_code == 500
    assert "Ein Fehler auf unserer Seite" in page.content.decode()


@pytest.mark.django_db
def test_who_logs_out_is_told_so_in_plain_words():
    client = Client()
    client.force_login(StaffFactory())
    assert "Sie sind abgemeldet" in client.post("/admin/logout/", headers=GERMAN).content.decode()


def test_a_method_that_is_not_taken_is_told_on_a_page(reader):
    client = Client()
    client.force_login(StaffFactory(is_superuser=True))
    page = client.delete("/admin/receivables/invoice/1/notes/")
    assert (page.status_code, page["Allow"]) == (405, "GET, HEAD, POST")
    assert "This request is not supported" in page.content.decode()
