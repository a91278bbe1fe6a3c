"""PUBLIC_URL with a path, behind a real nginx: every link leads back through it, whatever nginx does with the path."""

import re
from urllib.parse import urlsplit

import pytest

from tests.factories import many_invoices
from tests.http.prefixed import FORMS, PREFIX, under_a_prefix
from tests.http.wire import Wire, get, head, upload_head

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module", params=FORMS)
def outside(request, start, tmp_path_factory):
    """The address at which the service is known outside."""
    with under_a_prefix(start, tmp_path_factory.mktemp("nginx"), request.param) as address:
        yield address


@pytest.fixture
def ask(outside, pair):
    """Get an address, or a path below the prefix, with the key pair."""

    def ask(address):
        parts = urlsplit(address if "://" in address else outside + address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}".startswith(f"{outside}/")
        return get(parts.port, f"{parts.path}?{parts.query}", pair | {"Accept": "text/html"})

    return ask


ONE_ROW = b'[{"customerNumber": "1", "invoiceNumber": "1", "invoiceAmount": 1}]'


def send(outside, body, headers, query="", **framing):
    with Wire(urlsplit(outside).port) as wire:
        request = upload_head(headers, Content_Length=len(body), **framing)
        target = f"{PREFIX}/jsonApi/upload/invoices{query}".encode()
        wire.send(request.replace(b"/jsonApi/upload/invoices", target, 1), body)
        return wire.answer()


def test_the_links_of_a_list_lead_on(outside, ask, account):
    many_invoices(account, 3)
    first = ask("/jsonApi/invoices?pageSize=2")
    assert first.json()["next"].startswith(f"{outside}/jsonApi/invoices?")
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    second = ask(first.json()["next"])
    assert ask(second.json()["previous"]).json()["results"] == first.json()["results"]


def test_the_address_of_a_receipt_leads_to_it(outside, ask, pair):
    receipt = send(outside, ONE_ROW, pair).json()
    assert receipt["url"] == f"{outside}/jsonApi/uploads/{receipt['id']}"
    assert ask(receipt["url"]).json()["url"] == receipt["url"]


def test_the_address_of_a_full_load_leads_to_it(outside, ask, pair):
    load = send(outside, ONE_ROW, pair, "?snapshot=true").json()["snapshot"]
    assert load["url"] == f"{outside}/jsonApi/snapshots/{load['id']}"
    assert ask(load["url"]).json()["url"] == load["url"]


def test_the_location_of_a_receipt_to_come_leads_to_it(outside, ask, pair):
    answer = send(outside, b"[]", pair, Prefer="respond-async")
    assert (answer.status, answer.headers["Location"]) == (202, answer.json()["url"])
    assert ask(answer.headers["Location"]).status == 200


def test_the_next_page_of_a_report_leads_on(outside, ask, account):
    for number in range(2):
        many_invoices(account, 1, customer_number=f"{number}")
    assert ask(ask("/jsonApi/reports/aging?pageSize=1").json()["next"]).status == 200


def test_the_document_names_the_address_outside(outside, ask):
    assert ask("/jsonApi/schema").json()["servers"] == [{"url": outside, "description": "This service"}]


def test_an_unknown_address_is_told_where_the_documents_are(outside, ask):
    assert ask("/nothing").json()["detail"].endswith(f"{outside}/jsonApi/docs.")


@pytest.mark.parametrize("path", ["/", "/jsonApi/docs", "/admin/login/"])
def test_whatever_a_page_needs_is_found_below_the_prefix(path, outside, ask):
    links = re.findall(r'(?:href|src)="([^"#]+)"', ask(path).body.decode())
    assert len(links) > 3
    assert [link for link in links if not link.startswith((f"{PREFIX}/", f"{outside}/"))] == []
    statuses = {link: ask(link.removeprefix(PREFIX)).status for link in links}
    assert set(statuses.values()) <= {200, 302}, statuses


def test_a_login_and_its_cookies_stay_below_the_prefix(outside, ask):
    answer = ask("/admin/")
    assert (answer.status, answer.headers["Location"]) == (302, f"{PREFIX}/admin/login/?next={PREFIX}/admin/")
    cookie = ask("/admin/login/").headers["Set-Cookie"]
    assert cookie.startswith("receivables_csrftoken=")
    assert f"; Path={PREFIX}/;" in cookie


def test_the_probes_answer_below_the_prefix_and_beside_it(outside, ask):
    assert ask("/healthz").status == ask("/readyz").status == 200
    assert get(urlsplit(outside).port, "/healthz").status == 200


def test_the_prefix_alone_is_the_first_page(start):
    server = start("gunicorn", PUBLIC_URL="https://receivables.example.com/ar")
    with Wire(server.port) as wire:
        wire.send(head("GET", "/ar", {}).replace(b"Host: localhost", b"Host: receivables.example.com"))
        assert wire.answer().status == 200
