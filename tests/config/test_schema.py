"""The OpenAPI document and the page that shows it."""

import re

import pytest
from django.core.management import call_command
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.config.routes import api_routes
from tests.openapi_document import DOCUMENT, SNAPSHOT

UNDOCUMENTED = {"jsonApi/schema", "jsonApi/docs"}


@pytest.fixture
def document(client):
    return client.get("/jsonApi/schema").json()


@pytest.fixture
def operations(document):
    """Every operation by its method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_the_committed_snapshot_is_what_make_schema_writes(tmp_path):
    written = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(written))
    assert SNAPSHOT.read_text() == written.read_text(), "run: make schema"


def test_the_document_served_is_the_committed_snapshot(document):
    assert document == DOCUMENT


def test_anyone_may_read_the_document(client):
    client.credentials()
    client.defaults.clear()
    response = client.get("/jsonApi/schema")
    assert (response.status_code, response["Content-Type"]) == (200, "application/vnd.oai.openapi+json")


def test_every_address_of_the_api_is_documented(document):
    routes = {re.sub(r"<\w+:pk>", "{id}", f"/{route}") for route in api_routes() if route not in UNDOCUMENTED}
    assert set(document["paths"]) == routes


def test_every_operation_has_an_id_of_its_own(operations):
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids) > 0


def test_every_operation_requires_a_key_pair(operations):
    pair = [{"basic": []}, {"apiKey": [], "apiSecret": []}]
    assert [name for name, operation in operations.items() if operation["security"] != pair] == []


def test_the_key_pair_is_documented_under_the_published_headers(document):
    schemes = document["components"]["securitySchemes"]
    assert [(schemes[name]["in"], schemes[name]["name"]) for name in ("apiKey", "apiSecret")] == [
        ("header", "api_key"),
        ("header", "api_secret"),
    ]


@pytest.mark.parametrize("status", ["400", "401", "403", "429", "503"])
def test_every_operation_documents_its_problems(status, operations):
    undocumented = [
        name
        for name, operation in operations.items()
        if "application/problem+json" not in operation["responses"].get(status, {}).get("content", {})
    ]
    assert undocumented == []


def test_every_answer_to_a_key_documents_the_rate_limits(operations):
    limits = {name: {"$ref": f"#/components/headers/{name}"} for name in ("RateLimit", "RateLimit-Policy")}
    for name, operation in operations.items():
        waits = {"202", "409", "429", "503"} - ({"409"} if "/snapshots" in name or name.endswith("/undo") else set())
        for status, response in operation["responses"].items():
            documented = response.get("headers", {}).items()
            assert (limits.items() <= documented) == (status != "401")
            assert ("Retry-After" in dict(documented)) == (status in waits)


def test_every_list_documents_its_query_parameters(operations):
    parameters = {parameter["name"] for parameter in operations["GET /jsonApi/invoices"]["parameters"]}
    assert parameters >= {"customerNumber", "companyCode", "invoiceNumber", "status", "cursor", "pageSize"}


@pytest.fixture
def page(client):
    return client.get("/jsonApi/docs")


def assets(page):
    return re.findall(r"""(?:src|href)=["']([^"']+)""", page.content.decode())


def test_the_documents_are_a_page_for_people(page, client):
    assert (page.status_code, page["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert 'url: "/jsonApi/schema"' in client.get("/jsonApi/docs?script=").content.decode()


def test_the_documents_take_everything_from_this_service(page):
    assert [asset for asset in assets(page) if not re.match("/[^/]", asset)] == []
    assert not re.search("https?://|//cdn", page.content.decode())


def test_every_asset_of_the_documents_is_there(page, client):
    assert len(assets(page)) >= 4
    for asset in assets(page):
        response = client.get(asset)
        assert response.status_code == 200
        assert len(response.getvalue()) > 100
