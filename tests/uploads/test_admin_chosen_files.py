"""Files that staff choose: what is read of each kind, and what is said of one that cannot be."""

import gzip
from io import BytesIO
from zipfile import ZipFile

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Draft, FilePart
from tests.uploads.staff import uploaded, words, workbook_file

HEADER = ["customerNumber", "invoiceNumber", "invoiceAmount", "customerName"]
CSV = "customerNumber;invoiceNumber;invoiceAmount;customerName\n4711;1;100;Müller\n"
BOM = "\ufeff"


READ = {
    "a workbook": ("night.xlsx", workbook_file(HEADER, [4711, 1, 100, "Müller"])),
    "a workbook in capitals": ("NIGHT.XLSX", workbook_file(HEADER, [4711, 1, 100, "Müller"])),
    "semicolons": ("night.csv", CSV.encode()),
    "commas": ("night.csv", CSV.replace(";", ",").encode()),
    "a byte order mark": ("night.csv", (BOM + CSV).encode()),
    "Windows-1252": ("night.csv", CSV.encode("windows-1252")),
    "UTF-16 with tabs": ("night.csv", CSV.replace(";", "\t").encode("utf-16")),
    "JSON": (
        "night.json",
        '[{"customerNumber": "4711", "invoiceNumber": "1", "invoiceAmount": 100, "customerName": "Müller"}]'.encode(),
    ),
}


@pytest.mark.parametrize(("name", "content"), READ.values(), ids=READ)
def test_a_file_is_read_in_the_ways_it_is_written(name, content, uploader):
    uploader.choose(name, content)
    uploader.go("confirm")
    stored = Invoice.objects.values_list("customer_number", "invoice_number", "invoice_amount", "customer_name")
    assert list(stored) == [("4711", "1", 100, "Müller")]


def test_it_is_said_that_a_file_was_read_as_windows_1252(uploader):
    page = words(uploader.choose("night.csv", CSV.encode("windows-1252")))
    assert "The file is not in UTF-8." in page
    assert "Encoding Windows-1252 (Western Europe) Müller" in page
    assert "Windows-1252" not in words(uploader.choose("night.csv", CSV.encode()))


SHEETS, SHEET = "xl/workbook.xml", "xl/worksheets/sheet1.xml"
ERROR = b'<c t="e"><v>#REF!</v></c></row>'
DAMAGED = "no Excel workbook, or is damaged"


def edited(part, before, after):
    """Return a workbook with one text in place of another in a part of it, as no spreadsheet writes it."""
    made = BytesIO()
    with ZipFile(BytesIO(workbook_file(HEADER))) as workbook, ZipFile(made, "w") as odd:
        for name in workbook.namelist():
            content = workbook.read(name)
            odd.writestr(name, content.replace(before, after) if name == part else content)
    return made.getvalue()


def of_version(version):
    """Return a workbook whose first part needs a reader of this version of ZIP, in tenths."""
    made = bytearray(workbook_file(HEADER))
    made[made.index(b"PK\x01\x02") + 6] = version
    return bytes(made)


REFUSED_AT_ONCE = {
    "an empty file": ("night.csv", b"", "The file is empty."),
    "a file of another kind": ("night.pdf", b"%PDF", "No file of this kind can be read."),
    "a file without extension": ("night", b"[]", "No file of this kind can be read."),
    "text as a workbook": ("night.xlsx", CSV.encode(), "is text and no Excel workbook"),
    "rubbish as a workbook": ("night.xlsx", b"\x00\xff\x17" * 500, "no Excel workbook, or is damaged"),
    "a damaged workbook": ("night.xlsx", workbook_file(HEADER)[:-300], "no Excel workbook, or is damaged"),
    "an old workbook": ("night.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "No file of this kind can be read."),
    "a workbook with a password": (
        "night.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "a workbook as CSV": ("night.csv", workbook_file(HEADER), "is a workbook or an archive"),
    "rubbish as CSV": ("night.csv", b"\x00\xff\x17" * 500, "The file is no text"),
    "rubbish without NUL as CSV": ("night.csv", b"a,b\n\x81\x8d\x8f", "neither UTF-8 nor Windows-1252"),
    "JSON in UTF-16": ("night.json", "[]".encode("utf-16"), "The file is in UTF-16"),
    "gzip": ("night.csv", gzip.compress(CSV.encode()), "no text"),
    "a CSV file of blank lines": ("night.csv", b"\n\n", "The table is empty"),
    "an empty sheet": ("night.xlsx", workbook_file(), "The table is empty"),
    "a quote never closed": ("night.csv", b'"status\n', "begins in line 1 is no CSV"),
    "one long word": ("night.csv", b"x" * 200_000, "line 1 has more than 20,000 characters"),
    "NUL in a column's name": ("night.csv", b"x" * 5000 + b",na\0me\n", "the name of column 2 holds a NUL"),
    "too many columns": ("night.csv", b",".join(b"column%d" % place for place in range(1001)), "more than 1,000"),
    "a sheet of too long a name": ("night.xlsx", edited(SHEETS, b'name="Items"', b'name="%s"' % (b"I" * 256)), DAMAGED),
    "an archive of a later kind": ("night.xlsx", of_version(200), DAMAGED),
    "a cell behind the last column": ("night.xlsx", edited(SHEET, b"</row>", b"<c/>" * 20_000 + ERROR), "more cells"),
}


@pytest.mark.parametrize(("name", "content", "message"), REFUSED_AT_ONCE.values(), ids=REFUSED_AT_ONCE)
def test_a_file_that_cannot_be_read_is_refused_on_the_page_and_not_kept(name, content, message, uploader):
    page = uploader.choose(name, content)
    assert page.status_code == 400
    assert message in words(page)
    assert not Draft.objects.exists()


REFUSED_IN_THE_PREVIEW = {
    "JSON cut short": ("night.json", b'[{"customerNumber": "1"}, {"cust', "the body ends here"),
    "a line too short": ("night.csv", CSV.encode() + b"4711;2\n", "the row has 2 cells, and the header has 4"),
    "JSON in Latin-1": ("night.json", b'[{"customerName": "M\xfcller"}]', "not UTF-8"),
    "a formula without value": ("night.xlsx", workbook_file(HEADER, [1, 1, "=1+1", ""]), "cell C2 holds a formula"),
}


@pytest.mark.parametrize(("name", "content", "message"), REFUSED_IN_THE_PREVIEW.values(), ids=REFUSED_IN_THE_PREVIEW)
def test_a_file_that_breaks_while_it_is_read_is_refused_in_the_preview(name, content, message, uploader):
    page = uploader.choose(name, content)
    assert page.status_code == 200
    assert message in words(page)
    assert "Confirm and upload" not in words(page)


def test_a_file_larger_than_an_upload_may_be_is_refused(uploader, settings):
    settings.UPLOAD_MAX_BYTES = 2 * 1024 * 1024
    page = uploader.choose("night.json", b"[" + b" " * settings.UPLOAD_MAX_BYTES)
    assert "The file is larger than the 2 MB that are taken at once." in words(page)
    assert not FilePart.objects.exists()


def test_a_file_whose_rows_unfold_to_more_than_an_upload_may_be_is_refused(uploader, settings):
    settings.UPLOAD_MAX_BYTES = 50_000
    rows = "4711;1;1;\n" * 2000
    page = uploader.choose("night.csv", (CSV + rows).encode())
    assert "are more than the 50,000 bytes of JSON that are taken at once" in words(page)


def test_a_file_of_more_rows_than_an_upload_may_have_is_refused(uploader, settings):
    settings.UPLOAD_MAX_ROWS = 3
    rows = "".join(f"4711;{number};1;\n" for number in range(2, 5))
    assert "more than 3 rows, the most in one upload" in words(uploader.choose("night.csv", (CSV + rows).encode()))


def test_a_sheets_bad_row_is_named_as_the_sheet_numbers_it(uploader):
    sheet = workbook_file(HEADER, [4711, 1, 100, ""], [], [], [4711, 2, "many", ""])
    assert "5 invoiceAmount invoiceAmount " in words(uploader.choose("night.xlsx", sheet))


def test_a_receipt_numbers_bad_rows_as_the_file_does(uploader):
    uploader.choose("night.csv", CSV.encode() + b"\n\n4711;2;many;\n", handling="lenient")
    uploader.go("confirm")
    assert "5 invoiceAmount invoiceAmount " in words(uploader.page(f"{uploaded().pk}/change/"))


def test_no_file_is_said_to_be_missing(uploader, account):
    page = uploader.browser.post(
        "/admin/uploads/upload/add/", {"account": account.pk, "resource": "invoices", "handling": "strict"}
    )
    assert "Choose a file." in words(page)


def test_a_file_that_did_not_arrive_for_its_size_is_told_of_on_the_page(uploader):
    assert "The file is larger than the 512 MB that are taken at once." in words(uploader.page("add/?too_large=1"))
