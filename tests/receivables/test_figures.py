"""What an account's items add up to: the same as the aging report and plain SQL say, of one moment, and exact."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count, Sum
from django.utils import timezone
from hypothesis import given

from receivables.figures.computing import computed
from receivables.figures.sums import Amount, Figures, Movement, Position, merged
from receivables.models import OPEN, Invoice, InvoiceChange, overdue, today
from receivables.reports.moments import end_of_day
from receivables.uploads.models import Upload
from tests.factories import CustomerFactory, InvoiceFactory, invoice_row
from tests.lanes import rolled_back
from tests.receivables.aging import rows
from tests.receivables.any_items import few_examples, uploads

LONG_AGO = timedelta(days=3)
BEGINNING = end_of_day(today() - timedelta(days=2))  # what movements of today are counted from


def figures_of(account):
    return computed(account.pk, today())


def moved(account):
    """Return the movements as {(currency, kind): (items, amount)}."""
    return {(one.currency, one.kind): (one.items, one.amount) for one in figures_of(account).movements}


@pytest.fixture
def send(receipt):
    return lambda **values: receipt([invoice_row(currency="EUR", **values)])


@pytest.fixture
def grown_old(send):
    """Upload an invoice as it came days ago."""

    def upload(**values):
        send(**values)
        moment = timezone.now() - LONG_AGO
        Invoice.objects.update(created_at=moment, updated_at=moment)
        InvoiceChange.objects.update(changed_at=moment, valid_from=moment)

    return upload


@few_examples
@given(sent=uploads)
def test_the_figures_of_whatever_is_uploaded_are_those_of_the_aging_report(receipt, client, account, sent):
    type(account).objects.update(amount_decimal_places=4)
    with rolled_back():
        if sent:
            receipt(sent)
        told = rows(client, groupBy="currency", asOf=str(today()), buckets="30,60,90")
        found = sorted(figures_of(account).positions, key=lambda position: position.currency)
    assert [(row["currency"], Decimal(row["total"])) for row in told] == [(one.currency, one.total) for one in found]
    assert [[Decimal(part["amount"]) for part in row["buckets"]] for row in told] == [
        [part.amount for part in one.parts] for one in found
    ]
    assert [row["items"] for row in told] == [sum(part.items for part in one.parts) for one in found]
    assert [row["itemsWithoutAmount"] for row in told] == [one.without_amount for one in found]


@few_examples
@given(sent=uploads)
def test_what_is_overdue_is_what_sql_finds_overdue(receipt, account, sent):
    type(account).objects.update(amount_decimal_places=4)
    with rolled_back():
        if sent:
            receipt(sent)
        found = Invoice.objects.filter(overdue(today())).exclude(open_amount=None).values_list("currency")
        sums = {currency: Amount(*sums) for currency, *sums in found.annotate(Count("id"), Sum("open_amount"))}
        figures = figures_of(account)
        open_count = Invoice.objects.filter(OPEN).count()
    assert {one.currency: one.overdue for one in figures.positions if one.overdue.items} == sums
    assert sum(one.items for one in figures.positions) == open_count


@few_examples
@given(first=uploads, then=uploads)
def test_movements_lead_from_what_was_open_to_what_is(receipt, account, first, then):
    type(account).objects.update(amount_decimal_places=4)
    with rolled_back():
        if first:
            receipt(first)
        moment = timezone.now() - LONG_AGO
        Invoice.objects.update(created_at=moment, updated_at=moment)
        before = open_by_currency()
        if then:
            receipt(then)
        after = open_by_currency()
        movements = figures_of(account).movements
    for movement in movements:
        before[movement.currency] = before.get(movement.currency, 0) + movement.amount
    assert {currency: total for currency, total in before.items() if total} == after


def open_by_currency():
    found = Invoice.objects.values_list("currency").annotate(Sum("open_amount")).order_by()
    return {currency: total for currency, total in found if total}


def test_an_invoice_that_came_yesterday_or_later_is_new(account, send):
    send(invoiceAmount=70)
    assert moved(account) == {("EUR", "new"): (1, 70)}


def test_an_invoice_that_came_before_and_did_not_change_is_no_movement(account, grown_old):
    grown_old(invoiceAmount=70)
    assert moved(account) == {}


def test_a_payment_is_what_the_open_amount_went_down_by(account, grown_old, send):
    grown_old(invoiceAmount=70)
    send(invoiceAmount=70, balanceAmount="50")
    send(invoiceAmount=70, balanceAmount="20")
    assert moved(account) == {("EUR", "reduced"): (1, -50)}


def test_what_was_settled_and_is_open_again_is_reopened(account, grown_old, send):
    grown_old(invoiceAmount=70, balanceAmount="0")
    send(invoiceAmount=70, balanceAmount="30")
    assert moved(account) == {("EUR", "reopened"): (1, 30)}


def test_what_went_down_and_up_again_is_no_movement(account, grown_old, send):
    grown_old(invoiceAmount=70, balanceAmount="70")
    send(invoiceAmount=70, balanceAmount="0")
    send(invoiceAmount=70, balanceAmount="70")
    assert moved(account) == {}


def test_a_change_of_currency_moves_both_totals(account, grown_old, receipt):
    grown_old(invoiceAmount=70)
    receipt([invoice_row(currency="USD", invoiceAmount=70)])
    assert moved(account) == {("EUR", "currency"): (1, -70), ("USD", "currency"): (1, 70)}


def test_an_indicator_that_turns_a_debit_into_a_credit_is_a_movement(account, grown_old, send):
    grown_old(invoiceAmount=70, debitCreditIndicator="S")
    send(invoiceAmount=70, debitCreditIndicator="H")
    assert moved(account) == {("EUR", "other"): (1, -140)}


def test_a_balance_that_became_a_text_takes_its_amount_with_it(account, grown_old, send):
    grown_old(invoiceAmount=70, balanceAmount="70")
    send(invoiceAmount=70, balanceAmount="see letter")
    assert moved(account) == {("EUR", "other"): (1, -70)}


def test_a_settled_item_is_settled_and_no_payment_in_part(account, grown_old, send):
    grown_old(invoiceAmount=70)
    send(invoiceAmount=70, balanceAmount="0")
    assert moved(account) == {("EUR", "settled"): (1, -70)}


def test_movements_count_from_the_beginning_of_yesterday(account, send):
    send(invoiceAmount=70)
    assert figures_of(account).since == BEGINNING


def test_movements_count_from_an_upload_of_which_it_is_not_known_what_it_changed(account, send):
    send(invoiceAmount=70)
    send(invoiceAmount=70, balanceAmount="50")
    upload = Upload.objects.latest("merged_at")
    Upload.objects.filter(pk=upload.pk).update(has_full_history=False)
    InvoiceChange.objects.update(valid_from=None)
    send(invoiceAmount=70, balanceAmount="20")
    assert figures_of(account).since == upload.merged_at
    assert moved(account) == {("EUR", "reduced"): (1, -30)}


def test_a_first_upload_by_an_earlier_release_is_new_all_the_same(account, send):
    send(invoiceAmount=70)
    Upload.objects.update(has_full_history=False)
    assert figures_of(account).since == BEGINNING
    assert moved(account) == {("EUR", "new"): (1, 70)}


def test_changes_of_other_accounts_are_in_no_figure(account, grown_old, send):
    InvoiceFactory(currency="EUR", invoice_amount=5)
    grown_old(invoiceAmount=70)
    assert [position.total for position in figures_of(account).positions] == [70]
    assert moved(account) == {}


def test_customers_with_the_largest_overdue_amounts_come_first_and_are_named(account):
    due = today() - timedelta(days=40)
    for number, amount in [("0011", 30), ("11", 25), ("12", 50), ("13", 5)]:
        InvoiceFactory(account=account, customer_number=number, invoice_amount=amount, currency="EUR", due_date=due)
    InvoiceFactory(account=account, customer_number="14", invoice_amount=99, currency="EUR", due_date=today())
    customer = CustomerFactory(account=account, customer_number="000011", company_name="Eleven Ltd")
    InvoiceFactory(
        account=account, customer_number="13", invoice_amount=1, customer_name="Thirteen", currency="EUR", due_date=due
    )
    debtors = figures_of(account).debtors
    assert [(one.number, one.name, one.customer, one.items, one.amount) for one in debtors] == [
        ("11", "Eleven Ltd", customer.pk, 2, 55),
        ("12", "", None, 1, 50),
        ("13", "Thirteen", None, 2, 6),
    ]
    assert {one.oldest_due_date for one in debtors} == {due}


def test_of_each_currency_the_ten_largest_debtors_are_told(account):
    due = today() - timedelta(days=1)
    for number in range(1, 13):
        for currency in ("EUR", "USD"):
            InvoiceFactory(
                account=account, customer_number=number, invoice_amount=number, currency=currency, due_date=due
            )
    told = [(one.currency, one.amount) for one in merged([figures_of(account)]).debtors]
    assert told == [(currency, amount) for currency in ("EUR", "USD") for amount in range(12, 2, -1)]


def test_doubtful_items_are_counted_by_what_they_lack(account):
    CustomerFactory(account=account, customer_number="0000004711")
    fine = {"account": account, "currency": "EUR", "due_date": today()}
    InvoiceFactory(**fine)
    InvoiceFactory(**fine | {"due_date": None})
    InvoiceFactory(**fine | {"due_date": None, "invoice_amount": 0})  # settled: nobody will call for it
    InvoiceFactory(**fine | {"customer_number": "4712"})
    InvoiceFactory(**fine | {"balance_text": "see letter"})
    for currency in ("", "Euro"):
        InvoiceFactory(**fine | {"currency": currency})
    assert figures_of(account).doubts == {
        "no_due_date": 1,
        "unknown_customer": 1,
        "no_amount": 1,
        "unknown_currency": 2,
    }


def test_an_account_without_rows_has_figures_of_nothing(account):
    nothing = {"no_due_date": 0, "unknown_customer": 0, "no_amount": 0, "unknown_currency": 0}
    assert figures_of(account) == Figures([], BEGINNING, [], [], nothing)


def of_one(currency, amount):
    parts = [Amount(1, Decimal(amount))] + [Amount(0, Decimal(0))] * 6
    doubts = {"no_due_date": 1, "unknown_customer": 0, "no_amount": 0, "unknown_currency": 0}
    movement = Movement(currency, "new", 1, Decimal(amount))
    return Figures([Position(currency, Decimal(amount), parts, 0)], BEGINNING, [movement], [], doubts)


def test_figures_of_several_accounts_are_added_by_currency_and_exactly():
    largest = "9223372036854775807.0001"
    together = merged([of_one("EUR", largest)] * 100_000 + [of_one("USD", "7")])
    assert [(one.currency, one.total, one.items) for one in together.positions] == [
        ("EUR", Decimal("922337203685477580700010.0000"), 100_000),
        ("USD", Decimal(7), 1),
    ]
    assert [(one.currency, one.items, one.amount) for one in together.movements] == [
        ("EUR", 100_000, Decimal("922337203685477580700010.0000")),
        ("USD", 1, Decimal(7)),
    ]
    assert together.doubts["no_due_date"] == 100_001
