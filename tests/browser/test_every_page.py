"""Every main page of the admin, in light, in dark and on a telephone: axe-core finds no fault, nothing is too wide."""

import random
from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from apiauth.models import Account, ApiKey
from config.demo import customer_rows, invoice_rows
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.factories import invoice_row

pytestmark = pytest.mark.django_db(transaction=True)

TELEPHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}
LISTS = [Invoice, Customer, Upload, Account, ApiKey]


@pytest.fixture
def _filled(receipt, errors):
    """A little of everything: what is owed, a credit, an upload that was refused."""
    chance = random.Random(4711)  # noqa: S311
    customers = customer_rows(chance)[:20]
    receipt(customers, "customers")
    receipt(list(invoice_rows(chance, customers, date(2026, 1, 31)))[:150])
    errors([invoice_row(invoiceAmount="much")])


def pages():
    lists = [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in LISTS]
    newest = [(model, model.objects.latest("created_at").pk) for model in LISTS]
    details = [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_change", args=[pk]) for model, pk in newest]
    return [reverse("admin:index"), *lists, *details, reverse("admin:apiauth_apikey_add")]


def faults(back_office):
    """Return what is seriously wrong with the page: the rule and where it is broken."""
    found = Axe().run(back_office.page).response["violations"]
    return [
        f"{back_office.page.url}: {rule['help']}: {node['html'][:300]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def faults_of_all(back_office):
    found = []
    for path in pages():
        back_office.open(path)
        found += faults(back_office)
    return found


@pytest.mark.usefixtures("_filled")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(back_office, scheme):
    back_office.page.emulate_media(color_scheme=scheme)
    assert faults_of_all(back_office) == []


@pytest.mark.usefixtures("_filled")
def test_no_page_is_wider_than_a_telephone(back_office):
    back_office.page.set_viewport_size(TELEPHONE)
    widths = {}
    for path in pages():
        back_office.open(path)
        widths[path] = back_office.page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in widths.items() if width > TELEPHONE["width"]} == {}


def test_the_page_of_logging_in_has_no_serious_fault_of_accessibility(browser, gunicorn):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{gunicorn.port}/admin/login/")
        found = Axe().run(page).response["violations"]
    assert [rule["help"] for rule in found if rule["impact"] in SERIOUS] == []
