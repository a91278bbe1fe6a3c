"""The service under a path of another host, in a real browser behind a real nginx."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from receivables.models import Invoice
from tests.browser.back_office import BackOffice
from tests.browser.documents import Documents
from tests.factories import invoice_row
from tests.http.prefixed import FORMS, PREFIX, under_a_prefix

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long pass phrase"


@pytest.fixture(scope="module", params=FORMS)
def outside(request, start, tmp_path_factory):
    with under_a_prefix(start, tmp_path_factory.mktemp("nginx"), request.param) as address:
        yield address


@pytest.fixture
def page(browser, outside):
    """A page that asks for nothing outside the prefix, and is refused nothing."""
    strays = []
    with browser.new_context(viewport={"width": 1280, "height": 1200}, locale="en-GB") as context:
        page = context.new_page()
        page.on("request", lambda request: strays.append(request.url) if not is_below(outside, request.url) else None)
        page.on("response", lambda answer: strays.append(answer.url) if answer.status >= 400 else None)
        yield page
    assert strays == []


def is_below(outside, url):
    return url.startswith((f"{outside}/", "data:", "blob:"))


def test_staff_log_in_look_around_and_upload_a_file(page, outside, account, receipt, tmp_path):
    receipt([invoice_row(invoiceNumber="9800", customerNumber="4711", currency="EUR")])
    User.objects.create_superuser("bea", password=PASSWORD)
    office = BackOffice(page, urlsplit(outside).port)
    office.address += PREFIX
    office.log_in("bea", PASSWORD)
    expect(page.get_by_role("main")).to_contain_text("Open")
    page.get_by_role("navigation").get_by_role("link", name="Customers").click()
    page.get_by_role("navigation").get_by_role("link", name="Invoices").click()
    page.get_by_role("link", name="9800").click()
    page.get_by_role("link", name="by this upload").click()
    page.get_by_role("navigation").get_by_role("link", name="Upload a file").click()
    path = tmp_path / "night.csv"
    path.write_text("customerNumber,invoiceNumber,invoiceAmount\n4711,new,100\n")
    page.locator("#id_file").set_input_files(path)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm and upload").click()
    page.wait_for_url(f"{outside}/admin/uploads/upload/*/change/")
    assert Invoice.objects.filter(invoice_number="new").count() == 1
    assert {cookie["path"] for cookie in page.context.cookies()} == {f"{PREFIX}/"}
    page.context.clear_cookies()
    page.reload()
    assert page.url.startswith(f"{outside}/admin/login/?next={PREFIX}/admin/uploads/")


def test_integrators_try_the_api_out(page, outside, pair):
    documents = Documents(page, urlsplit(outside).port, pair)
    documents.address = f"{outside}/jsonApi/docs"
    documents.open()
    documents.authorize_with_the_pair()
    assert documents.execute("account", "whoami")[0] == 200
    status, body = documents.execute("uploads", "uploadInvoices")
    assert (status, body["url"].startswith(f"{outside}/jsonApi/uploads/")) == (200, True)
