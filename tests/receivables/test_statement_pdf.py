"""The statement of account as a letter."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from pypdf import PdfReader

from receivables.reports.statement_pdf import statement_pdf
from tests.factories import CustomerFactory, InvoiceFactory
from tests.receivables.statements import answer, letter, pages


@pytest.fixture
def customer(account):
    type(account).objects.update(amount_decimal_places=2)
    return CustomerFactory(
        account=account, customer_number="0000004711", company_code="US01", company_name="Rowan Glass Inc."
    )


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_letter_says_who_owes_whom_what_since_when(client, account, customer):
    for day, due, amount in [
        ("2026-05-01", "2026-05-31", "70"),
        ("2026-06-01", "2026-06-20", "1234.50"),
        ("2026-06-15", None, "-200"),
        ("2026-07-01", None, "5"),
    ]:
        dates = {"invoice_date": day, "due_date": due}
        InvoiceFactory(account=account, invoice_number=f"N{day}", invoice_amount=amount, currency="USD", **dates)
    text = letter(client, customer, **{"from": "2026-06-01"})
    told = lines(text)
    assert {"Acme", "Rowan Glass Inc.", "Customer number 0000004711", "Company code US01", "USD"} <= set(told)
    assert {"Statement of account", "Balance by days overdue", "Customer 0000004711 Page 1 of 1"} <= set(told)
    flat = " ".join(text.split())
    for part in (
        "Statement date 2026-06-30 Items from 2026-06-01",
        "Opening balance: 1 item before 2026-06-01 70.00",
        "2026-06-01 N2026-06-01 2026-06-20 10 1,234.50 1,234.50 1,304.50",
        "2026-06-15 N2026-06-15 Credit – -200.00 -200.00 1,104.50",
        "Debits 1,234.50 Credits -200.00 Balance in USD on 2026-06-30 1,104.50",
        "0.00 1,304.50 0.00 0.00 0.00 0.00 0.00 -200.00",
        "Dated after 2026-06-30, and not part of this statement: 1 item, USD 5.00.",
    ):
        assert part in flat


def test_a_letter_of_a_customer_who_owes_nothing_says_so(client, customer):
    told = set(lines(letter(client, customer)))
    assert {"Rowan Glass Inc.", "No items are open.", "Customer 0000004711 Page 1 of 1"} <= told


def test_a_letter_tells_balances_of_several_currencies_first(client, account, customer):
    for currency, amount in [("eur", "1000"), ("USD", "5"), ("", "7")]:
        InvoiceFactory(account=account, customer_number="4711", currency=currency, invoice_amount=amount)
    flat = " ".join(letter(client, customer).split())
    assert "Currency Balance on 2026-06-30 Without currency 7.00 USD 5.00 eur 1,000.00 Without currency Date" in flat


def test_an_item_whose_balance_is_no_amount_is_in_clarification(client, account, customer):
    InvoiceFactory(account=account, balance_text="see letter")
    flat = " ".join(letter(client, customer).split())
    assert "100.00 in clarification 0.00" in flat
    assert "In clarification, and in no sum: 1 item." in flat


def test_every_page_has_the_tables_heading_and_its_number(client, account, customer):
    InvoiceFactory.create_batch(200, account=account, currency="EUR", invoice_date="2026-01-01")
    told = pages(client, customer)
    assert len(told) == 4
    for number, text in enumerate(told, 1):
        assert f"Page {number} of 4" in text
    heading = "Date Number Reference Due date Days overdue Amount Open Balance"
    assert [heading in " ".join(text.split()) for text in told] == [True] * 4


NAMES = {
    "Polish": "Zażółć Gęślą Jaźń Sp. z o.o.",
    "Czech": "Příliš žluťoučký kůň s.r.o.",
    "Greek": "Ελληνική Εταιρεία Α.Ε.",
    "Cyrillic": "ООО «Ромашка Ёлка»",
    "Vietnamese": "Công ty Việt Nam",
    "Typst code": "#let x = 1; #panic()",
    "emphasis": "*bold* _stressed_ `raw`",
    "HTML": "<b>B&amp;B</b>",
    "backslashes": "\\ \\n \\u{41}",
    "other markup": "$x^2$ @ref [a](b) // c /* d */ = e ~ --",
    "quotes": "\"O'Neill\" & 'Sons'",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_stands_in_a_letter_as_it_is(name, client, account):
    type(account).objects.update(name=name)
    customer = CustomerFactory(account=account, customer_number=name, company_name=name)
    InvoiceFactory(account=account, customer_number=name, invoice_number=name, reference1=name, currency=name[:16])
    text = " ".join(letter(client, customer).split())
    assert f"{name} {name} Customer number {name} " in text
    assert " ".join(["Balance in", *name[:16].split(), "on"]) in text
    assert text.count(name) >= 4


def test_texts_of_any_length_are_kept_on_the_page(client, account):
    customer = CustomerFactory(account=account, customer_number="X" * 64, company_name="W" * 255)
    InvoiceFactory(account=account, customer_number="X" * 64, invoice_number="8" * 64, reference1="R" * 255)
    text = "".join(letter(client, customer).split())
    assert "W" * 255 in text
    assert "8" * 64 in text
    assert f"{'R' * 59}…" in text


def test_amounts_of_any_size_are_kept_whole_on_a_page_turned_for_them(client, account, customer):
    InvoiceFactory.create_batch(3, account=account, invoice_amount="-9223372036854775806.9999")
    page = PdfReader(io.BytesIO(answer(client, customer, format="pdf").content)).pages[0]
    assert page.mediabox.width > page.mediabox.height
    assert "-27,670,116,110,564,327,420.9997" in page.extract_text()


@pytest.mark.parametrize(
    "text", ["日本", "שלום", "🧾", "a\nb\tc", "\x01\x7f", "\u202eabc", "e\u0301" * 90, "\ufffe", ""]
)
def test_a_letter_is_made_of_any_text(text, client, account):
    customer = CustomerFactory(account=account, customer_number="4711", company_name=text)
    InvoiceFactory(account=account, invoice_number=text[:64], reference1=text, currency=text[:16])
    assert "Page 1 of 1" in letter(client, customer)


def test_a_letter_names_its_title_and_language_and_is_tagged_for_readers_aloud(client, customer):
    document = PdfReader(io.BytesIO(answer(client, customer, format="pdf").content))
    catalog = document.trailer["/Root"]
    assert document.metadata.title == "Statement of account 0000004711, 2026-06-30"
    assert (catalog["/Lang"], catalog["/MarkInfo"]["/Marked"]) == ("en", True)


def test_the_same_statement_is_the_same_file(client, account, customer):
    InvoiceFactory.create_batch(3, account=account)
    first, second = (answer(client, customer, format="pdf").content for _ in range(2))
    assert first == second
    assert b"/CreationDate" not in first


def test_letters_that_are_set_at_once_are_each_their_own():
    empty = {"asOf": "2026-06-30", "from": None, "dateBasis": "dueDate", "currencies": []}
    bodies = [
        {"account": f"Account {n}", "customer": {"customerno": f"{n}", "cocode": "", "name": ""}} | empty
        for n in range(6)
    ]
    with ThreadPoolExecutor(3) as threads:
        documents = list(threads.map(statement_pdf, bodies))
    told = [PdfReader(io.BytesIO(document)).pages[0].extract_text() for document in documents]
    assert [f"Account {n}\n" in text for n, text in enumerate(told)] == [True] * 6
