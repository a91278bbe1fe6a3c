"""Accounts with more company codes than a form has fields: Django refuses more than 1,000."""

import pytest

from receivables.uploads.models import RenumberingPass, Upload
from tests.uploads.loads import ledger
from tests.uploads.staff import LOADS, Uploader, rows_file, uploaded, words

PAGE = f"{LOADS}renumbering/"


def codes_of(count):
    """Return so many company codes, the blank one first."""
    return ["", *(f"{number}" for number in range(10_000, 9_999 + count))]


def items(codes, pad=""):
    """Return an item of each company code."""
    rows = zip(ledger(*range(1, len(codes) + 1)), codes, strict=True)
    return [row | {"companyCode": code, "invoiceNumber": pad + row["invoiceNumber"]} for row, code in rows]


def as_lines(codes):
    return "\r\n".join(code or '""' for code in codes)


@pytest.fixture
def uploader(account):
    return Uploader(account, may=("view_upload", "add_upload", "view_invoice"))


@pytest.fixture
def renumbered(upload):
    """Upload an item of each of so many company codes, and again padded otherwise; return the second, refused."""

    def send(codes):
        upload(items(codes), query="?snapshot=true")
        upload(items(codes, "0"), query="?snapshot=true")
        return Upload.objects.latest("created_at")

    return send


def test_a_file_of_five_thousand_company_codes_is_a_full_load_of_all_of_them(uploader):
    codes = codes_of(5000)
    page = uploader.choose("night.json", rows_file(*items(codes))).content.decode()
    assert "have 5,000 company codes" in page
    box = page.partition('name="company_codes"')[2].partition(">")[2].partition("</textarea>")[0]
    assert (box.split(), page.count("<input") < 100) == (["&quot;&quot;", *codes[1:]], True)
    uploader.go("full-load", is_full_load="on", company_codes=as_lines(codes))
    uploader.go("confirm")
    assert uploaded().snapshot["companyCodes"] == codes


def test_a_company_code_that_is_written_wrong_is_named(uploader):
    uploader.choose("night.json", rows_file(*items(codes_of(201))))
    page = words(uploader.go("full-load", is_full_load="on", company_codes="10000\n1000O"))
    assert "Neither the file nor what is open has these company codes: 1000O. Correct them." in page


def test_five_thousand_company_codes_may_be_renumbered_at_once(manager, renumbered):
    codes = codes_of(5000)
    address = f"{PAGE}?upload={renumbered(codes).pk}"
    assert manager.browser.get(address).content.decode().count("<input") < 20
    manager.browser.post(address, {"codes": as_lines(codes)})
    assert list(RenumberingPass.objects.order_by("company_code").values_list("company_code", flat=True)) == codes


@pytest.mark.parametrize(
    ("text", "problem"), [("", "Choose at least one company code."), ("1" * 33, "has 32 characters at most")]
)
def test_company_codes_that_cannot_be_are_refused_with_a_reason(manager, renumbered, text, problem):
    address = f"{PAGE}?upload={renumbered(codes_of(201)).pk}"
    answer = manager.browser.post(address, {"codes": text})
    assert (answer.status_code, problem in words(answer)) == (400, True)
