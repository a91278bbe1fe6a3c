"""What browsers are told of each page, and that the pages keep to it."""

from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User

from tests.apiauth.conftest import admin_url, row_of
from tests.apiauth.people import ADD, follow, form, link_in

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
POLICY = {
    "default-src": {"'self'"},
    "script-src": {"'self'"},
    "style-src": {"'self'", "'unsafe-inline'"},
    "img-src": {"'self'", "data:"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}
ADMINS_POLICY = POLICY | {"script-src": {"'self'", "'unsafe-eval'"}}  # Alpine makes functions of attributes


def policy(response):
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/none"])
def test_pages_of_the_admin_may_evaluate_and_nothing_else_beside(path, client):
    assert policy(client.get(path)) == ADMINS_POLICY


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/jsonApi/docs"])
def test_other_pages_may_not_even_evaluate(path, client):
    assert policy(client.get(path)) == POLICY


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/login/", "/jsonApi/docs"])
def test_a_page_tells_no_other_host_where_one_came_from_and_asks_for_no_device(path, client):
    response = client.get(path)
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Permissions-Policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class Offences(HTMLParser):
    """Notes what the policy forbids: scripts within a page, handlers, addresses of scripts, what other hosts have."""

    def __init__(self, page):
        super().__init__()
        self.found, self.in_script = [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        self.in_script = tag == "script" and "src" not in attrs and attrs.get("type") != "application/json"
        self.found += [f"<{tag} {name}>" for name in attrs if name.startswith("on")]
        loaded = [attrs.get("src", ""), attrs.get("href", "") if tag == "link" else ""]
        self.found += [address for address in loaded if address.startswith(("http", "//"))]
        self.found += [value for value in attrs.values() if value.strip().startswith("javascript:")]

    def handle_data(self, data):
        if self.in_script and data.strip():
            self.found.append(data.strip()[:80])

    def handle_endtag(self, tag):
        self.in_script = False


SCRIPTED = '<p onclick="a()"><script>b()</script><script src="https://c.example/"></script><a href="javascript:d()">'


def test_what_is_forbidden_would_be_found():
    assert Offences(SCRIPTED).found == ["<p onclick>", "b()", "https://c.example/", "javascript:d()"]


@pytest.fixture
def rows(own, staff):
    return lambda model: (
        {User: User, Group: Group}[model].objects.first() if model in (User, Group) else row_of(model, own)
    )


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_no_page_of_a_model_has_a_script_within_it(model, rows, superuser):
    row = rows(model)
    pages = [admin_url(model, "changelist"), admin_url(model, "add"), *(admin_url(row, page) for page in OF_A_ROW)]
    for page in pages:
        assert (page, Offences(superuser.get(page).content.decode()).found) == (page, [])


OF_A_ROW = ["change", "history", "delete"]


@pytest.mark.parametrize(
    "page",
    [
        "/admin/",
        "/admin/login/",
        "/admin/password_change/",
        "/admin/apiauth/",
        "/admin/set-password/",
        "/admin/set-password/x/",
        "/admin/forgotten-password/",
        "/admin/forgotten-password/sent/",
        "/jsonApi/docs",
    ],
)
def test_no_other_page_has_a_script_within_it(page, superuser):
    assert Offences(superuser.get(page).content.decode()).found == []


@pytest.mark.parametrize("page", ["revoke_one", "replace_one"])
def test_no_page_that_ends_a_pair_has_a_script_within_it(page, own, superuser):
    assert Offences(superuser.get(admin_url(own.api_keys.get(), page)).content.decode()).found == []


def test_the_page_that_shows_a_pair_has_no_script_within_it(own, superuser):
    page = superuser.post(admin_url(own.api_keys.get(), "replace_one"), {"overlap": "1d"}).content.decode()
    assert "sk_" in page
    assert Offences(page).found == []


def test_no_page_of_an_invitation_has_a_script_within_it(superuser):
    shown = superuser.post(ADD, form())
    _, page = follow(link_in(shown))
    assert "new_password1" in page.content.decode()
    assert Offences(shown.content.decode()).found + Offences(page.content.decode()).found == []
