"""Encodings of tables: bytes that are no UTF-8 are refused with their line, or read as what they are."""

import codecs
from io import BytesIO

import pytest

from receivables.uploads.files.file_types import CSV, detect_file
from receivables.uploads.files.messages import FileRefused
from tests.cases.reading_back import as_send_feed_reads
from tests.cases.tables import HEADER, ROW, rows
from tests.uploads.staff import words

GOOD = "".join(f"{number};Müller & Söhne;{number}\n" for number in range(1, 20))
DAMAGED = {
    "a character cut": (HEADER + GOOD).encode() + b"20;M\xc3;20\n",
    "a byte of Latin-1": (HEADER + GOOD).encode() + b"20;M\xfcller;20\n",
    "an overlong sequence": (HEADER + GOOD).encode() + b"20;\xc0\xaf;20\n",
    "half a surrogate pair": (HEADER + GOOD).encode() + b"20;\xed\xa0\x80;20\n",
    "a sequence cut by the end": (HEADER + GOOD).encode() + b"20;\xe2\x82",
    "a continuation alone": (HEADER + GOOD).encode() + b"20;\x9f;20\n",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["unmarked", "marked"])
def test_damaged_utf8_is_refused_with_its_line(content, mark):
    with pytest.raises(FileRefused, match="line 21 holds bytes that are no UTF-8"):
        as_send_feed_reads(mark + content, CSV, "invoices")


def test_marked_utf8_is_never_read_as_another_encoding():
    content = codecs.BOM_UTF8 + (HEADER + "1;Müller;7\n").encode("windows-1252")
    with pytest.raises(FileRefused, match="line 2 holds bytes that are no UTF-8"):
        as_send_feed_reads(content, CSV, "invoices")


def test_the_line_of_bad_bytes_is_told_on_the_upload_page(uploader):
    page = uploader.choose("night.csv", DAMAGED["a character cut"])
    assert "line 21 holds bytes that are no UTF-8" in words(page)


@pytest.mark.parametrize("name", ["Müller", "Straße 5", "Café", "Preis in €", "Ñandú"])
def test_windows_1252_is_taken_with_some_of_the_texts_it_gives(name):
    content = (HEADER + f"1;{name};7\n").encode("windows-1252")
    chosen = detect_file(BytesIO(content), "night.csv", len(content))
    assert (chosen.encoding, chosen.samples) == ("windows-1252", (name,))
    assert rows(content)[0]["invoiceNumber"] == name


def test_no_more_than_five_samples_of_an_encoding_are_given():
    content = (HEADER + "".join(f"{n};Größe {n};7\n" for n in range(9))).encode("windows-1252")
    samples = detect_file(BytesIO(content), "night.csv", len(content)).samples
    assert samples == tuple(f"Größe {n}" for n in range(5))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_text_of_excel_is_taken(encoding):
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    content = mark + (HEADER + "1;Müller;7\n").replace(";", "\t").encode(encoding)
    assert rows(content) == [ROW | {"invoiceNumber": "Müller"}]
