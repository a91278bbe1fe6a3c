"""CSV and JSON files that would take all memory, or minutes before a page answers."""

from io import BytesIO

import pytest

from receivables.uploads.files.file_types import CSV, type_by_name
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import MAX_BEFORE_HEADER, MAX_ROW_CHARACTERS, Reading
from receivables.uploads.reading.splitting import MAX_ROW_BYTES
from tests.uploads.staff import Uploader, words

HEADER = b"customerNumber,invoiceNumber\n"
ENDLESS = 20_000_000
ROOM_OF_READERS = 2 * 1024 * 1024  # chunks that are read at once, beyond what is refused
TOO_LONG = "has more than 4,194,304 characters"
TOO_LONG_JSON = "row 1: does not end within 4,194,304 bytes"


class Watched(BytesIO):
    """A file that knows how far it was read."""

    furthest = 0

    def read1(self, *size: int) -> bytes:
        return self._noted(super().read1(*size))

    def read(self, *size: int) -> bytes:
        return self._noted(super().read(*size))

    def _noted(self, data: bytes) -> bytes:
        self.furthest = max(self.furthest, self.tell())
        return data


ENDLESS_ROWS = {
    "a header of one line": (".csv", b";" * ENDLESS, f"line 1 {TOO_LONG}"),
    "a row of one line": (".csv", HEADER + b"1" * ENDLESS, f"line 2 {TOO_LONG}"),
    "a row of one cell on many lines": (".csv", HEADER + b'"' + b"1\n" * ENDLESS, f"line 2 {TOO_LONG}"),
    "a row of cells on many lines": (".csv", HEADER + b'1,"' + b'\n","' * (ENDLESS // 4), f"line 2 {TOO_LONG}"),
    "a row of JSON": (".json", b'[{"a":"' + b"1" * ENDLESS, TOO_LONG_JSON),
    "a row of lists": (".json", b'[{"a":' + b"[" * ENDLESS, "row 1: a is nested too deep to be read"),
    "a line of JSON": (".ndjson", b'{"a":"' + b"1" * ENDLESS, TOO_LONG_JSON),
}


@pytest.mark.parametrize(("extension", "content", "message"), ENDLESS_ROWS.values(), ids=ENDLESS_ROWS)
def test_a_row_without_end_is_read_no_further_than_its_limit(extension, content, message):
    file, file_type = Watched(content), type_by_name(f"night{extension}")
    assert file_type
    with pytest.raises(FileRefused, match=message):
        list(file_type.numbered_lines(file, "invoices", Reading()))
    assert file.furthest <= max(MAX_ROW_CHARACTERS, MAX_ROW_BYTES) + ROOM_OF_READERS


def test_a_header_below_megabytes_of_blank_lines_is_not_waited_for():
    file = Watched(b"\r\n" * (ENDLESS // 2) + HEADER)
    with pytest.raises(FileRefused, match=r"The table is empty\."):
        CSV.header(file, Reading())
    assert file.furthest <= MAX_BEFORE_HEADER + ROOM_OF_READERS


def test_blank_lines_between_rows_are_none_however_many():
    content = BytesIO(HEADER + b"\r\n" * (MAX_ROW_CHARACTERS // 2 + 1) + b"1,2\n")
    assert [row for _, row in CSV.numbered_lines(content, "invoices", Reading())] == [
        b'{"customerNumber":"1","invoiceNumber":"2"}\n'
    ]


def test_the_upload_page_refuses_a_header_of_very_many_columns(account):
    page = Uploader(account).choose("night.csv", b",".join(b"column %d" % number for number in range(10_000)))
    assert page.status_code == 400
    assert "line 1 has more than 1,000 columns. Remove those that are none." in words(page)
