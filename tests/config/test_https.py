"""Plain http where the service is reached over https: programs are refused, people redirected, probes answered."""

import pytest
from django.test import Client

from tests.factories import invoice_row, key_headers

PROGRAMS = {
    "an upload": ("POST", "/jsonApi/upload/invoices"),
    "an upload with a slash behind it": ("POST", "/jsonApi/upload/customers/"),
    "a list": ("GET", "/jsonApi/invoices"),
    "a look at a list's head": ("HEAD", "/jsonApi/invoices"),
    "a preflight": ("OPTIONS", "/jsonApi/invoices"),
    "a delete": ("DELETE", "/jsonApi/invoices"),
    "the document": ("GET", "/jsonApi/schema"),
    "an address that is not there": ("GET", "/jsonApi/nothing"),
    "the documents' page, by a program": ("POST", "/jsonApi/docs"),
    "an upload that missed the API": ("POST", "/upload/invoices"),
    "an upload to the root": ("POST", "/"),
    "a put in capitals": ("PUT", "/JSONAPI/upload/invoices"),
}
PAGES = ["/", "/admin", "/admin/", "/admin/login/?next=/admin/", "/jsonApi/docs", "/jsonApi/docs/", "/favicon.ico"]


@pytest.fixture
def plain(settings):
    """A client that comes over plain http to a service with HTTPS=true."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    return Client()


@pytest.mark.parametrize(("method", "path"), PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_over_plain_http_is_refused_and_not_redirected(method, path, plain):
    response = plain.generic(method, path)
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert "Location" not in response
    assert method == "HEAD" or response.json()["code"] == "https_required"


def test_the_refusal_says_what_to_do(plain):
    assert plain.post("/jsonApi/upload/invoices").json()["detail"] == (
        "This request came over plain http, where others can read it, and was refused. Send it to the https address. "
        "If it carried a key pair, have the pair replaced. If you did send it over https, the proxy in front of the "
        "service does not pass X-Forwarded-Proto on."
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_over_plain_http_is_redirected(path, plain):
    response = plain.get(path)
    assert (response.status_code, response["Location"]) == (301, f"https://testserver{path}")


@pytest.mark.parametrize("path", ["/healthz", "/healthz/", "/readyz", "/readyz/"])
def test_a_probe_over_plain_http_is_answered(path, plain, db):
    assert plain.get(path).status_code == 200


def test_what_the_proxy_says_came_over_https_is_taken(plain, account):
    response = plain.post(
        "/jsonApi/upload/invoices",
        [invoice_row()],
        content_type="application/json",
        headers=key_headers(account) | {"X-Forwarded-Proto": "https"},
    )
    assert response.status_code == 200
