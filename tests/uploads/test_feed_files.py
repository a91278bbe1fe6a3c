"""Files to lines of JSON: what each format makes of a row, and which files are refused as a whole."""

import json
from io import BytesIO

import pytest

from receivables.uploads.files.file_types import CSV, JSON, NDJSON, FileType, type_by_name
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.files.tables import Reading
from receivables.uploads.reading.splitting import MAX_ROW_BYTES

BOM = b"\xef\xbb\xbf"
HEADER = b"customerNumber,invoiceNumber,invoiceAmount\n"


def lines(file_type: FileType, written: bytes, resource: str = "invoices") -> list[bytes]:
    return [line for _, line in file_type.numbered_lines(BytesIO(written), resource, Reading())]


def rows(written: bytes, resource: str = "invoices") -> list[dict[str, object]]:
    """Return the rows of a CSV file with their numbers as text, to tell `12.50` from `12.5`."""
    return [json.loads(line, parse_int=_number, parse_float=_number) for line in lines(CSV, written, resource)]


def _number(literal: str) -> str:
    return f"number {literal}"


NAMES = {
    "feed.json": JSON,
    "feed.ndjson": NDJSON,
    "feed.jsonl": NDJSON,
    "feed.csv": CSV,
    "NIGHT.CSV": CSV,
    "exports.csv/feed": None,
    "feed.json.gz": None,
    "-": None,
}


@pytest.mark.parametrize(("name", "file_type"), NAMES.items(), ids=NAMES)
def test_a_type_is_known_by_the_extension(name, file_type):
    assert type_by_name(name) is file_type


JSON_FILES = {
    "an array": (b'[{"a": 1}, {"b": 2}]', [b'{"a": 1}\n', b'{"b": 2}\n']),
    "one object": (b' {"a": 1}\n', [b'{"a": 1}\n']),
    "an empty array": (b"[]", []),
    "a byte order mark": (BOM + b'[{"a": 1}]', [b'{"a": 1}\n']),
    "a row over several lines": (b'[{\r\n  "a": [1,\n2]\n}]', [b'{    "a": [1, 2] }\n']),
    "numbers no float could hold": (
        b'[{"a": 12.50, "b": 1E+2, "c": -0.0, "d": 12345678901234567890.10}]',
        [b'{"a": 12.50, "b": 1E+2, "c": -0.0, "d": 12345678901234567890.10}\n'],
    ),
    "escapes": (b'[{"a": "line\\n \\u00fc \\/"}]', [b'{"a": "line\\n \\u00fc \\/"}\n']),
    "a key twice": (b'[{"a": 1, "a": 2}]', [b'{"a": 1, "a": 2}\n']),
    "what is no JSON value": (b'[{"a":\nNaN}, {"b": 2}]', [b'{"a": NaN}\n', b'{"b": 2}\n']),
    "half a surrogate pair": (b'[{"a": "\\ud800"},\n{"b": 2}]', [b'{"a": "\\ud800"}\n', b'{"b": 2}\n']),
    "rows that are no objects": (b'[1, "x", [2]]', [b"1\n", b'"x"\n', b"[2]\n"]),
}


@pytest.mark.parametrize(("written", "expected"), JSON_FILES.values(), ids=JSON_FILES)
def test_json_rows_stay_as_written_on_one_line_each(written, expected):
    assert lines(JSON, written) == expected


def test_a_json_file_of_many_chunks_loses_no_row():
    written = json.dumps([{"n": n, "text": "x" * 1000} for n in range(5000)], indent=1).encode()
    assert [json.loads(line)["n"] for line in lines(JSON, written)] == list(range(5000))


NDJSON_FILES = {
    "lines": (b'{"a": 1.50}\n{"b": 2}\n', [b'{"a": 1.50}\n', b'{"b": 2}\n']),
    "no newline at the end": (b'{"a": 1}\n{"b": 2}', [b'{"a": 1}\n', b'{"b": 2}\n']),
    "blank lines": (b'\n{"a": 1}\n \t\r\n\n{"b": 2}\n\n', [b'{"a": 1}\n', b'{"b": 2}\n']),
    "Windows line ends": (b'{"a": 1}\r\n{"b": 2}\r\n', [b'{"a": 1} \n', b'{"b": 2} \n']),
    "a byte order mark": (BOM + b'{"a": 1}\n', [b'{"a": 1}\n']),
    "a line that is no JSON": (b'{"a": 1}\n{"b":\n', [b'{"a": 1}\n', b'{"b":\n']),
}


@pytest.mark.parametrize(("written", "expected"), NDJSON_FILES.values(), ids=NDJSON_FILES)
def test_lines_of_json_keep_what_they_say(written, expected):
    assert lines(NDJSON, written) == expected


INVOICE_CELLS = {
    "an amount": ("invoiceAmount", "12112", "number 12112"),
    "an amount with a fraction": ("invoiceAmount", "-12.50", "number -12.50"),
    "an amount between blanks": ("localAmount", " 7 ", "number 7"),
    "a trailing minus": ("invoiceAmount", "12.50-", "12.50-"),
    "a comma for the point": ("invoiceAmount", "12,50", "12,50"),
    "an amount padded with zeros": ("invoiceAmount", "007", "007"),
    "an amount with an exponent": ("invoiceAmount", "1.2E+05", "1.2E+05"),
    "an amount in Arabic digits": ("invoiceAmount", "\u0661\u0662", "\u0661\u0662"),
    "a balance": ("balanceAmount", "12.50", "12.50"),
    "a number that identifies": ("customerNumber", "0000012345", "0000012345"),
    "a date": ("dueDate", "20260131", "20260131"),
    "text between blanks": ("itemText", " two words ", " two words "),
    "a word of JSON in a text": ("itemText", "null", "null"),
    "an address as JSON": ("billAddr", '{"city": "Bonn",\n"no": 1.50}', {"city": "Bonn", "no": "number 1.50"}),
    "an address as text": ("shipAddr", "Am Markt 1", "Am Markt 1"),
    "an address cut off": ("shipAddr", '{"city": ', '{"city": '),
    "an unknown column": ("colour", "12", "12"),
    "an empty text": ("itemText", "", None),
    "an empty amount": ("localAmount", "", None),
    "an empty date": ("dueDate", "  ", None),
    "an empty address": ("billAddr", "", None),
    "an empty required field": ("invoiceNumber", "", None),
    "an empty unknown cell": ("colour", "", None),
}


@pytest.mark.parametrize(("name", "cell", "value"), INVOICE_CELLS.values(), ids=INVOICE_CELLS)
def test_a_cell_goes_in_the_type_of_its_column(name, cell, value):
    quoted = cell.replace('"', '""')
    assert rows(f'status,{name}\nopen,"{quoted}"\n'.encode()) == [{"status": "open", name: value}]


def test_a_customers_cells_are_all_text():
    written = b"customerno,phoneno,cocode\n0000012345,+111,1000\n"
    assert rows(written, "customers") == [{"customerno": "0000012345", "phoneno": "+111", "cocode": "1000"}]


ONE_ROW = [{"customerNumber": "4711", "itemText": "a;b,c"}]
CSV_FILES = {
    "commas": b'customerNumber,itemText\n4711,"a;b,c"\n',
    "semicolons": b'customerNumber;itemText\n4711;"a;b,c"\n',
    "a byte order mark": BOM + b'customerNumber;itemText\n4711;"a;b,c"\n',
    "Windows line ends": b'customerNumber;itemText\r\n4711;"a;b,c"\r\n',
    "no newline at the end": b'customerNumber;itemText\n4711;"a;b,c"',
    "blank lines": b'customerNumber;itemText\n\n4711;"a;b,c"\n\n',
    "blanks around names": b'customerNumber ; itemText\n4711;"a;b,c"\n',
    "quoted names": b'"customerNumber";"itemText"\n4711;"a;b,c"\n',
}


@pytest.mark.parametrize("written", CSV_FILES.values(), ids=CSV_FILES)
def test_a_table_is_read_in_the_ways_it_is_written(written):
    assert rows(written) == ONE_ROW


def test_a_table_of_one_column_is_read():
    assert rows(b"customerNumber\n4711\n4712\n") == [{"customerNumber": "4711"}, {"customerNumber": "4712"}]


def test_a_table_of_a_header_alone_has_no_rows():
    assert rows(HEADER) == []


FILES_WITHOUT_ROWS = {
    "an empty JSON file": (JSON, b""),
    "JSON of blanks": (JSON, b"\xef\xbb\xbf \n"),
    "an empty file of lines": (NDJSON, b""),
    "blank lines alone": (NDJSON, b"\n \n"),
    "an empty table": (CSV, b""),
    "blank lines of a table": (CSV, b"\n;;;\n"),
    "a header alone": (CSV, HEADER),
    "blank rows below a header": (CSV, HEADER + b",,\n \n"),
}


@pytest.mark.parametrize(("file_type", "written"), FILES_WITHOUT_ROWS.values(), ids=FILES_WITHOUT_ROWS)
def test_a_file_without_rows_has_none(file_type, written):
    assert lines(file_type, written) == []


def test_a_line_break_within_quotes_stays_in_its_cell():
    [line] = lines(CSV, b'customerNumber,itemText\n4711,"two\nlines"\n')
    assert line == b'{"customerNumber":"4711","itemText":"two\\nlines"}\n'


REFUSED = {
    "JSON cut short": (JSON, b'[{"a": 1}, {"b"', "row 2: the body ends here"),
    "JSON with a comma too few": (JSON, b'[{"a": 1}\n {"b": 2}]', "row 1: is no JSON at line 2, column 2"),
    "JSON that is no array": (JSON, b'"rows"', "Send a JSON array of rows"),
    "two objects in a row": (JSON, b'{"a": 1}\n{"b": 2}', "goes on behind it"),
    "JSON in UTF-16": (JSON, "[]".encode("utf-16"), "UTF-16"),
    "an endless row": (NDJSON, b'{"a": "' + b"x" * MAX_ROW_BYTES, "row 1: does not end within"),
    "a table without header": (CSV, b"4711,1,100\n4711,2,200\n", "line 1 names no field"),
    "a column twice": (CSV, b"status,customerNumber,status\n", "line 1 names status 2 times"),
    "a quote never closed": (CSV, HEADER + b'1,2,3\n1,"2,3\n1,2,3\n', "begins in line 3 is no CSV"),
    "text behind a quote": (CSV, HEADER + b'1,"2"x,3\n', "begins in line 2 is no CSV"),
    "a table in Latin-1": (CSV, HEADER + b"M\xfcller,2,3\n", "line 2 holds bytes that are no UTF-8"),
    "a table in UTF-16": (CSV, HEADER.decode().encode("utf-16"), "line 1 holds bytes that are no"),
}


@pytest.mark.parametrize(("file_type", "written", "message"), REFUSED.values(), ids=REFUSED)
def test_a_broken_file_is_refused_where_it_breaks(file_type, written, message):
    with pytest.raises(FileRefused, match=message):
        lines(file_type, written)


FILES_OF_ONE_ROW = {
    JSON: b'{"customerNumber": "4711"}',
    NDJSON: b'{"customerNumber": "4711"}',
    CSV: b"customerNumber\n4711",
}


@pytest.mark.parametrize(
    ("file_type", "written"), FILES_OF_ONE_ROW.items(), ids=[each.name for each in FILES_OF_ONE_ROW]
)
def test_a_file_stays_open_for_its_opener(file_type, written):
    file = BytesIO(written)
    assert len(list(file_type.numbered_lines(file, "invoices", Reading()))) == 1
    assert not file.closed
