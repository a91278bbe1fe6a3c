"""What the pages of invoices do beside showing them: files of the list, suggestions, notes and tags."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse

from apiauth.admin.base import accounts_of, listed_accounts
from apiauth.admin.unreadable import UnreadableList, unreadable_list
from apiauth.quotas.slots import slot_of_file
from config.exports.files import EXPORTS, export
from config.http.refused_pages import redirect_unless_posted
from customers.models import Customer
from receivables.admin.invoices.remark_forms import NoteForm, TagForm
from receivables.admin.shared.searching import customers_found
from receivables.api.serializers import InvoiceSerializer
from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceNote, InvoiceTag, Tag

MOST_SUGGESTIONS = 20


def export_invoices(model_admin: Any, request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return all rows of the list that the address asks for as one file, under the API's names; where rows of several
    accounts may be in it, each begins with its account.
    """
    renderers = {renderer.format: renderer for renderer in EXPORTS}
    if kind not in renderers:
        raise Http404
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        listed = model_admin.get_changelist_instance(request)
    except UnreadableList as error:
        return unreadable_list(model_admin, request, error.unknown)
    rows, fields = listed.queryset.prefetch_related(None), columns()
    if len(listed_accounts(request)) > 1:
        rows, fields = rows.annotate(account_name=F("account__name")), {"account": _account_name(), **fields}
    return export(rows, fields, renderers[kind](), "invoices", slot_of_file(None))


def _account_name() -> Any:
    """Return the column that names each row's account."""
    column: Any = CharField()
    column.set_attributes_from_name("account_name")
    return column


def columns() -> dict[str, Any]:
    """Return the API's fields: under their names, the columns they show."""
    fields: Any = InvoiceSerializer().fields
    return {name: Invoice._meta.get_field(field.source) for name, field in fields.items()}


def suggest_customers(model_admin: Any, request: HttpRequest) -> JsonResponse:
    """Return some customers of one's own accounts that a search finds: each number once, with the names it has."""
    if not (model_admin.has_view_permission(request) and request.user.has_perm("customers.view_customer")):
        raise PermissionDenied
    own = Customer.objects.filter(account__in=accounts_of(request))
    found = customers_found(own, request.GET.get("term", ""))
    names: dict[str, list[str]] = defaultdict(list)
    for customer in found[:MOST_SUGGESTIONS]:
        names[customer.customer_number].append(customer.name)
    results = [{"number": number, "name": ", ".join(filter(None, dict.fromkeys(own)))} for number, own in names.items()]
    return JsonResponse({"results": results})


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
    """Return a view that gives `view` the invoice, if the member of staff may see it, and goes back to its page."""

    @redirect_unless_posted(lambda request, pk, **named: _history(pk))
    def viewed(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        invoice = model_admin.get_queryset(request).filter(pk=pk).first()
        if invoice is None or not model_admin.has_view_permission(request, invoice):
            raise PermissionDenied
        return HttpResponseRedirect(_history(pk, view(request, invoice, **kwargs)))

    return viewed


def _history(pk: int, note: InvoiceNote | None = None) -> str:
    """Return where an invoice's notes stand, or one that was added: by it the page knows that the note was saved."""
    place = f"note-{note.pk}" if note else "history"
    return f"{reverse('admin:receivables_invoice_change', args=[pk])}#{place}"


def _demand(request: HttpRequest, *permissions: str) -> None:
    if not request.user.has_perms([f"receivables.{permission}" for permission in permissions]):
        raise PermissionDenied


def _is_valid(request: HttpRequest, form: Any) -> bool:
    for name, errors in form.errors.items():
        messages.error(request, f"{form.fields[name].label}: {' '.join(errors)}")
    return form.is_valid()


def add_note(request: HttpRequest, invoice: Invoice) -> InvoiceNote | None:
    _demand(request, "add_invoicenote")
    form = NoteForm(request.POST)
    if not _is_valid(request, form):
        return None
    author: Any = request.user
    text = form.cleaned_data["text"]
    return invoice.notes.create(author=author, author_username=author.get_username(), text=text)


def delete_note(request: HttpRequest, invoice: Invoice, note: int) -> None:
    """A note may be taken back by whoever wrote it."""
    _demand(request, "delete_invoicenote")
    if not invoice.notes.filter(pk=note, author=request.user.pk).delete()[0]:
        raise PermissionDenied


def add_tag(request: HttpRequest, invoice: Invoice) -> None:
    """A tag that the invoice's account does not have yet is made, by those who may make one."""
    _demand(request, "add_invoicetag")
    form = TagForm(request.POST)
    if not _is_valid(request, form):
        return
    name = form.cleaned_data["name"]
    if not Tag.objects.of_account(invoice.account_id).named(name).exists():
        _demand(request, "add_tag")
    tag = Tag.objects.made(invoice.account_id, name)
    username = request.user.get_username()
    InvoiceTag.objects.get_or_create(invoice=invoice, tag=tag, defaults={"author_username": username})


def drop_tag(request: HttpRequest, invoice: Invoice, tag: int) -> None:
    _demand(request, "delete_invoicetag")
    InvoiceTag.objects.filter(invoice=invoice, tag=tag).delete()
