"""The OpenAPI document says all there is to say: nothing is without a description, a schema, an example."""

from itertools import chain

import pytest
from django.core.exceptions import ImproperlyConfigured
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS31Validator

from config.openapi.operations import complete
from tests.openapi_document import DOCUMENT

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def document():
    return DOCUMENT


@pytest.fixture(scope="module")
def operations(document):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
def parameters(operations):
    return {
        f"{name}: {parameter['name']}": parameter
        for name, operation in operations.items()
        for parameter in operation["parameters"]
    }


@pytest.fixture(scope="module")
def contents(operations):
    """Every body, sent or answered, by operation, status and media type."""
    return {
        f"{name} {status} {media_type}": content
        for name, operation in operations.items()
        for status, described in [("body", operation.get("requestBody", {})), *operation["responses"].items()]
        for media_type, content in described.get("content", {}).items()
    }


def lacking(described, *members):
    return [f"{name}: {member}" for name, part in described.items() for member in members if not part.get(member)]


def examples(content):
    named = [example["value"] for example in content.get("examples", {}).values()]
    return [*named, content["example"]] if "example" in content else named


def test_every_operation_is_named_summed_up_described_and_filed(operations):
    assert lacking(operations, "operationId", "summary", "description", "tags") == []


def test_every_tag_is_described_and_used(document, operations):
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert described == set(chain.from_iterable(operation["tags"] for operation in operations.values()))


def test_the_document_says_what_it_is_of_and_how_to_log_in(document):
    assert document["info"]["license"] == {"name": "MIT", "identifier": "MIT"}
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert "api_secret" in document["info"]["description"]
    assert lacking(document["components"]["securitySchemes"], "description") == []


def test_every_parameter_is_described(parameters):
    assert lacking(parameters, "name", "in", "schema", "description") == []


def test_every_parameter_has_examples_that_its_schema_takes(parameters):
    for name, parameter in parameters.items():
        schema = parameter["schema"]
        errors = [best_match(OAS31Validator(schema).iter_errors(example)) for example in schema["examples"]]
        assert errors == [None], name


def test_no_parameter_repeats_what_its_name_says(parameters):
    repeating = [name for name, parameter in parameters.items() if "* `" in parameter["description"]]
    assert all(name.endswith((": groupBy", ": dateBasis", ": state", ": fate", ": kind")) for name in repeating)
    assert not [name for name, parameter in parameters.items() if "Multiple values" in parameter["description"]]


def test_every_text_in_a_query_is_bound_somehow(parameters):
    bounds = {"enum", "format", "pattern"}
    texts = {name: parameter["schema"] for name, parameter in parameters.items() if parameter["in"] == "query"}
    assert [name for name, schema in texts.items() if schema["type"] == "string" and not schema.keys() & bounds] == []


@pytest.mark.parametrize("name", ["invoices: pageSize", "uploads: pageSize", "reports/aging: pageSize"])
def test_the_size_of_a_page_is_bound(name, parameters):
    schema = parameters[f"GET /jsonApi/{name}"]["schema"]
    assert (schema["minimum"], schema["maximum"]) == (1, 1000)


def test_the_size_of_a_page_has_a_default_where_there_are_no_files_that_it_would_refuse(parameters):
    """Clients send defaults."""
    sizes = {name: parameter["schema"] for name, parameter in parameters.items() if parameter["name"] == "pageSize"}
    without = {name for name, schema in sizes.items() if "default" not in schema}
    assert without == {name for name in sizes if name.replace(": pageSize", ": format") in parameters} != set()
    assert {schema.get("default", 100) for schema in sizes.values()} == {100}


def test_amounts_to_compare_with_are_bound(parameters):
    assert parameters["GET /jsonApi/invoices: openAmount__gte"]["schema"]["maximum"] == 10**50


def test_orderings_are_named_both_ways(parameters):
    schema = parameters["GET /jsonApi/invoices: ordering"]["schema"]
    assert {"id", "-id", "updatedAt", "-updatedAt"} <= set(schema["enum"])
    assert schema["default"] == "id"


@pytest.mark.parametrize("name", ["hasWarning", "open", "overdue", "count"])
def test_truths_are_booleans(name, parameters):
    assert parameters[f"GET /jsonApi/invoices: {name}"]["schema"]["type"] == "boolean"


def test_every_answer_and_every_header_is_described(operations, document):
    shared = document["components"]["headers"]
    assert lacking(shared, "description", "schema") == []
    for name, operation in operations.items():
        assert lacking(operation["responses"], "description") == [], name
        for status, response in operation["responses"].items():
            own = {header: part for header, part in response.get("headers", {}).items() if header not in shared}
            assert lacking(own, "description", "schema") == [], f"{name} {status}"


def test_every_body_has_a_schema_and_examples(contents):
    assert [name for name, content in contents.items() if not content.get("schema")] == []
    assert [name for name, content in contents.items() if not examples(content)] == []


def test_every_example_of_a_body_is_as_its_schema_says(contents, document):
    for name, content in contents.items():
        validator = OAS31Validator(content["schema"] | {"components": document["components"]})
        for example in examples(content):
            error = best_match(validator.iter_errors(example))
            assert error is None, f"{name}: {error.json_path} {error.message}"


@pytest.mark.parametrize("resource", ["invoices", "customers"])
def test_uploads_show_a_whole_row_and_the_least_as_array_and_as_lines(resource, contents):
    name = f"POST /jsonApi/upload/{resource} body"
    array = contents[f"{name} application/json"]["examples"]
    assert set(array) == {"WhatIsRequired", "TheWholeContract"}
    for lines in ("application/x-ndjson", "application/jsonl"):
        assert examples(contents[f"{name} {lines}"])[0].count("\n") == 1


def test_every_error_is_a_problem_document_of_its_own_status(operations, contents):
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == [PROBLEM], f"{name} {status}"
                assert examples(response["content"][PROBLEM])[0]["status"] == int(status), f"{name} {status}"


ANSWERED_WITH = {
    ("GET", "200"): {"ETag"},
    ("GET", "304"): {"ETag"},
    ("GET", "401"): {"WWW-Authenticate"},
    ("GET", "503"): {"Retry-After"},
    ("POST /jsonApi/upload/", "200"): {"Preference-Applied"},
    ("POST /jsonApi/upload/", "202"): {"Preference-Applied", "Location", "Retry-After"},
    ("POST /jsonApi/upload/", "207"): {"Preference-Applied"},
    ("POST /jsonApi/snapshots", "201"): {"Location"},
    ("POST", "401"): {"WWW-Authenticate"},
    ("POST", "503"): {"Retry-After"},
}


@pytest.mark.parametrize(("method", "status"), ANSWERED_WITH)
def test_the_headers_of_an_answer_are_documented(method, status, operations):
    for name, operation in operations.items():
        if name.startswith(method) and not (status == "201" and "{" in name):
            headers = set(operation["responses"][status].get("headers", {}))
            assert ANSWERED_WITH[method, status] <= headers, name


def test_lists_document_links_and_files_their_names(operations):
    headers = operations["GET /jsonApi/invoices"]["responses"]["200"]["headers"]
    assert set(headers) >= {"Link", "Content-Disposition"}


def test_a_parameter_without_an_example_is_named():
    with pytest.raises(ImproperlyConfigured, match="the parameter salesArea an example, in parameter_examples"):
        complete({"name": "salesArea", "in": "query", "schema": {"type": "string"}}, "/jsonApi/invoices", {})
