"""A database that has no room: for the rows that were not taken, or for a file that staff choose."""

import pytest
from django.db import connection

from receivables.uploads.models import Draft, Upload
from tests.factories import invoice_row
from tests.uploads.staff import Uploader, words

pytestmark = pytest.mark.plain_postgresql(reason="a cluster runs no triggers, by which these tests fill a disk")

ROWS = [invoice_row(), invoice_row(invoiceNumber="bad", customerNumber="of a person", dueDate="soon")]
# PostgreSQL's own error, of its own code: a disk that is full gives it so.
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()
"""


def fill(table):
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(table=table))


@pytest.fixture
def _full(db):
    fill("uploads_rejectedrow")


@pytest.mark.usefixtures("_full")
def test_an_upload_whose_bad_rows_find_no_room_is_503_and_stores_nothing(upload):
    assert upload(ROWS, headers={"Prefer": "handling=lenient"}).status_code == 503
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("_full")
def test_the_log_of_bad_rows_that_find_no_room_quotes_none_of_them(upload, caplog):
    upload(ROWS, headers={"Prefer": "handling=lenient"})
    assert "no space left on device" in caplog.text
    assert "of a person" not in caplog.text


@pytest.mark.parametrize("table", ["uploads_draft", "uploads_bodypart", "uploads_upload"])
def test_a_file_whose_draft_or_preview_finds_no_room_is_503_and_is_not_kept(account, table):
    uploader = Uploader(account)
    uploader.browser.raise_request_exception = False
    fill(table)
    page = uploader.choose("night.csv", b"customerNumber,invoiceNumber,invoiceAmount\n4711,1,100\n")
    assert (page.status_code, page["Retry-After"]) == (503, "30")
    assert "The server has no disk space left" in words(page)
    assert not Draft.objects.exists()


@pytest.mark.usefixtures("_full")
def test_the_api_says_that_the_disk_is_full(upload):
    detail = upload(ROWS, headers={"Prefer": "handling=lenient"}).json()["detail"]
    assert detail.startswith("The disk of the server is full. Nothing of this request was stored.")
