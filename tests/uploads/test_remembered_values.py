"""What a thread keeps for its next upload: how rows are read, and no values of the last one."""

import gc
import sys
import tracemalloc
from threading import Event, Thread

import pytest

from apiauth.models import Account
from receivables.uploads.rows.columns import DayColumn
from receivables.uploads.rows.decoding import CompiledRows, compiled_rows
from receivables.uploads.rows.json_values import JSONColumn
from receivables.uploads.rows.serializers import InvoiceUploadSerializer
from tests.factories import invoice_row
from tests.uploads.wire_texts import invoice_text

MEGABYTE = 1024 * 1024


def values_kept(compiled, kind):
    return [column.known for column in compiled.columns if isinstance(column, kind)]


@pytest.mark.parametrize("kind", [DayColumn, JSONColumn])
def test_values_of_an_upload_that_is_over_are_forgotten(receipt, account, kind):
    receipt([invoice_row(dueDate="20260131", issueDate="2026-01-31T10:00:00Z", billAddr={"city": "Bonn"})])
    compiled = compiled_rows(InvoiceUploadSerializer, account)
    assert values_kept(compiled, kind) == values_kept(CompiledRows(InvoiceUploadSerializer, 0), kind)


def test_long_texts_in_the_place_of_days_are_not_kept_for_later():
    compiled = compiled_rows(InvoiceUploadSerializer, Account(amount_decimal_places=0))
    tracemalloc.start()
    try:
        for number in range(100):
            compiled.read(0, [invoice_text(dueDate=f'"{number:0100000}"').encode()])
        compiled.forget()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < MEGABYTE


def test_a_day_among_many_blanks_is_read(receipt, client):
    receipt([invoice_row(dueDate=" " * 1000 + "2026-01-31")])
    assert client.get("/jsonApi/invoices").json()["results"][0]["dueDate"] == "2026-01-31"


def said(read):
    return read.records, read.left, sorted(read.notes)


def test_a_generator_that_is_collected_late_does_not_disturb_the_next_upload():
    """It closes wherever the collector finds it: in the midst of reading a column, and in any thread."""
    compiled = CompiledRows(InvoiceUploadSerializer, 0)
    rows = [invoice_text(dueDate=f'"202601{day % 40:02}"').encode() for day in range(200)]
    expected = said(compiled.read(0, rows))
    ended = Event()

    def forget():
        while not ended.is_set():
            compiled.forget()

    collector = Thread(target=forget)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    collector.start()
    try:
        assert [said(compiled.read(0, rows)) == expected for _ in range(200)] == [True] * 200
    finally:
        ended.set()
        collector.join()
        sys.setswitchinterval(interval)
