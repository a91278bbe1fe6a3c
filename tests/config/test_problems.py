"""Whatever goes wrong, the answer is a problem document (RFC 9457); pages for people stay HTML."""

import io
import logging
from uuid import UUID

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from rest_framework.test import APIClient

from receivables.models import Invoice
from tests.factories import StaffFactory, key_headers

INVOICES = "/jsonApi/invoices"


def test_an_unknown_address_is_404(client):
    response = client.get("/jsonApi/nothing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json() == {
        "title": "Not Found",
        "status": 404,
        "detail": "No such address. The addresses of this service are listed at /jsonApi/docs.",
    }


METHODS = {
    "deleting the list": ("delete", "invoices", "GET, HEAD, OPTIONS"),
    "posting to the list": ("post", "customers", "GET, HEAD, OPTIONS"),
    "changing one": ("patch", "invoices/1", "GET, HEAD, OPTIONS"),
    "replacing one": ("put", "customers/1", "GET, HEAD, OPTIONS"),
    "reading where one uploads": ("get", "upload/invoices", "POST, OPTIONS"),
    "posting to whoami": ("post", "whoami", "GET, HEAD, OPTIONS"),
}


@pytest.mark.parametrize(("method", "path", "allowed"), METHODS.values(), ids=METHODS)
def test_a_wrong_method_is_405_and_names_the_right_ones(method, path, allowed, client):
    response = getattr(client, method)(f"/jsonApi/{path}")
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert response.json()["detail"] == f'Method "{method.upper()}" not allowed.'


def test_a_host_that_the_service_does_not_answer_for_is_400(client):
    response = client.get(INVOICES, headers={"host": "elsewhere.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["detail"] == (
        "The request is malformed or names a host that this service does not answer for."
    )


@pytest.mark.parametrize("media_type", ["text/csv", "application/xml", "multipart/form-data; boundary=x", ""])
def test_a_body_that_is_no_json_is_415_and_stores_nothing(media_type, client):
    response = client.generic("POST", "/jsonApi/upload/invoices", b"a;b", content_type=media_type)
    assert response.status_code == 415
    assert response.json()["detail"].endswith("Send the rows with Content-Type: application/json.")
    assert Invoice.objects.count() == 0


ACCEPTS = ["text/html", "application/xml", "image/*", "application/json;q=0", "*/*", "nonsense", ";;;", ",", "é", ""]


@pytest.mark.parametrize("accept", ACCEPTS)
def test_an_answer_is_json_whatever_accept_says(accept, client):
    response = client.get(INVOICES, headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("accept", ACCEPTS)
def test_an_error_is_a_problem_whatever_accept_says(accept, client):
    response = client.get(f"{INVOICES}/1", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["title"] == "Not Found"


PROBLEMS = {
    "400, a bad parameter": ("GET", "/jsonApi/invoices?pageSize=0", 400, "Bad Request"),
    "400, a refused upload": ("POST", "/jsonApi/upload/invoices?expectedRows=1", 400, "Bad Request"),
    "404, under the root": ("GET", "/nothing", 404, "Not Found"),
    "404, under the API": ("GET", "/jsonApi", 404, "Not Found"),
    "404, a missing row": ("GET", "/jsonApi/customers/1", 404, "Not Found"),
    "404, an upload of nobody": ("GET", f"/jsonApi/uploads/{UUID(int=0)}", 404, "Not Found"),
    "404, an upload's id that is none": ("GET", "/jsonApi/uploads/1", 404, "Not Found"),
    "404, a missing file": ("GET", "/static/nothing.js", 404, "Not Found"),
    "404, two slashes": ("GET", "/jsonApi/invoices//", 404, "Not Found"),
    "404, a name that begins like the admin's": ("GET", "/administration", 404, "Not Found"),
    "405, a list": ("PUT", "/jsonApi/uploads", 405, "Method Not Allowed"),
    "405, the schema": ("POST", "/jsonApi/schema", 405, "Method Not Allowed"),
    "405, the documents": ("POST", "/jsonApi/docs", 405, "Method Not Allowed"),
    "405, a method nobody knows": ("BREW", "/jsonApi/invoices", 405, "Method Not Allowed"),
}


FOR_READING = ["/", "/favicon.ico", "/healthz", "/readyz", "/healthz/", "/jsonApi/docs", "/static/config/home.css"]


@pytest.mark.parametrize("path", FOR_READING)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
def test_what_is_there_to_be_read_knows_no_other_method(method, path):
    response = Client(enforce_csrf_checks=True).generic(method, path, b"{}", content_type="application/json")
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"].startswith("GET, HEAD")
    assert response.json()["detail"] == f'Method "{method}" not allowed.'


@pytest.mark.parametrize(("method", "path", "status", "title"), PROBLEMS.values(), ids=PROBLEMS)
def test_every_error_is_a_problem_document(method, path, status, title, client):
    response = client.generic(method, path)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    problem = response.json()
    assert (problem["title"], problem["status"]) == (title, status)
    assert problem["detail"]


def test_an_error_without_a_body_for_head_keeps_its_headers(client):
    response = client.head("/jsonApi/nothing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.content == b""


@pytest.mark.parametrize("path", ["invoices", "schema", "upload/invoices", "whoami"])
def test_options_answers_on_every_kind_of_address(path, client):
    assert client.options(f"/jsonApi/{path}").status_code == 200


def test_options_of_the_documents_does_not_break_down(client):
    assert client.options("/jsonApi/docs").status_code in (200, 405)


def test_a_lack_of_scope_is_a_problem(account):
    response = APIClient(headers=key_headers(account, scopes=[])).get(INVOICES)
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")


@pytest.fixture
def break_down(monkeypatch):
    """Make the list of invoices raise: the one thing that cannot be brought about from outside."""

    def breaking(error):
        def fail(view):
            raise error

        monkeypatch.setattr("receivables.api.views.InvoiceListView.get_queryset", fail)

    return breaking


def test_an_unforeseen_error_is_500_and_keeps_its_text_to_the_log(break_down, client, caplog):
    break_down(RuntimeError("a table named so and so"))
    response = client.get(INVOICES)
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.json() == {
        "title": "Internal Server Error",
        "status": 500,
        "detail": "An error on our side; it has been logged. Nothing of this request was stored.",
        "requestId": response["X-Request-Id"],
    }
    assert "a table named so and so" in caplog.text


def test_an_unforeseen_error_outside_the_api_views_is_the_same_500(client, monkeypatch):
    monkeypatch.delattr("config.urls.MigrationExecutor")
    response = client.get("/readyz")
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert b"MigrationExecutor" not in response.content
    assert response.json()["requestId"] == response["X-Request-Id"]


def test_the_log_names_the_request_that_failed(break_down, client, monkeypatch):
    [console] = [handler for handler in logging.getLogger().handlers if handler.get_name() == "console"]
    monkeypatch.setattr(console, "stream", io.StringIO())
    break_down(RuntimeError("a table named so and so"))
    name = client.get(INVOICES).json()["requestId"]
    assert f"ERROR config.api.problems [request {name}]: unforeseen error in {INVOICES}\n" in console.stream.getvalue()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_fails_is_503_and_says_when_to_come_again(error, break_down, client):
    break_down(error("server closed the connection"))
    response = client.get(INVOICES)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert response.json() == {
        "title": "Service Unavailable",
        "status": 503,
        "detail": (
            "The database did not answer, or is busy with another upload of this account. "
            "Send the request again: nothing is stored twice."
        ),
    }


@pytest.fixture
def admin(account):
    browser = APIClient(raise_request_exception=False)
    browser.force_login(StaffFactory(is_superuser=True))
    return browser


def test_a_missing_admin_page_is_html(admin):
    response = admin.get("/admin/nothing/")
    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_a_forbidden_admin_page_is_html(admin):
    response = admin.get("/admin/receivables/invoice/add/")
    assert (response.status_code, response["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_an_admin_page_under_a_strange_host_is_html(admin):
    response = admin.get("/admin/", headers={"host": "elsewhere.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
