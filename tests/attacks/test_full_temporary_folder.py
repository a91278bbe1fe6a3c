"""The disk of the temporary folder, where large files of forms wait, is full: a page says so, and nothing is kept.

The folder is a file system of a megabyte, in a name space of its own, that ends with the server.
"""

import os
import re
import sys
from collections.abc import Iterator

import httpx
import pytest
from django.conf import settings

from receivables.uploads.models import Draft, Upload
from tests.faults.test_disk_full import refusal_of
from tests.http.servers import Server, running
from tests.uploads.staff import ADD, Uploader

pytestmark = pytest.mark.django_db(transaction=True)

# Who is no root may mount as one who seems to be; root would then lose its way to the database's socket.
AS_ROOT = [] if os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
MOUNT = 'mount -t tmpfs -o size=1m,mode=0700 disk "$0" && exec "$@"'
CSRF = "a" * 32
ROW = b"4711,1,100\n"
HEADER = b"customerNumber,invoiceNumber,invoiceAmount\n"


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory) -> Iterator[Server]:
    folder, disk = tmp_path_factory.mktemp("server"), tmp_path_factory.mktemp("disk")
    wrapper = ["unshare", *AS_ROOT, "--mount", "sh", "-c", MOUNT, str(disk)]
    if refusal := refusal_of([*wrapper, "true"]):
        pytest.skip(f"nobody may mount a disk of their own here: {refusal}")
    with running(lambda port: [*wrapper, sys.executable, "-m", "gunicorn"], folder, TMPDIR=disk) as server:
        yield server


def chosen(server: Server, uploader: Uploader, content: bytes) -> httpx.Response:
    """Choose a file at the upload page of a server."""
    account = uploader.user.accounts.get()
    form = {"account": account.pk, "resource": "invoices", "handling": "strict", "csrfmiddlewaretoken": CSRF}
    session = uploader.browser.cookies[settings.SESSION_COOKIE_NAME].value
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: CSRF}
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", cookies=cookies, timeout=30) as browser:
        return browser.post(ADD, data=form, files={"file": ("night.csv", content)})


def test_a_file_that_finds_no_room_is_answered_with_a_page_that_says_so(server, account):
    uploader = Uploader(account)
    page = chosen(server, uploader, HEADER + ROW * 300_000)
    words = " ".join(re.sub("<[^>]+>", " ", page.text).split())
    assert (page.status_code, page.headers["Retry-After"]) == (503, "30")
    assert "The disk of the server is full, so your data could not be saved. Nothing was changed." in words
    assert "No space left on device" in server.log.read_text()
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()
    assert chosen(server, uploader, HEADER + ROW).status_code == 302  # a small file needs no room there
