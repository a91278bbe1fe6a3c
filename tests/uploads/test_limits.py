"""The most that one upload may have, in bytes (decompressed) and rows, whatever form it comes in."""

import gzip
import json
import tracemalloc

import pytest

from tests.factories import invoice_row
from tests.uploads.codings import zstd
from tests.uploads.wire_texts import invoice_text

MEGABYTE = 1024 * 1024


def array(rows):
    return json.dumps(rows).encode()


def lines(rows):
    return b"\n".join(json.dumps(row).encode() for row in rows)


def form(name):
    """Return how rows are written in a form, and the options that say so."""
    write = lines if "lines" in name else array
    coding, pack = next(
        ((coding, pack) for coding, pack in {"gzip": gzip.compress, "zstd": zstd.compress}.items() if coding in name),
        ("identity", bytes),
    )
    media_type = "application/x-ndjson" if "lines" in name else "application/json"
    return write, pack, {"content_type": media_type, "headers": {"Content-Encoding": coding}}


every_form = pytest.mark.parametrize(
    "name", ["an array", "lines", "a gzip array", "gzip lines", "a zstd array", "zstd lines"]
)


def numbered(count):
    return [invoice_row(invoiceNumber=f"{number}") for number in range(count)]


@every_form
def test_an_upload_of_exactly_the_most_rows_is_taken(receipt, settings, name):
    settings.UPLOAD_MAX_ROWS = 3
    write, pack, options = form(name)
    assert receipt(pack(write(numbered(3))), **options)["created"] == 3


@every_form
def test_an_upload_of_a_row_more_is_413(refusal, settings, name):
    settings.UPLOAD_MAX_ROWS = 3
    write, pack, options = form(name)
    problem = refusal(pack(write(numbered(4))), status=413, **options)
    assert [error["code"] for error in problem["errors"]] == ["too_many_rows"]
    assert problem["received"] == 0


def test_rows_over_the_limit_are_counted_with_bad_ones(refusal, settings):
    settings.UPLOAD_MAX_ROWS = 3
    problem = refusal([None] * 4, status=413)
    assert [error["code"] for error in problem["errors"]] == ["too_many_rows"]


@every_form
def test_an_upload_of_exactly_the_most_bytes_is_taken(receipt, settings, name):
    write, pack, options = form(name)
    body = write(numbered(3))
    settings.UPLOAD_MAX_BYTES = len(body)
    assert receipt(pack(body), **options)["created"] == 3


@every_form
def test_an_upload_of_a_byte_more_is_413(refusal, settings, name):
    write, pack, options = form(name)
    body = write(numbered(3))
    settings.UPLOAD_MAX_BYTES = len(body) - 1
    problem = refusal(pack(body), status=413, **options)
    assert [error["code"] for error in problem["errors"]] == ["body_too_large"]


@every_form
def test_a_row_of_6_megabytes_is_refused_at_its_place(refusal, name):
    write, pack, options = form(name)
    problem = refusal(pack(write([*numbered(2), invoice_row(itemText="x" * 6 * MEGABYTE)])), **options)
    assert [(error["index"], error["code"]) for error in problem["errors"]] == [(2, "row_too_large")]


def test_a_lone_row_of_6_megabytes_is_refused(refusal):
    problem = refusal(invoice_text(itemText='"' + "x" * 6 * MEGABYTE + '"'))
    assert [(error["index"], error["code"]) for error in problem["errors"]] == [(0, "row_too_large")]


@pytest.mark.parametrize("name", ["an array", "lines"])
def test_a_row_of_3_megabytes_is_looked_at(refusal, name):
    write, _, options = form(name)
    problem = refusal(write([*numbered(2), invoice_row(itemText="x" * 3 * MEGABYTE), *numbered(2)]), **options)
    assert [(error["index"], error["code"]) for error in problem["errors"]][:1] == [(2, "too_long")]


def test_blanks_between_rows_have_no_limit_of_their_own(receipt):
    rows = [json.dumps(row) for row in numbered(3)]
    assert receipt("[" + " " * 6 * MEGABYTE + (("," + " " * 6 * MEGABYTE).join(rows)) + "]")["created"] == 3


def test_an_array_of_millions_of_tiny_values_is_not_unfolded_in_memory(refusal, settings):
    settings.UPLOAD_MAX_ROWS = 5000
    body = b"[" + b"1," * 3 * MEGABYTE + b"1]"
    tracemalloc.start()
    problem = refusal(body, status=413)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [error["code"] for error in problem["errors"]] == ["too_many_rows"]
    assert peak < 40 * MEGABYTE
