"""What a sender's terminal shows of a receipt that leaves something out."""

from receivables.uploads.client.terminal import receipt_text
from tests.factories import LENIENT, invoice_row

BAD = invoice_row(dueDate="soon", itemText="x" * 2000)


def shown(response) -> str:
    return receipt_text(response.json(), "https://receivables.example.com/jsonApi/uploads/1")


def test_it_says_where_reading_stopped(upload, settings):
    settings.UPLOAD_MAX_REJECTED_ROWS = 1
    assert "reading stopped behind 2 rows, and counts are of those" in shown(upload([BAD] * 3))


def test_it_says_nothing_of_reading_to_the_end(upload):
    assert "reading stopped" not in shown(upload([BAD] * 3))


def test_it_says_why_bad_rows_were_not_kept(upload, settings):
    settings.REJECTED_BYTES_PER_DAY = 0
    text = shown(upload([BAD] * 3, headers=LENIENT))
    assert "3 bad rows more, which were not kept (3 because the account keeps no more of them on this day)." in text
