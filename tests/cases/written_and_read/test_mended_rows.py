"""A rejected row that is mended in its table changes what it names alone."""

import csv
from io import StringIO

import pytest

from receivables.models import Invoice
from receivables.uploads.files.file_types import CSV
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.models import Upload
from tests.cases.reading_back import as_send_feed_reads
from tests.factories import LENIENT, invoice_row


@pytest.fixture
def sent(upload):
    """Upload rows and return the record that the upload left."""

    def send(rows, **options):
        upload(rows, **options)
        return Upload.objects.latest("created_at")

    return send


BAD = {"invoiceAmount": "many"}
LEFT_OUT = [
    {"dueDate": "2026-03-02", "balanceAmount": "40.00", "currency": "EUR"},
    {"itemText": "first", "status": "open"},
    {"billAddr": {"city": "Bonn"}, "localAmount": 12},
    {"colour": "red", "size": 12},
    {"reference1": "=1", "'=odd": "x"},
    {"extra": {"colour": "red"}, "id": 7},
    {"paymentTerms": None, "colour": None},
]


@pytest.mark.parametrize("other", LEFT_OUT, ids=lambda row: ",".join(row))
def test_a_mended_row_clears_nothing_that_it_never_named(uploader, sent, receipt, client, other):
    stored = invoice_row(**LEFT_OUT[0], itemText="kept", status="open", billAddr=["kept"], localAmount=7, colour="blue")
    receipt([stored])
    bad = invoice_row(**BAD)
    lenient = sent([bad, invoice_row(invoiceNumber="2", **other, **BAD)], headers=LENIENT)
    _mend_by_csv(uploader, lenient, {"invoiceAmount": "250"})
    row = client.get("/jsonApi/invoices?invoiceNumber=" + stored["invoiceNumber"]).json()["results"][0]
    assert {name: row[name] for name in stored if name not in ("invoiceAmount", "colour")} == {
        name: value for name, value in stored.items() if name not in ("invoiceAmount", "colour")
    }
    assert (row["invoiceAmount"], row["extra"], row["openAmount"]) == (250, {"colour": "blue"}, 40)


def test_a_cell_that_is_filled_in_counts_though_its_row_left_it_out(uploader, sent):
    rows = [invoice_row(**BAD), invoice_row(invoiceNumber="2", dueDate="2026-03-02", **BAD)]
    _mend_by_csv(uploader, sent(rows, headers=LENIENT), {"invoiceAmount": "1", "dueDate": "2026-05-05"})
    assert {str(day) for day in Invoice.objects.values_list("due_date", flat=True)} == {"2026-05-05"}


def test_a_cell_that_is_emptied_clears_what_its_row_had(uploader, sent, receipt):
    receipt([invoice_row(itemText="kept")])
    rejected = sent([invoice_row(itemText="new", **BAD)], headers=LENIENT)
    _mend_by_csv(uploader, rejected, {"invoiceAmount": "1", "itemText": ""})
    assert Invoice.objects.get().item_text == ""


def test_a_list_of_names_that_was_changed_is_refused_with_its_line(upload):
    written = b"customerNumber,dueDate,#leftOut\n1,,no list\n"
    with pytest.raises(FileRefused, match="line 2: the cell of column #leftOut"):
        as_send_feed_reads(written, CSV, "invoices")


def _mend_by_csv(uploader, upload: Upload, values) -> None:
    table = uploader.page(f"{upload.pk}/rejected.csv").getvalue().decode("utf-8-sig")
    header, *rows = list(csv.reader(StringIO(table)))
    out = StringIO()
    mended = [[values.get(name, cell) for name, cell in zip(header, row, strict=True)] for row in rows]
    csv.writer(out).writerows([header, *mended])
    uploader.choose("mended.csv", out.getvalue().encode())
    if uploader.draft().preview is None:
        uploader.go("columns", numbers="1234.56", dates="2026-01-31", **{f"column{at}": "+" for at in range(9)})
    uploader.go("confirm")
