"""The page of one invoice: what it shows, and what staff do there: write notes, set tags."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from config.http.pages import redirect_unless_posted
from customers.models import Customer
from receivables.admin.shared.cells import age_label, day, days_overdue, status_label
from receivables.admin.shared.fields import ADDRESSES, GROUPS, nested, readable, shown_address
from receivables.admin.shared.timeline import Entry, length, timeline
from receivables.api.views import InvoiceSerializer
from receivables.models import Invoice
from receivables.models.notes_and_tags import LONGEST_NOTE, InvoiceNote, InvoiceTag, Tag
from receivables.money import CURRENCIES, shown

MOST_TAGS = 500


@dataclass(frozen=True)
class Rejection:
    """A row of an invoice's identity that an upload rejected; `row_number` counts from one, as people do."""

    upload_id: UUID
    rejected_at: datetime
    row_number: int
    errors: list[str]


# Functions that return the latest rejections of an invoice; uploads, which know them, add theirs.
rejection_providers: list[Callable[[Invoice], list[Rejection]]] = []


def page_context(request: HttpRequest, invoice: Invoice) -> dict[str, Any]:
    """Return what the template is given; the invoice has its customer, as `with_customers` gives it."""
    most = length(request)
    latest = invoice.notes.select_related("author").order_by("-id")[: most + 1]
    others = [Entry("note", note.created_at, _("Note"), author=note.author_username, note=note) for note in latest]
    for rejection in chain.from_iterable(provider(invoice) for provider in rejection_providers):
        title = _("Row %(number)d was rejected") % {"number": rejection.row_number}
        others.append(Entry("rejected", rejection.rejected_at, title, rejection.upload_id, errors=rejection.errors))
    may_tag = request.user.has_perm("receivables.add_invoicetag")
    return {
        "title": _("Invoice %(number)s") % {"number": invoice.invoice_number},
        "subtitle": None,
        "invoice": invoice,
        "figures": _figures(invoice),
        "groups": [(title, _filled(invoice, names)) for title, names in GROUPS],
        "addresses": [(name, shown_address(getattr(invoice, column))) for column, name in ADDRESSES.items()],
        "extra": [(key, nested(value)) for key, value in invoice.extra.items()],
        "raw": [(name, value) for name, value in InvoiceSerializer(invoice).data.items()],
        "warnings": _warnings(invoice),
        "timeline": timeline(invoice, most, others),
        "newest_note": latest[0].pk if latest else None,
        "tags": invoice.tags.all(),
        "known_tags": Tag.objects.of_account(invoice.account_id)[:MOST_TAGS] if may_tag else [],
        "note_form": NoteForm(),
        "tag_form": TagForm(),
    }


def _figures(invoice: Invoice) -> dict[str, Any]:
    amount = invoice.open_amount
    return {
        "open": None if amount is None else shown(amount, invoice.currency),
        "invoiced": shown(invoice.invoice_amount, invoice.currency),
        "is_credit": amount is not None and amount < 0,
        "days": days_overdue(invoice.due_date, amount),
        "due": day(invoice.due_date),
        "age": age_label(invoice),
        "status": status_label(invoice.status),
    }


def _filled(invoice: Invoice, names: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Return the fields of a group that the feed filled."""
    values = {
        name: readable(Invoice, column, getattr(invoice, column), invoice.currency) for column, name in names.items()
    }
    return [(name, value) for name, value in values.items() if value is not None]


def _warnings(invoice: Any) -> list[str]:
    """Return what is unusual about an invoice, in sentences."""
    is_open = invoice.open_amount is None or invoice.open_amount != 0
    customer = invoice.customer
    with_number = Customer.objects.filter(account=invoice.account_id).numbered(invoice.customer_number)
    is_of_several = customer is None and not invoice.company_code and with_number.exists()
    sentences: dict[Any, bool] = {
        _("The balance “%(text)s” is not an amount, so the open amount is not known.")
        % {"text": invoice.balance_text}: (invoice.balance_text != "" and invoice.balance_amount is None),
        _("The due date is missing, so the invoice never becomes overdue."): is_open and invoice.due_date is None,
        _("The currency is missing, so the invoice is not added to amounts with a currency."): invoice.currency == "",
        _("“%(currency)s” is not a currency of ISO 4217.") % {"currency": invoice.currency}: (
            invoice.currency != "" and invoice.currency not in CURRENCIES
        ),
        _("No customer with the number %(number)s was sent for this company code.")
        % {"number": invoice.customer_number}: (customer is None and not is_of_several),
        _(
            "Several customers have the number %(number)s. The invoice names no company code, so it belongs to none of "
            "them."
        )
        % {"number": invoice.customer_number}: is_of_several,
        _("These fields are not part of the contract: %(names)s. They are stored and shown below.")
        % {"names": ", ".join(sorted(invoice.extra))}: bool(invoice.extra),
    }
    return [str(sentence) for sentence, applies in sentences.items() if applies]


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("Note"), max_length=LONGEST_NOTE, widget=UnfoldAdminTextareaWidget({"rows": 3, "id": "note-text"})
    )


class TagForm(forms.Form):
    name = forms.CharField(
        label=_("Tag"),
        max_length=Tag._meta.get_field("name").max_length,
        widget=UnfoldAdminTextInputWidget({"list": "tags-known", "id": "tag-name", "autocomplete": "off"}),
    )


def remark_urls(model_admin: Any) -> list[URLPattern]:
    views: dict[str, Any] = {
        "notes": add_note,
        "notes/<int:note>/delete": delete_note,
        "tags": add_tag,
        "tags/<int:tag>/delete": drop_tag,
    }
    return [
        path(
            f"<int:pk>/{address}/",
            model_admin.admin_site.admin_view(_of_invoice(model_admin, view)),
            name=f"receivables_invoice_{view.__name__}",
        )
        for address, view in views.items()
    ]


def _of_invoice(model_admin: Any, view: Callable[..., InvoiceNote | None]) -> Any:
    """Return a view that calls `view` with an invoice that the member of staff may see, and leads back to its page."""

    @redirect_unless_posted(lambda request, pk, **named: _history(pk))
    def wrapped(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        invoice = model_admin.get_queryset(request).filter(pk=pk).first()
        if invoice is None or not model_admin.has_view_permission(request, invoice):
            raise PermissionDenied
        return HttpResponseRedirect(_history(pk, view(request, invoice, **kwargs)))

    return wrapped


def _history(pk: int, note: InvoiceNote | None = None) -> str:
    """Return the address of an invoice's notes, or of one that was added: it shows the page that the note was saved."""
    fragment = f"note-{note.pk}" if note else "history"
    return f"{reverse('admin:receivables_invoice_change', args=[pk])}#{fragment}"


def _require(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms([f"receivables.{permission}" for permission in permissions]):
        raise PermissionDenied


def _is_valid(request: HttpRequest, form: Any) -> bool:
    for name, errors in form.errors.items():
        messages.error(request, f"{form.fields[name].label}: {' '.join(errors)}")
    return form.is_valid()


def add_note(request: HttpRequest, invoice: Invoice) -> InvoiceNote | None:
    _require(request, "add_invoicenote")
    form = NoteForm(request.POST)
    if not _is_valid(request, form):
        return None
    author: Any = request.user
    text = form.cleaned_data["text"]
    return invoice.notes.create(author=author, author_username=author.get_username(), text=text)


def delete_note(request: HttpRequest, invoice: Invoice, note: int) -> None:
    """Only the author may delete a note."""
    _require(request, "delete_invoicenote")
    if not invoice.notes.filter(pk=note, author=request.user.pk).delete()[0]:
        raise PermissionDenied


def add_tag(request: HttpRequest, invoice: Invoice) -> None:
    """Create the tag if the account does not have it yet and the member of staff may create one."""
    _require(request, "add_invoicetag")
    form = TagForm(request.POST)
    if not _is_valid(request, form):
        return
    name = form.cleaned_data["name"]
    if not Tag.objects.of_account(invoice.account_id).named(name).exists():
        _require(request, "add_tag")
    tag = Tag.objects.made(invoice.account_id, name)
    username = request.user.get_username()
    InvoiceTag.objects.get_or_create(invoice=invoice, tag=tag, defaults={"author_username": username})


def drop_tag(request: HttpRequest, invoice: Invoice, tag: int) -> None:
    _require(request, "delete_invoicetag")
    InvoiceTag.objects.filter(invoice=invoice, tag_id=tag).delete()
