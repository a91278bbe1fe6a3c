"""A cache in front of the service handed what one key had read to whoever asked next, with another key or with none."""

from contextlib import contextmanager

import pytest

from tests.factories import AccountFactory, InvoiceFactory, key_headers
from tests.http.fronts import nginx, varnish
from tests.http.servers import reserved_port
from tests.http.wire import get

pytestmark = pytest.mark.django_db(transaction=True)

# What nginx's manual shows for a cache that keeps answers for a while.
CACHING_NGINX = """
    underscores_in_headers on;
    proxy_cache_path {folder}/cache keys_zone=answers:1m;
    server {{ listen 127.0.0.1:{port}; location / {{
        proxy_pass http://127.0.0.1:{server}; proxy_cache answers; proxy_cache_valid any 2m; {more} }} }}
"""


@contextmanager
def caching_nginx(folder, server, more=""):
    with reserved_port() as port:
        lines = CACHING_NGINX.format(folder=folder, port=port, server=server, more=more)
        with nginx(folder, lines, port):
            yield port


@contextmanager
def deaf_nginx(folder, server):
    """It keeps what it is told not to keep."""
    with caching_nginx(folder, server, "proxy_ignore_headers Cache-Control;") as port:
        yield port


@pytest.fixture(scope="module", params=[varnish, caching_nginx], ids=["varnish", "nginx"])
def cache(request, gunicorn, tmp_path_factory):
    """The port of a cache in front of the service."""
    with request.param(tmp_path_factory.mktemp("cache"), gunicorn.port) as port:
        yield port


deaf_too = pytest.mark.parametrize(
    "cache", [varnish, caching_nginx, deaf_nginx], ids=["varnish", "nginx", "deaf nginx"], indirect=True, scope="module"
)
READ = ["/jsonApi/whoami", "/jsonApi/invoices", "/jsonApi/uploads", "/jsonApi/reports/aging"]


@deaf_too
@pytest.mark.parametrize("path", [*READ, "/jsonApi/invoices?format=csv"])
def test_a_cache_gives_nothing_of_a_reader_to_strangers(cache, pair, path):
    assert get(cache, path, pair).status == 200
    assert get(cache, path).status == 401
    assert get(cache, path, pair | {"api_secret": "sk_guessed"}).status == 401


@deaf_too
def test_a_cache_gives_each_account_its_own_rows(cache, account, pair):
    InvoiceFactory(account=account, invoice_number="A-1")
    other = AccountFactory(name="Globex")
    InvoiceFactory(account=other, invoice_number="G-1")
    for headers, number in ((pair, "A-1"), (key_headers(other), "G-1")) * 2:
        rows = get(cache, "/jsonApi/invoices", headers).json()["results"]
        assert [row["invoiceNumber"] for row in rows] == [number]


@deaf_too
def test_a_cache_hands_on_no_refusal_to_the_next_reader(cache, pair):
    assert get(cache, "/jsonApi/whoami").status == 401
    assert get(cache, "/jsonApi/whoami", pair).status == 200


def test_a_cache_shows_what_was_stored_since(cache, account, pair):
    for count in (0, 1):
        assert len(get(cache, "/jsonApi/invoices", pair).json()["results"]) == count
        InvoiceFactory(account=account)


@pytest.mark.parametrize("cache", [varnish], ids=["varnish"], indirect=True)  # nginx asks for the whole, to keep it
def test_an_etag_is_answered_with_304_behind_a_cache(cache, pair):
    etag = get(cache, "/jsonApi/invoices", pair).headers["ETag"]
    assert get(cache, "/jsonApi/invoices", pair | {"If-None-Match": etag}).status == 304
