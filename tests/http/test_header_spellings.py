"""Which spellings of a header each server lets through. Django's test client takes any, so it proves nothing here."""

import base64
from collections.abc import Iterator

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread

from config.management.commands.runserver import PublishedHeadersHandler
from tests.http.wire import get

with_rows = pytest.mark.django_db(transaction=True)


class PublishedHeadersLiveServer(ThreadedWSGIServer):
    def __init__(self, address, handler, *args, **kwargs):
        super().__init__(address, PublishedHeadersHandler, *args, **kwargs)


class PublishedHeadersThread(LiveServerThread):
    server_class = PublishedHeadersLiveServer


@pytest.fixture(scope="module")
def live_server_port(django_db_setup) -> Iterator[int]:
    thread = PublishedHeadersThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    assert thread.is_ready.wait(20)
    yield thread.port
    thread.terminate()


@pytest.fixture(scope="module", params=["gunicorn", "runserver", "live_server"])
def port(request, start) -> int:
    if request.param == "live_server":
        return request.getfixturevalue("live_server_port")
    return start(request.param).port


@pytest.fixture(scope="module", params=["gunicorn", "runserver"])
def https_port(request, start) -> int:
    """A server behind a proxy that ends TLS, as HTTPS=true says."""
    return start(request.param, HTTPS="true").port


def hyphens(pair: dict[str, str]) -> dict[str, str]:
    return {"Api-Key": pair["api_key"], "Api-Secret": pair["api_secret"]}


@with_rows
def test_the_published_names_with_underscores_log_in(port, pair):
    answer = get(port, "/jsonApi/whoami", pair)
    assert answer.status == 200
    assert answer.json()["key"] == pair["api_key"]


@with_rows
def test_the_published_names_in_capitals_log_in(port, pair):
    assert get(port, "/jsonApi/whoami", {name.upper(): value for name, value in pair.items()}).status == 200


@with_rows
def test_the_names_with_hyphens_log_in(port, pair):
    assert get(port, "/jsonApi/whoami", hyphens(pair)).status == 200


@with_rows
def test_both_spellings_with_equal_values_log_in(port, pair):
    assert get(port, "/jsonApi/whoami", hyphens(pair) | pair).status == 200


@with_rows
def test_both_spellings_with_unequal_secrets_are_refused(port, pair):
    other = hyphens(pair) | {"Api-Secret": "sk_of_someone_else"}
    assert get(port, "/jsonApi/whoami", other | pair).status == 401


@with_rows
def test_http_basic_logs_in(port, pair):
    token = base64.b64encode(f"{pair['api_key']}:{pair['api_secret']}".encode()).decode()
    assert get(port, "/jsonApi/whoami", {"Authorization": f"Basic {token}"}).status == 200


@with_rows  # the live server is a thread of this process, in which marked tests alone may query
def test_no_key_pair_is_401_with_a_challenge(port):
    answer = get(port, "/jsonApi/whoami")
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_a_proxys_word_that_the_client_came_by_https_is_believed(https_port):
    assert get(https_port, "/jsonApi/whoami", {"X-Forwarded-Proto": "https"}).status == 401


FORGERIES = {
    "alone": {"X_Forwarded_Proto": "https"},
    "in capitals": {"X_FORWARDED_PROTO": "https"},
    "half a hyphen": {"X-Forwarded_Proto": "https"},
    "after the proxy's own": {"X-Forwarded-Proto": "http", "X_Forwarded_Proto": "https"},
    "before the proxy's own": {"X_Forwarded_Proto": "https", "X-Forwarded-Proto": "http"},
}


@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_a_proxys_word_spelt_with_an_underscore_is_not_believed(https_port, forged):
    answer = get(https_port, "/jsonApi/whoami", forged)
    assert (answer.status, answer.json()["code"]) == (403, "https_required")


def test_an_underscore_cannot_spoil_what_the_proxy_said(https_port):
    forged = {"X-Forwarded-Proto": "https", "X_Forwarded_Proto": "http"}
    assert get(https_port, "/jsonApi/whoami", forged).status == 401
