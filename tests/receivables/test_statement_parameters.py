"""What a statement is asked for in vain: refused, with the field and the remedy."""

import pytest

from receivables.reports.statement_views import MOST_ITEMS, MOST_ITEMS_ON_PAPER
from tests.factories import InvoiceFactory, invoice_row
from tests.receivables.statements import AS_OF, address, answer, table
from tests.receivables.test_aging_parameters import BASIS, DAY, DAYS

FROM = "from is a day written as 2026-01-31. Leave it out to have all items listed."


def refused(client, customer, **query):
    response = client.get(address(customer), query)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    return [(error["field"], error["message"]) for error in response.json()["errors"]]


@pytest.mark.parametrize("form", ["json", "csv", "pdf"])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("asOf", "20260630", DAY),
        ("from", "soon", FROM),
        ("from", "2026-02-30", FROM),
        ("from", "2026-01-31T00:00:00Z", FROM),
        ("from", "a\0b", FROM),
        ("buckets", "30,30", DAYS),
        ("dateBasis", "postDate", BASIS),
    ],
)
def test_an_ill_formed_parameter_is_refused_with_its_remedy(name, value, message, form, client, customer):
    assert refused(client, customer, format=form, **{name: value}) == [(name, message)]


@pytest.mark.parametrize("form", ["xml", "PDF", "ndjson", "a\0b"])
def test_an_unknown_format_is_refused_with_the_known_ones(form, client, customer):
    assert refused(client, customer, format=form) == [("format", f"{form!r} is no format here. Known: json, csv, pdf.")]


def test_a_first_day_after_the_last_is_refused(client, customer):
    message = "from lies after asOf, 2026-06-30. Give an earlier from, or a later asOf."
    assert refused(client, customer, asOf=AS_OF, **{"from": "2026-07-01"}) == [("from", message)]


def test_a_first_day_that_is_the_last_is_taken(client, customer):
    assert answer(client, customer, **{"from": AS_OF}).json()["from"] == AS_OF


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_statement_is_only_read(method, client, customer):
    assert getattr(client, method)(address(customer)).status_code == 405


@pytest.mark.parametrize(("form", "most"), [("json", MOST_ITEMS), ("pdf", MOST_ITEMS_ON_PAPER)])
def test_more_items_than_a_document_holds_are_refused_with_the_remedy(form, most, client, account, customer, receipt):
    item = {"customerNumber": "4711", "invoiceDate": "2026-06-01"}
    receipt([invoice_row(**item, invoiceNumber=f"M{n}") for n in range(most)])
    InvoiceFactory(account=account, invoice_date="2026-07-01")
    answer(client, customer, format=form)
    InvoiceFactory(account=account, invoice_date="2026-05-01")
    message = f"More than {most} items are to be listed. Give a later from, or take them all with format=csv."
    assert refused(client, customer, asOf=AS_OF, knownAt="now", format=form) == [("from", message)]
    answer(client, customer, **{"format": form, "from": "2026-06-02"})
    assert len(table(client, customer)) == 1 + most + 1 + 1


@pytest.mark.parametrize("kind", ["csv", "pdf"])
def test_a_statement_is_described_in_json_whatever_file_is_asked_for(kind, client, customer):
    response = client.options(f"{address(customer)}?format={kind}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
