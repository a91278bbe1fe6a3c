"""What a thread keeps for its next upload: how rows are read, and no values of the last one."""

import gc
import tracemalloc

import pytest

from apiauth.models import Account
from receivables.uploads.decoding import CompiledRows, compiled_rows
from receivables.uploads.serializers import InvoiceUploadSerializer
from receivables.uploads.typed_columns import DayColumn, JSONColumn
from tests.factories import invoice_row
from tests.uploads.wire_texts import invoice_text

MEGABYTE = 1024 * 1024


def values_kept(compiled, kind, name):
    return [getattr(column, name) for column in compiled.columns if isinstance(column, kind)]


@pytest.mark.parametrize("kept", [(DayColumn, "days"), (DayColumn, "unusual"), (JSONColumn, "known")])
def test_values_of_an_upload_that_is_over_are_forgotten(receipt, account, kept):
    receipt([invoice_row(dueDate="20260131", issueDate="2026-01-31T10:00:00Z", billAddr={"city": "Bonn"})])
    compiled = compiled_rows(InvoiceUploadSerializer, account)
    assert values_kept(compiled, *kept) == values_kept(CompiledRows(InvoiceUploadSerializer, 0), *kept)


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
