"""Compressed bodies: taken as the plain ones are, refused when cut or damaged, and never unfolded beyond the limit."""

import gzip
import json
import tracemalloc
import zlib
from random import Random

import pytest

from receivables.models import Invoice
from tests.factories import invoice_row
from tests.uploads.codings import zstd

MEGABYTE = 1024 * 1024
ROWS = [invoice_row(invoiceNumber=f"{number}") for number in range(3)]
PLAIN = json.dumps(ROWS).encode()
LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
PACK = {"gzip": gzip.compress, "x-gzip": gzip.compress, "zstd": zstd.compress}
HALVES = PLAIN[:50], PLAIN[50:]
SKIPPABLE = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"note"


CHECKED = {
    "gzip": gzip.compress(PLAIN),
    "zstd": zstd.compress(PLAIN, options={zstd.CompressionParameter.checksum_flag: 1}),
}


def long_window(data):
    return zstd.compress(data, options={zstd.CompressionParameter.window_log: 24})


GOOD = [
    pytest.param("gzip", gzip.compress(PLAIN), id="gzip"),
    pytest.param("x-gzip", gzip.compress(PLAIN), id="gzip by its old name"),
    pytest.param("GZip", gzip.compress(PLAIN), id="gzip in capitals"),
    pytest.param(" zstd ", zstd.compress(PLAIN), id="zstd"),
    pytest.param("identity", PLAIN, id="identity"),
    pytest.param("gzip", b"".join(map(gzip.compress, HALVES)), id="two members"),
    pytest.param("zstd", b"".join(map(zstd.compress, HALVES)), id="two frames"),
    pytest.param("gzip", b"".join(gzip.compress(bytes([byte])) for byte in PLAIN), id="a member for each byte"),
    pytest.param("zstd", b"".join(zstd.compress(bytes([byte])) for byte in PLAIN), id="a frame for each byte"),
    pytest.param("gzip", gzip.compress(b"") * 5000 + gzip.compress(PLAIN), id="5,000 empty members first"),
    pytest.param("zstd", zstd.compress(b"") * 5000 + zstd.compress(PLAIN), id="empty frames"),
    pytest.param("zstd", SKIPPABLE + zstd.compress(PLAIN) + SKIPPABLE, id="frames to be skipped"),
    pytest.param("gzip", gzip.compress(PLAIN, 0), id="gzip that stores"),
    pytest.param("zstd", zstd.compress(PLAIN, 19), id="zstd at its best"),
]


def cut(coding):
    packed = PACK[coding](PLAIN)
    return {"in its head": packed[:3], "in its middle": packed[: len(packed) // 2], "at its end": packed[:-1]}


BROKEN = [
    *(pytest.param("gzip", body, "body_cut_short", id=f"gzip, cut {where}") for where, body in cut("gzip").items()),
    *(pytest.param("zstd", body, "body_cut_short", id=f"zstd, cut {where}") for where, body in cut("zstd").items()),
    pytest.param("gzip", PLAIN, "damaged_coding", id="gzip that is none"),
    pytest.param("zstd", PLAIN, "damaged_coding", id="zstd that is none"),
    pytest.param("gzip", zstd.compress(PLAIN), "damaged_coding", id="zstd called gzip"),
    pytest.param("zstd", gzip.compress(PLAIN), "damaged_coding", id="gzip called zstd"),
    pytest.param("gzip", zlib.compress(PLAIN), "damaged_coding", id="deflate called gzip"),
    pytest.param("gzip", gzip.compress(PLAIN) + b"garbage", "damaged_coding", id="gzip and garbage"),
    pytest.param("zstd", zstd.compress(PLAIN) + b"garbage", "damaged_coding", id="zstd and garbage"),
    pytest.param("gzip", gzip.compress(PLAIN) + PLAIN, "damaged_coding", id="gzip and plain rows"),
    pytest.param("gzip", gzip.compress(PLAIN) + b"\x1f", "body_cut_short", id="gzip and a byte"),
    pytest.param("gzip", gzip.compress(PLAIN)[:-8] + bytes(8), "damaged_coding", id="a wrong checksum"),
    pytest.param("zstd", long_window(PLAIN * 40_000), "damaged_coding", id="a window of 16 MB"),
]


def sent_as(coding, **options):
    return {"headers": {"Content-Encoding": coding}} | options


@pytest.mark.parametrize(("coding", "body"), GOOD)
def test_a_compressed_body_is_taken(receipt, coding, body):
    assert receipt(body, **sent_as(coding))["created"] == 3


@pytest.mark.parametrize("coding", PACK)
def test_compressed_lines_are_taken(receipt, coding):
    told = receipt(PACK[coding](LINES), **sent_as(coding, content_type="application/x-ndjson"))
    assert told["created"] == 3


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_that_compresses_badly_is_taken(receipt, coding):
    noise = [f"{Random(number).getrandbits(8000):x}" for number in range(1500)]  # noqa: S311 - noise, not a secret
    rows = [invoice_row(invoiceNumber=f"{number}", itemText=text) for number, text in enumerate(noise)]
    assert receipt(PACK[coding](json.dumps(rows).encode()), **sent_as(coding))["created"] == 1500


@pytest.mark.parametrize(("coding", "body", "code"), BROKEN)
def test_a_compressed_body_that_is_broken_is_refused(refusal, coding, body, code):
    problem = refusal(body, **sent_as(coding))
    assert [error["code"] for error in problem["errors"]] == [code]


@pytest.mark.parametrize("coding", CHECKED)
def test_a_checked_body_damaged_in_any_byte_stores_nothing_that_was_not_sent(upload, coding):
    packed = CHECKED[coding]
    for place in range(0, len(packed), 7):
        upload(packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :], **sent_as(coding))
    sent = {(row["invoiceNumber"], row["invoiceAmount"]) for row in ROWS}
    assert set(Invoice.objects.values_list("invoice_number", "invoice_amount")) <= sent


@pytest.mark.parametrize("coding", ["br", "deflate", "compress", "gzip, gzip", "zip"])
def test_another_coding_is_415_and_those_taken_are_named(refusal, coding):
    problem = refusal(PLAIN, status=415, **sent_as(coding))
    assert [error["code"] for error in problem["errors"]] == ["unknown_coding"]
    assert "Send gzip, zstd or none." in problem["detail"]


def blanks(megabytes):
    """Return an empty array with so much white space in it."""
    return b"[" + b" " * megabytes * MEGABYTE + b"]"


BOMBS = {
    "gzip": lambda: gzip.compress(blanks(30), 1),
    "gzip of many members": lambda: gzip.compress(b"[") + gzip.compress(b" " * MEGABYTE) * 30,
    "zstd": lambda: zstd.compress(blanks(30)),
    "zstd of many frames": lambda: zstd.compress(b"[") + zstd.compress(b" " * MEGABYTE) * 30,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_413_and_is_not_unfolded_in_memory(upload, settings, name):
    settings.UPLOAD_MAX_BYTES = 20 * MEGABYTE
    bomb = BOMBS[name]()
    tracemalloc.start()
    response = upload(bomb, **sent_as(name.split()[0]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (response.status_code, response.json()["errors"][0]["code"]) == (413, "body_too_large")
    assert peak < 10 * MEGABYTE
