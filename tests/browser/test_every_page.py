"""Every main page of the admin, light and dark, wide and narrow: axe-core finds no fault, and all is in view."""

import json
import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.urls import reverse

from apiauth.models import Account, ApiKey
from config.demo import customer_rows, invoice_rows
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.browser.back_office import BackOffice
from tests.factories import invoice_row

pytestmark = pytest.mark.django_db(transaction=True)

SERIOUS = {"serious", "critical"}
COLOURS = "color-contrast"  # by far the slowest rule
# Width, theme, and what is looked at: a page that turns dark changes its colours alone, one that turns narrow all else.
VIEWS: list[tuple[int, str, dict[str, Any]]] = [
    (1280, "light", {}),
    (1280, "dark", {"runOnly": [COLOURS]}),
    (360, "light", {"rules": {COLOURS: {"enabled": False}}}),
]
WITH_PAGES = [Account, ApiKey, Customer, Group, Invoice, Upload, User]
ADDED = [ApiKey, Group, User]


@pytest.fixture
def _filled(receipt, errors):
    """A little of everything: what is owed, a credit, an upload that was refused."""
    chance = random.Random(4711)  # noqa: S311
    customers = customer_rows(chance)[:6]
    receipt(customers, "customers")
    receipt(list(invoice_rows(chance, customers, date(2026, 1, 31)))[:15])
    errors([invoice_row(invoiceAmount="much")])


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


def addresses() -> list[str]:
    lists = [address(model, "changelist") for model in WITH_PAGES]
    newest = [address(model, "change", model.objects.latest("pk").pk) for model in WITH_PAGES if model is not Upload]
    refused = address(Upload, "change", Upload.objects.latest("created_at").pk)
    added = [address(model, "add") for model in ADDED]
    passwords = [reverse("admin:password_change"), address(User, "password_change", User.objects.get().pk)]
    return [reverse("admin:index"), *lists, *newest, refused, *added, *passwords]


def refused_addresses() -> dict[int, str]:
    return {403: address(Invoice, "add"), 404: "/admin/nothing/"}


def opened(back_office: BackOffice) -> Iterator[None]:
    """Open page after page, those as well that one comes to by a form alone."""
    page = back_office.page
    for path in addresses():
        back_office.open(path)
        yield
    for status, path in refused_addresses().items():
        assert page.goto(back_office.address + path).status == status
        assert str(status) in back_office.troubles.pop()
        yield
    back_office.open(address(Upload, "add"))
    yield
    rows = json.dumps([invoice_row(), invoice_row(invoiceAmount="much")]).encode()
    page.locator("#id_file").set_input_files({"name": "night.json", "mimeType": "", "buffer": rows})
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url("**/drafts/*/")
    yield
    back_office.open(address(ApiKey, "add"))
    page.get_by_label("Account").select_option(label=Account.objects.get().name)
    page.get_by_label("Name").fill("SAP nightly feed")
    page.get_by_role("button", name="Make the pair").click()
    page.get_by_text("Copy the secret now").wait_for()
    yield
    page.context.clear_cookies()
    back_office.open()
    yield


def faults(page: Any, width: int, theme: str, rules: dict[str, Any]) -> list[str]:
    """Return what is seriously wrong with the page: the rule and where it is broken."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("(theme) => { Alpine.$data(document.documentElement).adminTheme = theme; }", theme)
    axe = Axe("") if page.evaluate("Boolean(window.axe)") else Axe()
    found = axe.run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
    told = [(rule["help"], node["html"][:300]) for rule in found if rule["impact"] in SERIOUS for node in rule["nodes"]]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        told.append(("The page is wider than the window", ""))
    return [f"{page.url}, {theme}, {width}: {rule}: {where}" for rule, where in told]


@pytest.mark.usefixtures("_filled")
def test_no_page_has_a_serious_fault_of_accessibility_or_is_wider_than_the_window(back_office):
    page, found = back_office.page, []
    for _ in opened(back_office):
        page.add_style_tag(content="* { transition: none !important; }")
        found += [fault for view in VIEWS for fault in faults(page, *view)]
    assert found == []
