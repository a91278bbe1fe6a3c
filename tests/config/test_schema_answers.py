"""What the OpenAPI document says is answered, held against what is answered."""

import json
import os

import pytest
from jsonschema.exceptions import best_match
from openapi_schema_validator import OAS31Validator

from config.http.answers import NOT_STORED, VARY_OF_THE_API
from config.openapi.document import NOT_LOGGED_IN, RATES
from config.openapi.operations import NAMED, RECORDED, recorded
from tests.config.recording import body_of, record
from tests.config.steady import steady
from tests.factories import AccountFactory

IS_RECORDED_ANEW = bool(os.environ.get("RECORD_ANSWERS"))  # by `make schema`
EVERYWHERE = {"Content-Type", "Content-Length", "Vary", "Allow", "Cache-Control"}
SECURITY = {"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"}


@pytest.fixture(scope="module")
def kept():
    """The recording, made by the first test that needs it: it takes seconds, and no test changes it."""
    return []


@pytest.fixture
def recording(kept, client, settings):
    if not kept:
        settings.ALLOWED_HOSTS = ["testserver", "receivables.example.com"]
        document = client.get("/jsonApi/schema").json()
        kept.append(record(AccountFactory(name="Acme Receivables", amount_decimal_places=2), document, settings))
    return kept[0]


@pytest.fixture
def documented(recording):
    """Every documented answer, as (operationId, status, description)."""
    return [
        (operation["operationId"], status, response)
        for _, _, operation in recording.operations()
        for status, response in operation["responses"].items()
    ]


def test_the_answers_shown_are_those_that_are_given(recording):
    answers = steady(recording.answers) | {NAMED: steady(recording.examples)}
    if IS_RECORDED_ANEW:
        RECORDED.write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")
        recorded.cache_clear()
    assert answers == recorded(), "run: make schema"


def test_what_is_answered_is_documented_and_the_other_way_round(recording, documented):
    said = {(name, status, kind) for name, status, response in documented for kind in response.get("content", [""])}
    given = {
        (name, status, kind)
        for name, statuses in recording.answers.items()
        for status, answers in statuses.items()
        for kind in answers
    }
    assert (said - given, given - said) == (set(), set())


def test_every_answer_is_as_its_schema_says(recording, documented):
    for name, status, response in documented:
        for kind, content in response.get("content", {}).items():
            schema = content["schema"] | {"components": recording.document["components"]}
            error = best_match(OAS31Validator(schema).iter_errors(body_of(recording.answers[name][status][kind])))
            assert error is None, f"{name} {status} {kind}: {error.json_path} {error.message}"


def test_every_named_example_is_as_its_schema_says(recording, documented):
    responses = {(name, status): response["content"] for name, status, response in documented if "content" in response}
    for name, statuses in recording.examples.items():
        for status, examples in statuses.items():
            [content] = responses[name, status].values()
            schema = content["schema"] | {"components": recording.document["components"]}
            for title, response in examples.items():
                error = best_match(OAS31Validator(schema).iter_errors(body_of(response)))
                assert error is None, f"{title}: {error.json_path} {error.message}"


def test_every_documented_header_is_sent_and_every_header_sent_is_documented(recording, documented):
    differing = {
        (name, status): odd
        for name, status, response in documented
        if (odd := _sent(recording.answers[name][status], status) ^ set(response.get("headers", {})))
    }
    assert differing == {}


def test_no_answer_may_be_handed_on_by_a_cache(recording):
    of_callers = {
        (name, status, response["Cache-Control"], response["Vary"])
        for name, statuses in recording.answers.items()
        for status, answers in statuses.items()
        for response in answers.values()
        if not response["Cache-Control"].startswith("private, ")
        or set(VARY_OF_THE_API) - set(_listed(response["Vary"]))
    }
    assert of_callers == set()


def test_what_an_upload_took_is_stored_by_no_cache(recording):
    policies = {
        name: {response["Cache-Control"] for answers in statuses.values() for response in answers.values()}
        for name, statuses in recording.answers.items()
    }
    not_stored = {name for name, policy in policies.items() if policy == {NOT_STORED}}
    receipts = {
        *("listUploads", "getUpload", "listUploadErrors", "listRejectedRows", "listUploadChanges"),
        "listKeptRows",
    }
    assert not_stored == {"uploadCustomers", "uploadInvoices", "undoUpload", "whoami"} | receipts


def _listed(header):
    return header.split(", ")


def _sent(answers, status):
    sent = set().union(*(one.headers for one in answers.values())) - EVERYWHERE - SECURITY
    if status < "400":
        return sent
    # Some errors come before a request is counted; and nobody asks whether an error is still the same.
    return (sent | RATES.keys() if status != NOT_LOGGED_IN else sent) - {"ETag"}


def test_every_address_that_is_read_answers_head_with_the_same_headers_but_etag(recording):
    reading = [operation["operationId"] for method, _, operation in recording.operations() if method == "get"]
    assert list(recording.heads) == reading
    for answer, head in recording.heads.values():
        assert (head.status_code, head.content) == (200, b"")
        assert _same_each_time(head) == _same_each_time(answer)


def _same_each_time(response):
    return {name: value for name, value in response.headers.items() if name not in ("ETag", "RateLimit")}
