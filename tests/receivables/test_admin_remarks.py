"""Notes and tags on invoices: who may make them, and that they leave the invoice as it is."""

import pytest

from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceNote, InvoiceTag, Tag
from tests.conftest import client_of
from tests.factories import AccountFactory, InvoiceFactory, invoice_row
from tests.receivables.admin_pages import LIST, collector, page_of

COLLECTOR = ["view_invoice", "add_invoicenote", "delete_invoicenote", "add_invoicetag", "delete_invoicetag", "add_tag"]


@pytest.fixture
def invoice(account):
    return InvoiceFactory(account=account)


@pytest.fixture
def browser(account):
    return collector(account, permissions=COLLECTOR)


def post(browser, invoice, address, **values):
    return browser.post(f"{LIST}{invoice.pk}/{address}/", values)


def test_a_note_stands_in_the_history_under_its_author(browser, invoice):
    response = post(browser, invoice, "notes", text="Called: <pays> on Friday")
    assert (response.status_code, response.url) == (302, f"{page_of(invoice)}#note-{InvoiceNote.objects.get().pk}")
    page = browser.get(page_of(invoice))
    assert [entry.kind for entry in page.context["timeline"].entries] == ["note", "created"]
    assert "Called: &lt;pays&gt; on Friday" in page.content.decode()
    assert InvoiceNote.objects.get().author_username in page.content.decode()


@pytest.mark.parametrize(("address", "values"), [("notes", {"text": "paid?"}), ("tags", {"name": "VIP"})])
def test_a_remark_leaves_the_invoice_as_it_is(address, values, browser, invoice):
    before = Invoice.objects.values().get()
    post(browser, invoice, address, **values)
    assert Invoice.objects.values().get() == before


def test_an_upload_leaves_remarks_as_they_are(account, browser):
    sender = client_of(account)
    sender.post("/jsonApi/upload/invoices", [invoice_row()], format="json")
    invoice = Invoice.objects.get()
    post(browser, invoice, "notes", text="paid?")
    post(browser, invoice, "tags", name="VIP")
    sender.post("/jsonApi/upload/invoices", [invoice_row(invoiceAmount=1)], format="json")
    assert [note.text for note in invoice.notes.all()] == ["paid?"]
    assert [tag.name for tag in invoice.tags.all()] == ["VIP"]


def test_a_tag_is_the_same_in_capitals_or_not(browser, invoice):
    post(browser, invoice, "tags", name="Vip")
    post(browser, invoice, "tags", name="VIP")
    assert [tag.name for tag in invoice.tags.all()] == ["Vip"]


def test_a_tag_of_another_account_is_another_tag(browser, invoice):
    foreign = Tag.objects.create(account=AccountFactory(), name="VIP")
    post(browser, invoice, "tags", name="VIP")
    tag = invoice.tags.get()
    assert (tag.account_id, tag.pk == foreign.pk) == (invoice.account_id, False)


def test_a_tag_is_taken_off_the_invoice_alone(browser, invoice):
    post(browser, invoice, "tags", name="VIP")
    tag = Tag.objects.get()
    post(browser, invoice, f"tags/{tag.pk}/delete")
    assert (InvoiceTag.objects.count(), Tag.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("address", "values"),
    [("notes", {"text": " "}), ("notes", {"text": "x" * 4001}), ("tags", {"name": ""}), ("tags", {"name": "x" * 41})],
)
def test_a_remark_that_is_empty_or_too_long_is_refused(address, values, browser, invoice):
    page = browser.post(f"{LIST}{invoice.pk}/{address}/", values, follow=True)
    assert len(page.context["messages"]) == 1
    assert (InvoiceNote.objects.count(), Tag.objects.count()) == (0, 0)


REMARKS = [("notes", {"text": "x"}), ("tags", {"name": "x"}), ("notes/1/delete", {}), ("tags/1/delete", {})]


@pytest.mark.parametrize(("address", "values"), REMARKS)
def test_who_may_only_look_makes_no_remark(address, values, account, invoice):
    browser = collector(account, permissions=["view_invoice"])
    assert post(browser, invoice, address, **values).status_code == 403
    assert b"Add note" not in browser.get(page_of(invoice)).content


@pytest.mark.parametrize(("address", "values"), REMARKS)
def test_an_invoice_of_another_account_takes_no_remark(address, values, browser):
    foreign = InvoiceFactory()
    assert post(browser, foreign, address, **values).status_code == 403
    assert (InvoiceNote.objects.count(), Tag.objects.count()) == (0, 0)


@pytest.mark.parametrize("address", ["notes", "tags"])
def test_a_remark_is_not_made_by_looking(address, browser, invoice):
    response = browser.get(f"{LIST}{invoice.pk}/{address}/")
    assert (response.status_code, response.url) == (302, page_of(invoice) + "#history")


def test_a_new_tag_needs_the_permission_to_make_one(account, invoice):
    browser = collector(account, permissions=["view_invoice", "add_invoicetag"])
    assert post(browser, invoice, "tags", name="VIP").status_code == 403
    Tag.objects.create(account=account, name="VIP")
    assert post(browser, invoice, "tags", name="VIP").status_code == 302


def test_a_note_is_taken_back_by_its_author_alone(account, browser, invoice):
    post(browser, invoice, "notes", text="wrong invoice")
    note = InvoiceNote.objects.get()
    assert post(collector(account), invoice, f"notes/{note.pk}/delete").status_code == 403
    assert post(browser, invoice, f"notes/{note.pk}/delete").status_code == 302
    assert InvoiceNote.objects.count() == 0


def test_a_note_stays_when_its_author_is_gone(account, browser, invoice):
    post(browser, invoice, "notes", text="paid?")
    note = InvoiceNote.objects.get()
    note.author.delete()
    note.refresh_from_db()
    assert (note.text, note.author, note.author_username != "") == ("paid?", None, True)
