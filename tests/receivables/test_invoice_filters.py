"""What invoices can be asked for: each filter finds the rows it names and no others."""

from datetime import UTC, date, datetime, timedelta

import pytest

from receivables.api.filters import AMOUNTS, DAYS, TEXTS
from receivables.models import Invoice
from tests.factories import InvoiceFactory, invoice_row

INVOICES = "/jsonApi/invoices"
NUMBERS = {**TEXTS, "customerNumber": "customer_number"}


@pytest.fixture
def found(client):
    def find(**query):
        response = client.get(INVOICES, query)
        assert response.status_code == 200, response.content
        return [row["invoiceNumber"] for row in response.json()["results"]]

    return find


@pytest.fixture
def invoice(account):
    return lambda number, **values: InvoiceFactory(account=account, invoice_number=number, **values)


@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_several_texts_find_the_rows_of_each(name, found, account):
    rows = [InvoiceFactory(account=account, **{NUMBERS[name]: text}) for text in ("A1", "B 2", "C3")]
    assert found(**{f"{name}__in": "A1,C3"}) == [rows[0].invoice_number, rows[2].invoice_number]
    assert found(**{f"{name}__in": "B 2"}) == [rows[1].invoice_number]
    assert found(**{f"{name}__in": "A"}) == []


def test_several_customer_numbers_find_their_invoices_padded_or_not(found, invoice):
    for number in ("4711", "0000004712", "4713"):
        invoice(number, customer_number=number)
    assert found(customerNumber__in="0004711,4712") == ["4711", "0000004712"]


@pytest.mark.parametrize("name", sorted(DAYS))
def test_a_range_of_days_includes_both_ends(name, found, invoice):
    for day in (1, 2, 3):
        invoice(f"{day}", **{DAYS[name]: date(2026, 1, day)})
    invoice("none")
    assert found(**{f"{name}__gte": "2026-01-02"}) == ["2", "3"]
    assert found(**{f"{name}__lte": "2026-01-02"}) == ["1", "2"]
    assert found(**{f"{name}__gte": "2026-01-02", f"{name}__lte": "2026-01-02"}) == ["2"]


@pytest.mark.parametrize("name", ["invoiceAmount", "localAmount", "balanceAmount"])
def test_a_range_of_amounts_is_exact(name, found, invoice):
    for amount in ("9223372036854775806.9999", "9223372036854775807", "-0.0001"):
        invoice(amount, **{"invoice_amount": 0, AMOUNTS[name]: amount})
    assert found(**{f"{name}__gte": "9223372036854775807"}) == ["9223372036854775807"]
    assert found(**{f"{name}__lte": "-0.0001"}) == ["-0.0001"]


def test_a_range_of_open_amounts_counts_credits_as_negative(found, receipt):
    receipt([invoice_row(invoiceNumber=letter, debitCreditIndicator=letter, invoiceAmount=5) for letter in "SH"])
    assert (found(openAmount__gte="5"), found(openAmount__lte="-5")) == (["S"], ["H"])


@pytest.fixture
def balances(receipt):
    rows = {"owed": "10", "settled": "0", "credit": "-10", "unknown": "see letter"}
    receipt([invoice_row(invoiceNumber=name, balanceAmount=text, dueDate="2026-01-01") for name, text in rows.items()])


@pytest.mark.usefixtures("balances")
def test_an_item_of_unknown_balance_is_not_taken_for_settled(found):
    assert found(open="true") == ["owed", "credit", "unknown"]
    assert found(open="false") == ["settled"]


@pytest.mark.usefixtures("balances")
def test_neither_a_credit_nor_a_settled_item_is_overdue(found):
    assert found(overdue="true") == ["owed", "unknown"]
    assert found(overdue="false") == ["settled", "credit"]


@pytest.fixture
def due(invoice):
    today = datetime.now(UTC).date()
    for days in (-1, 0, 1, 30, 31):
        invoice(f"{days}", due_date=today - timedelta(days=days))
    invoice("never")


@pytest.mark.usefixtures("due")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"overdue": "true"}, ["1", "30", "31"]),
        ({"overdue": "false"}, ["-1", "0", "never"]),
        ({"overdueDaysMin": "30"}, ["30", "31"]),
        ({"overdueDaysMax": "30"}, ["1", "30"]),
        ({"overdueDaysMin": "2", "overdueDaysMax": "30"}, ["30"]),
    ],
)
def test_days_overdue_count_from_the_day_after_the_due_date(query, expected, found):
    assert found(**query) == expected


def test_rows_are_found_by_the_upload_that_last_changed_them(found, receipt):
    first = receipt([invoice_row(invoiceNumber=number) for number in ("1", "2")])["id"]
    second = receipt([invoice_row(invoiceNumber="2", status="paid")])["id"]
    assert (found(uploadId=first), found(uploadId=second)) == (["1"], ["2"])


def test_rows_are_found_since_they_were_created_or_changed(found, receipt):
    receipt([invoice_row(invoiceNumber=number) for number in ("1", "2")])
    moment = datetime.now(UTC)
    Invoice.objects.update(created_at=moment - timedelta(hours=2), updated_at=moment - timedelta(hours=2))
    Invoice.objects.filter(invoice_number="2").update(updated_at=moment)
    an_hour_ago = (moment - timedelta(hours=1)).isoformat()
    assert (found(updatedSince=an_hour_ago), found(createdSince=an_hour_ago)) == (["2"], [])
    assert found(updatedSince=moment.isoformat()) == ["2"]


def test_rows_that_deserve_a_warning_are_found(found, receipt):
    receipt(
        [
            invoice_row(invoiceNumber="unknown field", colour="red"),
            invoice_row(invoiceNumber="no amount", balanceAmount="see letter"),
            invoice_row(invoiceNumber="sound", balanceAmount="12"),
        ]
    )
    assert found(hasWarning="true") == ["unknown field", "no amount"]
    assert found(hasWarning="false") == ["sound"]


BAD = {
    "dueDate__gte": ["31.01.2026", "2026-02-30", "tomorrow"],
    "openAmount__lte": ["1,5", "abc", "NaN", "Infinity", "2e50", "1e400"],
    "open": ["yes", "1", "TRUE"],
    "overdue": ["no"],
    "overdueDaysMin": ["0", "-1", "1.5", "x", "100001"],
    "updatedSince": ["yesterday", "2026-13-01T00:00:00Z"],
    "uploadId": ["1", "zzz"],
    "hasWarning": ["maybe"],
    "invoiceNumber": ["a\0b"],
    "ordering": ["amount", "--id", "-"],
    "count": ["yes"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_value_is_refused_by_name(name, value, client, account):
    InvoiceFactory(account=account)
    response = client.get(INVOICES, {name: value})
    assert response.status_code == 400, response.content
    assert {error["field"] for error in response.json()["errors"]} == {name}


def test_an_unknown_ordering_is_refused_with_the_known_ones(client):
    [error] = client.get(INVOICES, {"ordering": "colour"}).json()["errors"]
    assert error["code"] == "unknown_ordering"
    assert "Known: id, invoiceNumber, customerNumber, dueDate, openAmount, updatedAt;" in error["message"]


@pytest.mark.parametrize(
    ("moment", "is_found"),
    [
        ("2026-01-01T23:59:00+23:59", True),
        ("2025-12-31T08:00:01-16:00", False),
        ("2025-12-31T08:00:00-16:00", True),
        ("0001-01-01T00:00:00+14:00", True),
        ("9999-12-31T23:59:59-23:59", False),
    ],
)
def test_a_moment_may_have_any_offset(moment, is_found, found, invoice):
    invoice("1")
    Invoice.objects.update(updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert found(updatedSince=moment) == ["1"] * is_found


@pytest.mark.parametrize("number", ["1e-99999", "-1e999999999", "1." + "0" * 20_000, "1" * 51])
@pytest.mark.parametrize("name", AMOUNTS)
def test_a_number_of_very_many_digits_is_refused(name, number, client, account):
    response = client.get(INVOICES, {f"{name}__gte": number})
    assert (response.status_code, {error["field"] for error in response.json()["errors"]}) == (400, {f"{name}__gte"})


@pytest.mark.parametrize("number", ["4.9999999999", "5e0", "-1e49", "0e99999", "0.1" + "0" * 40])
def test_a_bound_may_have_more_digits_than_an_amount(number, found, invoice):
    invoice("1", invoice_amount=5)
    assert found(invoiceAmount__gte=number) == ["1"]
