"""One customer's number, padded with zeros by one night's export and not by another's: money counts once."""

from customers.models import Customer
from receivables.models import Invoice
from tests.factories import customer_row, invoice_row

PADDED, PLAIN = "0000077009", "77009"


def test_an_invoice_sent_padded_and_then_not_is_one_invoice(receipt):
    receipt([invoice_row(customerNumber=PADDED)])
    answer = receipt([invoice_row(customerNumber=PLAIN)])
    assert (answer["created"], answer["updated"]) == (0, 1)
    assert [total["openAfter"] for total in answer["totals"]] == ["12112"]


def test_the_number_is_kept_as_it_was_sent_last(receipt):
    receipt([invoice_row(customerNumber=PADDED)])
    receipt([invoice_row(customerNumber=PLAIN)])
    assert Invoice.objects.get().customer_number == PLAIN


def test_a_customer_sent_padded_and_then_not_is_one_customer(receipt):
    receipt([customer_row(customerno=PADDED)], "customers")
    assert receipt([customer_row(customerno=PLAIN)], "customers")["updated"] == 1
    assert Customer.objects.get().customer_number == PLAIN


def test_both_spellings_in_one_array_count_once(receipt):
    answer = receipt([invoice_row(customerNumber=PADDED), invoice_row(customerNumber=PLAIN)])
    assert (answer["created"], answer["unchanged"]) == (1, 1)
    assert answer["totals"][0]["openAfter"] == "12112"


def test_both_spellings_that_contradict_each_other_are_refused(errors):
    refused = errors([invoice_row(customerNumber=PADDED), invoice_row(customerNumber=PLAIN, invoiceAmount=1)])
    assert [error["code"] for error in refused] == ["conflicting_duplicate"] * 2


def test_zeros_before_letters_tell_customers_apart(receipt):
    assert receipt([invoice_row(customerNumber="0A1"), invoice_row(customerNumber="A1")])["created"] == 2


def test_zeros_of_an_invoice_number_tell_invoices_apart(receipt):
    assert receipt([invoice_row(invoiceNumber="007"), invoice_row(invoiceNumber="7")])["created"] == 2
