"""The page of the API's documents in a real browser: one logs in and tries the API out."""

import csv

import pytest

from tests.factories import invoice_row
from tests.http.wire import upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def invoice(gunicorn, pair):
    """An invoice that is stored, and older than any bucket of days."""
    row = invoice_row(currency="USD", dueDate="2020-01-31")
    assert upload(gunicorn.port, [row], pair).status == 200
    return row


def test_whoever_logs_in_with_the_pair_is_told_who_calls(documents):
    documents.authorize_with_the_pair()
    status, body = documents.execute("account", "whoami")
    assert (status, body["key"]) == (200, documents.pair["api_key"])


def test_whoever_logs_in_by_basic_is_told_who_calls(documents):
    documents.authorize(basic="{api_key}:{api_secret}".format(**documents.pair))
    status, body = documents.execute("account", "whoami")
    assert (status, body["key"]) == (200, documents.pair["api_key"])


def test_the_list_of_invoices_shows_what_is_stored_as_it_is_first_asked(invoice, documents):
    documents.authorize_with_the_pair()
    status, body = documents.execute("invoices", "listInvoices")
    assert (status, [row["invoiceNumber"] for row in body["results"]]) == (200, [invoice["invoiceNumber"]])


def test_the_aging_report_shows_what_is_owed_as_it_is_first_asked(invoice, documents):
    documents.authorize_with_the_pair()
    status, body = documents.execute("reports", "getAgingReport")
    assert status == 200
    assert [(row["group"], row["total"]) for row in body["results"]] == [("23123123", "12112")]


def test_the_upload_of_the_rows_that_are_shown_is_taken(documents):
    documents.authorize_with_the_pair()
    status, body = documents.execute("uploads", "uploadInvoices")
    assert (status, body["outcome"], body["received"], body["created"]) == (200, "accepted", 1, 1)


def test_the_list_of_invoices_can_be_had_as_a_file(invoice, documents):
    documents.authorize_with_the_pair()
    documents.choose("invoices", "listInvoices", "format", "csv")
    status, body = documents.execute_to_download("invoices", "listInvoices")
    [row] = csv.DictReader(body.splitlines())
    assert (status, row["invoiceNumber"]) == (200, invoice["invoiceNumber"])


def test_the_secret_does_not_stay_in_the_browser(documents):
    documents.authorize_with_the_pair()
    kept = documents.page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert documents.pair["api_secret"] not in kept
    documents.open()
    assert documents.page.locator("button.authorize.unlocked").count() > 0
