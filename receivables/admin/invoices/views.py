"""What staff do on the pages of invoices: export the list, write notes, set tags."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from apiauth.admin.base import UnreadableList, listed_accounts
from apiauth.quotas.slots import slot_of_file
from config.exports.files import EXPORTS, export
from config.http.pages import redirect_unless_posted
from receivables.api.serializers import InvoiceSerializer
from receivables.models import Invoice
from receivables.models.notes_and_tags import LONGEST_NOTE, InvoiceNote, InvoiceTag, Tag


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


def export_invoices(model_admin: Any, request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return all rows of the list that the address names as one file, under the API's field names; where rows of
    several accounts may be in it, each begins with its account.
    """
    renderers = {renderer.format: renderer for renderer in EXPORTS}
    if kind not in renderers:
        raise Http404
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        listed = model_admin.get_changelist_instance(request)
    except UnreadableList as error:
        return model_admin.unreadable_list(request, error)
    fields: Any = InvoiceSerializer().fields
    columns: dict[str, Any] = {name: Invoice._meta.get_field(field.source) for name, field in fields.items()}
    rows = listed.queryset.prefetch_related(None)
    if len(listed_accounts(request)) > 1:
        account_name: Any = CharField()
        account_name.set_attributes_from_name("account_name")
        rows, columns = rows.annotate(account_name=F("account__name")), {"account": account_name, **columns}
    return export(rows, columns, renderers[kind](), "invoices", slot_of_file(None))


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
    InvoiceTag.objects.filter(invoice=invoice, tag=tag).delete()
