"""Free-text search: words that begin numbers, references and words of names."""

import pytest

from customers.imported.words import MAX_LENGTH
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, invoice_row

INVOICES, CUSTOMERS = "/jsonApi/invoices", "/jsonApi/customers"

NAMED = {
    "invoice_number": "INV-2026/0042",
    "accounting_doc_number": "0018000077",
    "customer_number": "0000004711",
    "customer_name": "Müller-Lüdenscheidt Glas (Nord) GmbH & Co.KG",
    "reference1": "PO.991",
    "reference2": "o'brien\\dock",
    "reference_doc_number": "00REF5",
}


@pytest.fixture
def found(client):
    def find(path=INVOICES, **query):
        response = client.get(path, query)
        assert response.status_code == 200, response.content
        return [row["id"] for row in response.json()["results"]]

    return find


@pytest.mark.parametrize(
    "search",
    [
        "INV-2026/0042",
        "inv-2026",
        "0042",
        "2026 0042",
        "0018000077",
        "18000077",
        "1800",
        "4711",
        "0000004711",
        "000000000004711",
        "Müller",
        "MÜLLER",
        "müller-lüd",
        "lüdenscheidt müller",
        "nord",
        "gmbh co.kg",
        "glas 4711",
        "po.991",
        "O'Brien",
        "o'brien\\dock",
        "ref5",
        "00ref5",
        "  glas  ",
    ],
)
def test_a_search_finds_what_its_words_begin(search, found, account):
    row = InvoiceFactory(account=account, **NAMED)
    InvoiceFactory(account=account, invoice_number="other", customer_number="9")
    assert found(search=search) == [row.pk]


@pytest.mark.parametrize("blank", ["\t", "\n", "\r\n", "\u00a0", "\u3000"])
@pytest.mark.parametrize("search", ["glass", "rowan", "rowan glass", "rowan{}glass"])
def test_a_word_may_stand_behind_any_blank(search, blank, found, receipt):
    receipt([invoice_row(customerName=f"Rowan{blank}Glass")])
    assert len(found(search=search.format(blank))) == 1


def test_an_update_is_found_by_its_new_words_alone(found, receipt):
    for name in ("Rowan Glass", "Willow Timber"):
        receipt([invoice_row(customerName=name)])
    assert [len(found(search=word)) for word in ("rowan", "willow")] == [0, 1]


@pytest.mark.parametrize("search", ["l'épicéa", "L'ÉPICÉA", "L'épicéa", "L'Épicéa", "l'épic"])
def test_a_letter_behind_an_apostrophe_may_be_asked_for_in_either_case(search, found, account):
    row = InvoiceFactory(account=account, customer_name="Brasserie L'Épicéa")
    assert found(search=search) == [row.pk]


LONGEST = ["😀" * 255, "\U0010ffff" * 255, "\\" * 255, "ΐ" * 255, "\x01" * 255]


@pytest.mark.parametrize("text", LONGEST, ids=map(ascii, (text[:4] for text in LONGEST)))
def test_no_word_is_too_long_for_the_index(text, found, receipt):
    names = ("customerName", "reference1", "reference2", "referenceDocNumber")
    numbers = ("customerNumber", "invoiceNumber", "accountingDocNumber")
    receipt([invoice_row(**dict.fromkeys(names, text), **dict.fromkeys(numbers, text[:64]))])
    customer = dict.fromkeys(("companyname", "firstname", "lastname"), text) | {"emailaddress1": (text * 2)[:320]}
    receipt([customer | {"customerno": text[:64]}], "customers")
    assert [len(found(path, search=text[:MAX_LENGTH])) for path in (INVOICES, CUSTOMERS)] == [1, 1]


def test_a_row_without_a_word_is_taken_and_not_found(found, receipt):
    receipt([invoice_row(customerNumber="-", invoiceNumber="/.(")])
    assert found(search="---/.(abc") == []


@pytest.mark.parametrize(
    "search", ["üller", "711", "glas 4712", "00000471", "18000078", "GLASS", "':*", "!4711", "a|glas", "%%%", "glas:x"]
)
def test_a_search_finds_nothing_else(search, found, account):
    InvoiceFactory(account=account, **NAMED)
    assert found(search=search) == []


def test_a_search_narrows_what_other_filters_find(found, account):
    rows = [InvoiceFactory(account=account, customer_name="Rowan Glass", status=status) for status in ("open", "paid")]
    assert found(search="rowan", status="paid") == [rows[1].pk]
    assert found(search="rowan", ordering="-id") == [rows[1].pk, rows[0].pk]


def test_a_search_finds_no_other_accounts_rows(found, db):
    other_account = AccountFactory()
    InvoiceFactory(account=other_account, **NAMED)
    CustomerFactory(account=other_account, company_name="Rowan Glass")
    assert found(search="Müller") == []
    assert found(CUSTOMERS, search="Rowan") == []


@pytest.mark.parametrize("search", ["rowan", "0815", "815", "ada", "lovelace", "ada@glass.example", "example"])
def test_customers_are_searched_by_number_name_and_address(search, found, account):
    customer = CustomerFactory(
        account=account,
        customer_number="00815",
        company_name="Rowan Glass",
        first_name="Ada",
        last_name="Lovelace",
        email_address="ada@glass.example",
    )
    CustomerFactory(account=account, customer_number="1", company_name="Other")
    assert found(CUSTOMERS, search=search) == [customer.pk]


@pytest.mark.parametrize("search", ["ab", "a b c", "-", "--- ..", "x" * 201, "abc\0"])
@pytest.mark.parametrize("path", [INVOICES, CUSTOMERS])
def test_a_search_that_names_too_little_or_too_much_is_refused(search, path, client, account):
    response = client.get(path, {"search": search})
    assert response.status_code == 400
    assert {error["field"] for error in response.json()["errors"]} == {"search"}


def test_a_search_of_short_words_says_what_is_missing(client, account):
    [error] = client.get(INVOICES, {"search": "a b"}).json()["errors"]
    assert error["message"] == "One of the words searched for has three letters or digits at the least."


def test_a_file_holds_what_a_search_finds(client, account):
    InvoiceFactory(account=account, customer_name="Rowan Glass", invoice_number="7")
    InvoiceFactory(account=account, customer_name="Other", invoice_number="8")
    response = client.get(INVOICES, {"search": "rowan", "format": "csv", "fields": "invoiceNumber"})
    assert b"".join(response.streaming_content) == b"invoiceNumber\n7\n"
