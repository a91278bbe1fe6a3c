"""What is on paper: what is read, and nothing that is pressed."""

import pytest
from django.urls import reverse

from tests.factories import CustomerFactory, InvoiceFactory
from tests.uploads.loads import withheld_load
from tests.uploads.staff import LOADS

pytestmark = pytest.mark.django_db(transaction=True)

UNFOLDED = ".upload-details > summary"  # is the heading of what is below it
PRESSED = f"button, #nav-sidebar, .skip-link, nav, summary:not({UNFOLDED}), input:not([type=hidden]), select, textarea"
SEEN = f"""() => [...document.querySelectorAll("{PRESSED}")].filter((element) => {{
  const {{ width, height }} = element.getBoundingClientRect();
  return width > 1 && height > 1 && element.checkVisibility() && getComputedStyle(element).clipPath === "none";
}}).map((element) => element.outerHTML.slice(0, 200))"""
STYLES = """(part) => [...document.querySelectorAll(part)].map((element) => {
  const { display, printColorAdjust } = getComputedStyle(element);
  return [display, printColorAdjust];
})"""


@pytest.fixture
def addresses(upload):
    withheld = withheld_load(upload)
    invoice = InvoiceFactory(customer_number="4711", currency="EUR")
    customer = CustomerFactory(account=invoice.account, customer_number="4711")
    lists = [reverse(f"admin:{name}_changelist") for name in ("receivables_invoice", "customers_customer")]
    rows = {"receivables_invoice": invoice.pk, "customers_customer": customer.pk}
    loads = [LOADS, *(f"{LOADS}{withheld.pk}/{page}/" for page in ("change", "confirm"))]
    reports = [reverse("aging-page"), f"{reverse('reconcile-page')}?totals=1000;USD;1"]
    return [
        *lists,
        *loads,
        *reports,
        "/admin/",
        *(reverse(f"admin:{name}_change", args=[pk]) for name, pk in rows.items()),
    ]


def test_paper_has_tables_with_their_heads_and_nothing_to_press(back_office, addresses):
    page, pressed, heads, colours = back_office.page, {}, set(), set()
    page.set_viewport_size({"width": 800, "height": 1100})  # narrower than any paper: lists are tables there, too
    page.emulate_media(media="print")
    for address in addresses:
        back_office.open(address)
        pressed |= {address: seen} if (seen := page.evaluate(SEEN)) else {}
        heads |= {display for display, _ in page.evaluate(STYLES, "#result_list thead")}
        colours |= {adjust for _, adjust in page.evaluate(STYLES, ".bar span, .aging-bar span, .swatch")}
    assert pressed == {}
    assert (heads, colours) == ({"table-header-group"}, {"exact"})


def test_paper_is_light_whatever_the_screen_is(back_office):
    page = back_office.page
    page.evaluate("document.documentElement.classList.add('dark')")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.evaluate("document.documentElement.classList.contains('dark')")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.classList.contains('dark')")
