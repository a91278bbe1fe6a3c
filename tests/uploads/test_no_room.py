"""A database that has no room for the rows that were not taken."""

import pytest
from django.db import connection

from receivables.uploads.models import Upload
from tests.factories import invoice_row

ROWS = [invoice_row(), invoice_row(invoiceNumber="bad", customerNumber="of a person", dueDate="soon")]
# PostgreSQL's own error, of its own code: a disk that is full gives it so.
FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON uploads_rejectedrow FOR EACH ROW EXECUTE FUNCTION no_room()
"""


@pytest.fixture
def _full(db):
    with connection.cursor() as cursor:
        cursor.execute(FULL)


@pytest.mark.usefixtures("_full")
def test_an_upload_whose_bad_rows_find_no_room_is_503_and_stores_nothing(upload):
    assert upload(ROWS, headers={"Prefer": "handling=lenient"}).status_code == 503
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("_full")
def test_the_log_of_bad_rows_that_find_no_room_quotes_none_of_them(upload, caplog):
    upload(ROWS, headers={"Prefer": "handling=lenient"})
    assert "no space left on device" in caplog.text
    assert "of a person" not in caplog.text
