"""The sender's command before a proxy: whom it trusts, and what it says of what the proxy alone answers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import invoice_row
from tests.http.certificates import Authority
from tests.http.fronts import nginx
from tests.http.senders import Sender
from tests.http.servers import reserved_port

pytestmark = pytest.mark.django_db(transaction=True)

LINES = """
server {{
    listen 127.0.0.1:{plain}; listen 127.0.0.1:{good} ssl;
    ssl_certificate {certificates}/good.pem; ssl_certificate_key {certificates}/good.key;
    client_max_body_size 1k;
    location / {{ proxy_pass http://127.0.0.1:{service}; }}
    location /receivables/ {{ proxy_pass http://127.0.0.1:{service}/; }}
    location /down/ {{ proxy_pass http://127.0.0.1:9/; }}
    location /slow/ {{ proxy_read_timeout 1ms; proxy_pass http://127.0.0.1:{service}/; }}
    location /closed/ {{ auth_basic "staff"; auth_basic_user_file /dev/null; }}
    location /walled/ {{ deny all; }}
}}
server {{
    listen 127.0.0.1:{expired} ssl;
    ssl_certificate {certificates}/expired.pem; ssl_certificate_key {certificates}/expired.key;
}}
server {{
    listen 127.0.0.1:{other} ssl;
    ssl_certificate {certificates}/other.pem; ssl_certificate_key {certificates}/other.key;
}}
"""
PORTS = ("plain", "good", "expired", "other")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """A folder with an authority's certificate, one of another authority, and three that the first signed."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority(folder)
    Authority(folder, "stranger")
    authority.server("good")
    authority.server("expired", days=-1)
    authority.server("other", host="DNS:other.example.com")
    return folder


@pytest.fixture(scope="module")
def ports(gunicorn, certificates, tmp_path_factory):
    with reserved_port() as plain, reserved_port() as good, reserved_port() as expired, reserved_port() as other:
        ports = dict(zip(PORTS, (plain, good, expired, other), strict=True))
        lines = LINES.format(**ports, service=gunicorn.port, certificates=certificates)
        with nginx(tmp_path_factory.mktemp("nginx"), lines, plain):
            yield ports


@pytest.fixture
def sender(ports, pair, tmp_path) -> Sender:
    (tmp_path / "feed.json").write_text(json.dumps([invoice_row()]))
    return Sender(tmp_path, f"https://localhost:{ports['good']}", pair["api_key"], pair["api_secret"])


@pytest.mark.parametrize("path", ["", "/receivables", "/receivables/jsonApi/upload/invoices/"])
def test_the_own_authority_is_trusted_if_it_is_named(sender, certificates, path):
    url = f"{sender.url}{path}"
    sent = replace(sender, url=url).send("invoices", "feed.json", f"--ca={certificates}/authority.pem")
    assert (sent.returncode, Invoice.objects.count()) == (0, 1), sent.stderr


WRONG_CERTIFICATES = {
    "of an authority nobody knows": ("good", [], "name its certificate: --ca FILE"),
    "of another authority than the one named": ("good", ["stranger"], "--ca FILE"),
    "that has expired": ("expired", ["authority"], "its certificate has expired"),
    "of another host": ("other", ["authority"], "its certificate is that of another host"),
    "behind plain HTTP": ("plain", ["authority"], "it does not speak TLS there"),
}


@pytest.mark.parametrize(("port", "named", "message"), WRONG_CERTIFICATES.values(), ids=WRONG_CERTIFICATES)
def test_a_wrong_certificate_is_told_at_once(sender, ports, certificates, port, named, message):
    options = [f"--ca={certificates}/{name}.pem" for name in named]
    sent = replace(sender, url=f"https://localhost:{ports[port]}").send("invoices", "feed.json", *options)
    assert (sent.returncode, Upload.objects.count()) == (4, 0)
    assert message in sent.stderr
    assert "Trying again" not in sent.stderr


def test_a_body_above_the_limit_of_the_proxy_is_told_to_be_so(sender, ports):
    rows = [invoice_row(invoiceNumber=str(number * 7919 % 10_007), itemText=f"{number**5:x}") for number in range(900)]
    (sender.folder / "large.json").write_text(json.dumps(rows))
    sent = replace(sender, url=f"http://127.0.0.1:{ports['plain']}").send("invoices", "large.json")
    assert (sent.returncode, Upload.objects.count()) == (2, 0), sent.stderr
    assert "not above the service's" in sent.stderr
    assert "client_max_body_size" in sent.stderr


ANSWERS = {
    "a service that is down": ("/down", 3, "It cannot reach the service behind it"),
    "a service that takes long": ("/slow", 3, "proxy_read_timeout"),
    "a login of the proxy": ("/closed", 2, "It wants a login of its own"),
    "a wall": ("/walled", 2, "let /jsonApi/ through"),
}


@pytest.mark.parametrize(("path", "code", "message"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_of_the_proxy_is_told_with_its_remedy(sender, ports, path, code, message):
    sent = replace(sender, url=f"http://127.0.0.1:{ports['plain']}{path}").send("invoices", "feed.json")
    assert (sent.returncode, message in sent.stderr) == (code, True), sent.stderr


def test_plain_http_to_a_port_of_tls_is_told(sender, ports):
    sent = replace(sender, url=f"http://127.0.0.1:{ports['good']}").send("invoices", "feed.json")
    assert (sent.returncode, "Write the address with https://." in sent.stderr) == (2, True), sent.stderr
