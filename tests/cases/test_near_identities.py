"""One item under two spellings: what is created beside something that differs from it in spelling alone is named."""

import pytest

from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import AccountFactory, customer_row, invoice_row, key_headers
from tests.uploads.staff import Uploader

PARTS = ["companyCode", "customerNumber", "invoiceNumber", "accountingDocNumber", "fiscalYear", "lineItem"]
TABLE = {"Prefer": "source=table"}


def item(spelling, **values):
    """An invoice of an identity such as 0001/12345/90000123/100000123/2025/001; a blank part is not sent."""
    parts = {name: part for name, part in zip(PARTS, spelling.split("/"), strict=True) if part}
    return invoice_row(**parts | values)


def near(answer):
    return [warning for warning in answer["warnings"] if warning["code"] == "near_identity"]


def stored_id(receipt, *rows, **options):
    receipt(list(rows), **options)
    return Invoice.objects.latest("id").pk


FULL = "1000/12345/90000123/100000123/2025/001"

NEAR_ITEMS = [
    pytest.param(
        "0001/0000012345/0090000123/0100000123/2025/001",
        "1/12345/90000123/100000123/2025/1",
        id="zeros that Excel took",
    ),
    pytest.param(
        "1/12345/90000123/100000123/2025/1", "0001/0000012345/0090000123/0100000123/2025/001", id="zeros come back"
    ),
    pytest.param("/17850/536365///", "/17850.0/536365.0///", id="a fraction of pandas"),
    pytest.param("/17850.0/536365.0///", "/17850/536365///", id="a fraction that goes"),
    pytest.param("/17850/536365///", "/17850/536365.00///", id="two zeros behind"),
    pytest.param("/17850/536365///", "/17850/0536365.0///", id="zeros on both sides"),
    pytest.param("/17850/536365/77/2025.0/", "/17850/536365/77/2025/", id="a year with a fraction"),
    pytest.param(FULL, "/12345/90000123//2025/001", id="no company code and no document number"),
    pytest.param("/12345/90000123//2025/001", FULL, id="a company code and a document number more"),
    pytest.param(FULL, "/12345/90000123///", id="customer and invoice number alone"),
    pytest.param("1000/12345/90000123///", "/12345/90000123//2025/", id="other parts blank in each"),
    pytest.param(FULL, "1000/12345/90000123//2025/1", id="a line item without zeros, no document"),
    pytest.param("/C1/INV-1///", "/C1/inv-1///", id="small letters"),
    pytest.param("/C1/inv-1///", "/C1/INV-1///", id="capitals"),
    pytest.param("/C1/Inv-1a///", "/C1/iNV-1A///", id="both mixed"),
    pytest.param("/c1/INV-1///", "/C1/INV-1///", id="a customer in small letters"),
    pytest.param("/C1/Ä-1///", "/C1/ä-1///", id="an umlaut"),
    pytest.param("us01/C1/INV-1///", "US01/C1/INV-1///", id="a company code in small letters"),
    pytest.param("/C1/0INV///", "/C1/INV///", id="zeros in front of letters"),
    pytest.param("/C1/000///", "/C1/0///", id="zeros alone"),
]


@pytest.mark.parametrize(("stored", "sent"), NEAR_ITEMS)
def test_a_second_spelling_of_an_item_is_named(receipt, stored, sent):
    pk = stored_id(receipt, item(stored))
    answer = receipt([item(sent)])
    assert answer["created"] == 1
    [warning] = near(answer)
    assert (warning["rows"], warning["firstIndex"]) == (1, 0)
    assert warning["stored"] == {"id": pk, "url": f"/jsonApi/invoices/{pk}"}


@pytest.mark.parametrize(("one", "other"), NEAR_ITEMS)
def test_two_spellings_in_one_array_are_named(receipt, one, other):
    answer = receipt([item("/other/1///"), item(one), item(other)])
    [warning] = near(answer)
    assert (warning["rows"], warning["firstIndex"], warning["otherIndex"]) == (2, 1, 2)


@pytest.mark.parametrize(
    ("stored", "sent"),
    [
        pytest.param(FULL, FULL[:-1] + "2", id="another instalment"),
        pytest.param(FULL, FULL.replace("2025", "2026"), id="another year"),
        pytest.param(FULL, FULL.replace("100000123", "100000124"), id="another document"),
        pytest.param(FULL, FULL.replace("1000/", "2000/"), id="another company code"),
        pytest.param(FULL, "/12345/90000123//2025/002", id="another instalment, fewer parts"),
        pytest.param(FULL, "/12345/90000123//2026/", id="another year, fewer parts"),
        pytest.param(FULL, FULL.replace("12345", "12346"), id="another customer"),
        pytest.param(FULL, FULL.replace("90000123", "90000124"), id="another invoice number"),
        pytest.param("/C1/INV-1///", "/C1/INV-10///", id="a zero behind"),
        pytest.param("/C1/INV-1///", "/C1/INV-01///", id="a zero within"),
        pytest.param("/C1/1.5///", "/C1/1///", id="a fraction that counts"),
        pytest.param("/C1/INV 1///", "/C1/INV1///", id="a blank within"),
        pytest.param("/12345/D1/77//", "/12345/D1/78//", id="blank in both, another document"),
        pytest.param("/12345/D1///0", "/12345/D1///1", id="line items of one digit"),
    ],
)
def test_an_item_that_differs_truly_is_not_named(receipt, stored, sent):
    receipt([item(stored)])
    answer = receipt([item(sent)])
    assert (answer["created"], near(answer)) == (1, [])


def test_instalments_in_one_array_are_not_named(receipt):
    assert near(receipt([item(f"1000/12345/90000123/{doc}/2025/00{line}") for doc in "78" for line in "123"])) == []


def test_rows_that_update_are_not_named(receipt):
    receipt([item("/C1/INV-1///"), item("/C1/inv-1///")])
    answer = receipt([item("/C1/INV-1///", invoiceAmount=1), item("/C1/inv-1///")])
    assert (answer["updated"], answer["unchanged"], near(answer)) == (1, 1, [])


def test_a_stored_item_is_named_that_the_array_has_too(receipt):
    pk = stored_id(receipt, item("/C1/INV-1///"))
    [warning] = near(receipt([item("/C1/INV-1///"), item("/C1/inv-1///")]))
    assert (warning["rows"], warning["firstIndex"], warning["stored"]["id"]) == (1, 1, pk)


def test_the_first_of_many_is_named_once_with_their_number(receipt):
    receipt([item(f"/C{number}/{number}.0///") for number in range(1, 9)])
    answer = receipt([item("/C0/0///"), *(item(f"/C{number}/{number}///") for number in range(1, 6))])
    [warning] = near(answer)
    assert (warning["rows"], warning["firstIndex"]) == (5, 1)


def test_the_oldest_stored_item_is_named(receipt):
    receipt([item("/C1/INV-1///")])
    oldest = Invoice.objects.get().pk
    receipt([item("/C1/inv-1///")])
    assert near(receipt([item("/C1/Inv-1///")]))[0]["stored"]["id"] == oldest


def test_the_message_says_what_to_compare_and_to_do(receipt):
    pk = stored_id(receipt, item("/17850/536365///"))
    [warning] = near(receipt([item("/17850/536365.0///")]))
    assert warning["message"] == (
        "Rows are new although others differ from them only by zeros in front, a .0 behind, upper and lower case, "
        "invisible characters, or a part of the identity that is blank. Compare the first of them with the stored item "
        f"/jsonApi/invoices/{pk}. If both are one item, it is owed twice: keep one spelling in the feed, and send the "
        "item once more under the other with a balance of 0. First in row 1."
    )


def test_a_dry_run_names_the_same_and_stores_nothing(receipt):
    pk = stored_id(receipt, item(FULL))
    [warning] = near(receipt([item("/12345/90000123///", balanceAmount="0")], query="?dryRun=true"))
    assert warning["stored"]["id"] == pk
    assert Invoice.objects.count() == 1


def test_an_invisible_character_that_was_stored_before_is_seen(receipt):
    pk = stored_id(receipt, item("/C1/INV-1///"))
    Invoice.objects.filter(pk=pk).update(invoice_number="\ufeffINV-1\u200b")
    assert near(receipt([item("/C1/INV-1///")]))[0]["stored"]["id"] == pk


def test_an_item_of_another_account_is_not_named(receipt):
    receipt([item("/C1/INV-1///")], headers=key_headers(AccountFactory(name="Another")))
    assert near(receipt([item("/C1/inv-1///")])) == []


def test_a_near_identity_comes_before_any_number_of_warnings(receipt):
    receipt([item("/C1/INV-1///")])
    rows = [item("/C1/inv-1///"), *(item(f"/C2/{n}///", **{f"x{n}-{key}": 1 for key in range(90)}) for n in range(12))]
    assert receipt(rows)["warnings"][0]["code"] == "near_identity"


def test_text_numbers_of_json_are_near_to_whole_ones(receipt):
    receipt([item("/17850/536365///")])
    assert near(receipt([item("/17850.0/536365.0///")])) != []


NEAR_CUSTOMERS = [
    pytest.param(("1000", "17850"), ("1000", "17850.0"), id="a fraction"),
    pytest.param(("1000", "17850"), ("", "17850"), id="no company code"),
    pytest.param(("", "17850"), ("1000", "0000017850"), id="a company code more"),
    pytest.param(("0001", "17850"), ("1", "17850"), id="a company code without zeros"),
    pytest.param(("1000", "c-1"), ("1000", "C-1"), id="capitals"),
    pytest.param(("us01", "C1"), ("US01", "0c1"), id="capitals and zeros"),
]


@pytest.mark.parametrize(("stored", "sent"), NEAR_CUSTOMERS)
def test_a_second_spelling_of_a_customer_is_named(receipt, client, stored, sent):
    receipt([customer_row(cocode=stored[0], customerno=stored[1])], "customers")
    [before] = client.get("/jsonApi/customers").json()["results"]
    [warning] = near(receipt([customer_row(cocode=sent[0], customerno=sent[1])], "customers"))
    assert warning["stored"] == {"id": before["id"], "url": f"/jsonApi/customers/{before['id']}"}


@pytest.mark.parametrize(("one", "other"), NEAR_CUSTOMERS)
def test_two_spellings_of_a_customer_in_one_array_are_named(receipt, one, other):
    rows = [customer_row(cocode=code, customerno=number) for code, number in (one, other)]
    [warning] = near(receipt(rows, "customers"))
    assert (warning["rows"], warning["firstIndex"], warning["otherIndex"]) == (2, 0, 1)
    assert "one customer" in warning["message"]


def test_a_customer_of_another_company_code_is_not_named(receipt):
    rows = [customer_row(cocode=code, customerno="1001") for code in ("1000", "2000")]
    assert near(receipt(rows, "customers")) == []


def test_the_upload_page_links_to_the_stored_item(receipt, account):
    pk = stored_id(receipt, item("/C1/INV-1///"))
    receipt([item("/C1/inv-1///")])
    staff = Uploader(account, may=("view_upload", "view_invoice"))
    page = staff.page(f"{Upload.objects.latest('created_at').pk}/change/").content.decode()
    assert f'href="/admin/receivables/invoice/{pk}/change/"' in page


def test_the_preview_of_a_file_names_the_stored_item_in_german(receipt, account):
    pk = stored_id(receipt, item("/17850/536365///"))
    staff = Uploader(account, may=("view_upload", "add_upload", "view_invoice"))
    staff.browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"
    rows = b"customerNumber,invoiceNumber,invoiceAmount\n9,9,9\n17850,0536365,12112\n"
    page = staff.choose("items.csv", rows).content.decode()
    assert "Zeilen sind neu" in page
    assert f'href="/admin/receivables/invoice/{pk}/change/"' in page


def test_nobody_is_led_to_an_item_that_they_may_not_see(receipt, account):
    stored_id(receipt, item("/C1/INV-1///"))
    receipt([item("/C1/inv-1///")])
    page = Uploader(account, may=("view_upload",)).page(f"{Upload.objects.latest('created_at').pk}/change/").content
    assert b"/admin/receivables/invoice/" not in page
