"""The lines for nginx of docs/proxies.md, run as they stand there: only the two addresses are those of the test."""

import re
from http.client import IncompleteRead

import pytest
from django.conf import settings

from receivables.models import Invoice
from tests.factories import invoice_row, many_invoices
from tests.http.broken_lines import line_that_breaks_off_long_answers
from tests.http.fronts import nginx
from tests.http.servers import reserved_port
from tests.http.wire import MEGABYTE, Wire, blanks, get, upload_head, whole_upload

pytestmark = pytest.mark.django_db(transaction=True)

PROXIES = settings.BASE_DIR / "docs" / "proxies.md"
BROKEN_OFF_AFTER = 5_000  # bytes of an answer, which files alone have
ROWS = 1_000  # a file of several times as much, compressed too


@pytest.fixture(scope="module")
def front(gunicorn, tmp_path_factory):
    """The port of nginx, whose way to the service breaks in every long answer."""
    [lines] = re.findall(r"^```nginx$(.+?)^```$", PROXIES.read_text(), re.DOTALL | re.MULTILINE)
    with line_that_breaks_off_long_answers(gunicorn.port, BROKEN_OFF_AFTER) as line, reserved_port() as port:
        lines = replace_once(lines, "listen 443 ssl;", f"listen 127.0.0.1:{port};")
        lines = replace_once(lines, "127.0.0.1:8000;", f"127.0.0.1:{line};")
        with nginx(tmp_path_factory.mktemp("nginx"), lines, port):
            yield port


def replace_once(text, old, new):
    assert text.count(old) == 1, f"{old} is not once in the lines for nginx"
    return text.replace(old, new)


def test_both_spellings_of_the_key_pair_arrive(front, pair):
    hyphens = {"Api-Key": pair["api_key"], "Api-Secret": pair["api_secret"]}
    assert get(front, "/jsonApi/whoami", pair).json()["key"] == pair["api_key"]
    assert get(front, "/jsonApi/whoami", hyphens).json()["key"] == pair["api_key"]


def test_an_upload_of_megabytes_arrives(front, pair):
    row = whole_upload([invoice_row()], {}).partition(b"\r\n\r\n")[2]
    with Wire(front) as wire:
        wire.send(upload_head(pair, Content_Length=len(row) + 8 * MEGABYTE), *blanks(8), row)
        assert wire.answer().json()["created"] == 1
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_a_file_that_is_cut_off_is_no_whole_file(front, account, pair, form, coding):
    many_invoices(account, ROWS)
    with pytest.raises(IncompleteRead):
        get(front, f"/jsonApi/invoices?format={form}", pair | {"Accept-Encoding": coding})


def test_a_link_to_the_next_page_names_the_host_that_was_asked(front, account, pair):
    many_invoices(account, 2)
    assert get(front, "/jsonApi/invoices?pageSize=1", pair).json()["next"].startswith("http://localhost/jsonApi/")
