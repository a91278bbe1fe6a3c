"""Every main page of the admin, light and dark, wide and narrow: axe-core finds no fault, and all is in view."""

import json
import random
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group, User
from django.urls import reverse

from apiauth.models import Account, ApiKey
from customers.models import Customer
from receivables.management.commands.prepare_demo import customer_rows, invoice_rows
from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceTag, Tag
from receivables.uploads.models import FullLoad, Upload
from tests.browser.back_office import BackOffice
from tests.factories import invoice_row
from tests.uploads.loads import ledger, withheld_load

pytestmark = pytest.mark.django_db(transaction=True)

SERIOUS = {"serious", "critical"}
COLOURS = "color-contrast"  # by far the slowest rule
# Width, theme, and what is looked at: a page that turns dark changes its colours alone, one that turns narrow all else.
View = tuple[int, str, dict[str, Any] | None]
WIDE: View = (1280, "light", {})
DARK: View = (1280, "dark", {"runOnly": [COLOURS]})
NARROW: View = (360, "light", {"rules": {COLOURS: {"enabled": False}}})
EVERY_VIEW = [WIDE, DARK, NARROW]
# What staff seldom come to is made of the same parts: all of it is in view on a telephone, too.
FEW_VIEWS: list[View] = [WIDE, (360, "light", None)]
MAIN = [Customer, Invoice, Upload, FullLoad]
SELDOM = [Account, ApiKey, Group, Tag, User]
NEWEST = {Upload: "created_at", FullLoad: "began_at"}
ADDED = [ApiKey, Group, User]


@pytest.fixture
def _filled(receipt, errors, upload):
    """A little of everything: what is owed, a credit, an upload that was refused, a full load that is withheld."""
    chance = random.Random(4711)  # noqa: S311
    customers = customer_rows(chance)[:6]
    receipt(customers, "customers")
    receipt(list(invoice_rows(chance, customers, date(2026, 1, 31)))[:15])
    withheld_load(upload)
    errors([invoice_row(invoiceAmount="much")])
    invoice = Invoice.objects.latest("pk")
    InvoiceTag.objects.create(invoice=invoice, tag=Tag.objects.create(account=invoice.account, name="disputed"))


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_{page}", args=args)


def addresses(models: Iterable[Any]) -> list[str]:
    """Return the list of each model, and its newest row."""
    lists = [address(model, "changelist") for model in models]
    return lists + [address(model, "change", model.objects.latest(NEWEST.get(model, "pk")).pk) for model in models]


def seldom() -> list[str]:
    added = [address(model, "add") for model in ADDED]
    passwords = [reverse("admin:password_change"), address(User, "password_change", User.objects.get().pk)]
    person = User.objects.get().pk
    return [*addresses(SELDOM), *added, *passwords, address(User, "send_link", person)]


def renumbering() -> str:
    return f"{address(FullLoad, 'renumbering')}?account={Account.objects.get().pk}"


def refused_addresses() -> dict[int, str]:
    return {400: f"{address(Invoice, 'changelist')}?foo=bar", 403: address(Invoice, "add"), 404: "/admin/nothing/"}


def preview(back_office: BackOffice, rows: Any, *, is_full_load: bool = False) -> None:
    back_office.open(address(Upload, "add"))
    page, file = back_office.page, {"name": "night.json", "mimeType": "", "buffer": json.dumps(rows).encode()}
    page.locator("#id_file").set_input_files(file)  # type: ignore[arg-type]
    page.locator("#id_is_full_load").set_checked(is_full_load)
    page.get_by_role("button", name="Preview").click()
    page.wait_for_url("**/drafts/*/")


def opened_reports(back_office: BackOffice) -> Iterator[list[View]]:
    back_office.open(reverse("aging-page"))
    yield EVERY_VIEW
    back_office.open(f"{reverse('aging-page')}?asOf=2000-01-31")
    yield FEW_VIEWS
    back_office.open(reverse("reconcile-page"))
    for totals in ("1000;USD;abc", "1000;USD;1.000", "1000;USD;1900.00"):
        back_office.page.get_by_label("Totals of the ERP").fill(totals)
        back_office.page.get_by_role("button", name="Compare").click()
        yield EVERY_VIEW


def opened(back_office: BackOffice) -> Iterator[list[View]]:
    """Open page after page, those as well that one comes to by a form alone; yield how to look at each."""
    page = back_office.page
    for path in [reverse("admin:index"), *addresses(MAIN)]:
        back_office.open(path)
        yield EVERY_VIEW
    for path in seldom():
        back_office.open(path)
        yield FEW_VIEWS
    yield from opened_reports(back_office)
    for status, path in refused_addresses().items():
        assert page.goto(back_office.address + path).status == status
        assert str(status) in back_office.troubles.pop()
        yield FEW_VIEWS
    for path in (address(FullLoad, "confirm", FullLoad.objects.latest("began_at").pk), renumbering()):
        back_office.open(path)
        yield EVERY_VIEW
    back_office.open(address(Upload, "add"))
    yield EVERY_VIEW
    preview(back_office, [invoice_row(), invoice_row(invoiceAmount="much")])
    yield EVERY_VIEW
    preview(back_office, ledger(*range(6), currency="EUR"), is_full_load=True)
    page.get_by_text("Please look twice").wait_for()
    yield EVERY_VIEW
    back_office.open(address(ApiKey, "add"))
    page.get_by_label("Account").select_option(label=Account.objects.get().name)
    page.get_by_label("Name").fill("SAP nightly feed")
    page.get_by_role("button", name="Create the pair").click()
    page.get_by_text("Copy the secret now").wait_for()
    yield EVERY_VIEW
    back_office.open(address(User, "add"))
    page.get_by_label("First name").fill("Vera")
    page.get_by_label("E-mail address").fill("vera@example.com")
    page.get_by_label("Viewer:").check()
    page.get_by_role("button", name="Add and create the link").click()
    link = page.locator("#shown-link").inner_text()
    yield FEW_VIEWS
    page.context.clear_cookies()
    back_office.open()
    yield EVERY_VIEW
    page.goto(link)
    page.wait_for_url("**/set-password/*/")
    yield FEW_VIEWS
    for path in ("set_password", "admin_password_reset", "password_link_sent"):
        back_office.open(reverse(path))
        yield FEW_VIEWS
    back_office.open(reverse("password_reset_confirm", args=["x"]))
    yield FEW_VIEWS


def faults(page: Any, width: int, theme: str, rules: dict[str, Any] | None) -> list[str]:
    """Return what is seriously wrong with the page: the rule and where it is broken."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("(theme) => { Alpine.$data(document.documentElement).adminTheme = theme; }", theme)
    told = [] if rules is None else list(broken(page, rules))
    if page.evaluate("document.documentElement.scrollWidth") > width:
        told.append(("The page is wider than the window", ""))
    return [f"{page.url}, {theme}, {width}: {rule}: {where}" for rule, where in told]


def broken(page: Any, rules: dict[str, Any]) -> Iterator[tuple[str, str]]:
    axe = Axe("") if page.evaluate("Boolean(window.axe)") else Axe()
    for rule in axe.run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]:
        if rule["impact"] in SERIOUS:
            yield from ((rule["help"], node["html"][:300]) for node in rule["nodes"])


@pytest.mark.usefixtures("_filled")
def test_no_page_has_a_serious_fault_of_accessibility_or_is_wider_than_the_window(back_office):
    page, found = back_office.page, []
    for views in opened(back_office):
        page.add_style_tag(content="* { transition: none !important; }")
        found += [fault for view in views for fault in faults(page, *view)]
    assert found == []
