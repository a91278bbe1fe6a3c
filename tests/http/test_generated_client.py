"""A client that openapi-python-client makes of the committed OpenAPI document, on the real server."""

import datetime
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from config.api.negotiation import LINES, OTHER_LINES

PACKAGE = "receivables_client"
with_rows = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def generated(tmp_path_factory) -> Iterator[str]:
    """Generate the package, let it be imported, and return what the generator said."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "config.yaml").write_text("post_hooks: []")  # they would format the code, and need ruff on the PATH
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    document, config = settings.BASE_DIR / "tests" / "openapi.yaml", folder / "config.yaml"
    places = ["--path", str(document), "--config", str(config), "--output-path", str(folder / PACKAGE)]
    done = subprocess.run([*command, *places], cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    with pytest.MonkeyPatch.context() as environment:
        environment.syspath_prepend(folder)
        yield done.stdout + done.stderr


@pytest.fixture
def models(generated) -> Any:
    return import_module(f"{PACKAGE}.models")


@pytest.fixture
def api(generated, gunicorn, pair) -> Iterator[Any]:
    """The operations, each as a function that logs in with the pair in the published headers."""
    client = import_module(f"{PACKAGE}.client").AuthenticatedClient(
        base_url=f"http://127.0.0.1:{gunicorn.port}",
        token=pair["api_secret"],
        auth_header_name="api_secret",
        prefix="",
        headers={"api_key": pair["api_key"]},
    )

    def operation(tag: str, name: str) -> Any:
        module = import_module(f"{PACKAGE}.api.{tag}.{name}")
        return lambda *ids, **options: module.sync(*ids, client=client, **options)

    with client:
        yield SimpleNamespace(**{name: operation(tag, name) for tag, names in OPERATIONS.items() for name in names})


OPERATIONS = {
    "account": ["whoami"],
    "customers": ["get_customer", "list_customers", "list_customer_changes", "list_customer_invoices"],
    "invoices": ["get_invoice", "list_invoices", "list_invoice_changes"],
    "reports": ["get_aging_report"],
    "uploads": [
        *("get_upload", "list_uploads", "list_upload_errors", "list_rejected_rows"),
        *("upload_customers", "upload_invoices"),
    ],
}


@pytest.fixture
def row(models) -> Any:
    """Make an invoice to upload."""
    return lambda number, amount, **values: models.InvoiceRow(
        customer_number="4711", invoice_number=number, invoice_amount=amount, currency="USD", **values
    )


def test_the_generator_understands_all_but_bodies_that_are_no_json(generated):
    """It writes JSON bodies and no lines of JSON: for their media types of two uploads it says so."""
    lines = [line.strip() for line in generated.splitlines()]
    warnings = [line for line in lines if line.startswith(("WARNING", "Unable", "Unsupported", "Cannot", "Could"))]
    of_lines = [f"Unsupported content type {media_type}" for media_type in (LINES, *OTHER_LINES)]
    of_uploads = [f"WARNING parsing POST /jsonApi/upload/{resource} within uploads." for resource in SENT]
    assert sorted(warnings) == sorted([*2 * of_lines, *len(of_lines) * of_uploads])


SENT = ("customers", "invoices")


@with_rows
def test_it_knows_who_calls(api, models, pair):
    me = api.whoami()
    assert (me.key, me.scopes) == (pair["api_key"], [models.Scope.READ, models.Scope.UPLOAD])


@with_rows
def test_it_uploads_invoices_and_reads_them_back_with_their_types(api, models, row):
    receipt = api.upload_invoices(body=[row("1", 12112, due_date=datetime.date(2026, 1, 31)), row("2", 5)])
    assert isinstance(receipt, models.Receipt)
    assert (receipt.outcome, receipt.created, receipt.totals[0].open_after) == (models.Outcome.ACCEPTED, 2, "12117")
    assert api.get_upload(receipt.id).to_dict() == receipt.to_dict()
    first = api.list_invoices().results[0]
    invoice = api.get_invoice(first.id)
    assert isinstance(invoice, models.Invoice)
    assert (invoice.open_amount, invoice.due_date) == (12112, datetime.date(2026, 1, 31))


@with_rows
def test_it_uploads_customers_and_reads_what_they_owe(api, models, row):
    customer = models.CustomerRow(customerno="4711", emailaddress1="john.doe@example.com", phoneno=None)
    assert api.upload_customers(body=customer).created == 1
    api.upload_invoices(body=[row("1", 7)])
    [stored] = api.list_customers(customerno="0004711").results
    assert api.get_customer(stored.id).emailaddress1 == "john.doe@example.com"
    assert [invoice.invoice_number for invoice in api.list_customer_invoices(stored.id).results] == ["1"]


@with_rows
def test_it_walks_the_pages_of_a_list_in_an_order(api, models, row):
    api.upload_invoices(body=[row("2", 1), row("1", 1), row("3", 1)])
    asked = {"ordering": models.ListInvoicesOrdering.INVOICE_NUMBER_DESCENDING, "page_size": 2}
    first = api.list_invoices(**asked, count=True)
    [cursor] = parse_qs(urlsplit(first.next_).query)["cursor"]
    second = api.list_invoices(**asked, cursor=cursor)
    assert (first.count, second.next_) == (3, None)
    assert [invoice.invoice_number for invoice in [*first.results, *second.results]] == ["3", "2", "1"]


@with_rows
def test_it_filters_a_list_and_chooses_fields(api, row):
    api.upload_invoices(body=[row("1", 1), row("2", 2), row("3", 3)])
    found = api.list_invoices(invoice_number_in="1,2", open_=True, invoice_amount_gte=2, fields="invoiceNumber")
    assert [invoice.to_dict() for invoice in found.results] == [{"invoiceNumber": "2"}]


def test_it_asks_for_a_file_without_a_size_of_pages_which_would_be_refused(models):
    listing = import_module(f"{PACKAGE}.api.invoices.list_invoices")
    asked = listing._get_kwargs(format_=models.ListInvoicesFormat.CSV)
    assert asked["params"] == {"format": "csv", "ordering": "id"}


@with_rows
def test_it_reads_the_aging_report(api, row):
    api.upload_invoices(body=[row("1", 100, due_date=datetime.date(2026, 1, 31))])
    report = api.get_aging_report(as_of=datetime.date(2026, 3, 31), known_at="now", buckets="30,60")
    [owed] = report.results
    assert (owed.group, owed.total) == ("4711", "100")
    assert {bucket.label: bucket.amount for bucket in owed.buckets}["31-60"] == "100"


@with_rows
def test_it_reads_what_a_lenient_upload_left_and_what_changed(api, models, row):
    api.upload_invoices(body=[row("1", 1)])
    receipt = api.upload_invoices(body=[row("1", 2), row("2", 0.5)], prefer="handling=lenient")
    assert (receipt.outcome, receipt.updated, receipt.rejected) == (models.Outcome.PARTIAL, 1, 1)
    assert api.list_upload_errors(receipt.id).results[0].code == "too_many_decimal_places"
    assert api.list_rejected_rows(receipt.id)[0].to_dict()["invoiceNumber"] == "2"
    assert api.list_uploads().results[0].id == receipt.id
    [entry] = api.list_invoice_changes(api.list_invoices().results[0].id).results
    change = entry.changes[0]
    assert (change.field, change.before, change.after) == ("invoiceAmount", 1, 2)


@with_rows
def test_it_reads_errors_as_problems(api, models, row):
    refusal = api.upload_invoices(body=[row("1", 0.5)])
    assert isinstance(refusal, models.UploadProblem)
    assert (refusal.status, refusal.errors[0].code) == (400, "too_many_decimal_places")
    nothing = api.get_invoice(1)
    assert isinstance(nothing, models.Problem)
    assert nothing.status == 404
