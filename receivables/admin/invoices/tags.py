"""Tags and how many invoices have each. A tag is created on the page of an invoice."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apiauth.admin.base import BY_OWN_ACCOUNT, OF_ACCOUNT, OwnAccountsAdmin, accounts_of, list_address
from apiauth.admin.cells import column
from receivables.models import Invoice
from receivables.models.notes_and_tags import InvoiceTag, Tag


class TagNameForm(forms.ModelForm):
    """A name that another tag of the account has merges the two, if the box is ticked."""

    is_merged = forms.BooleanField(
        label=_("Merge with the tag that has this name"),
        help_text=_("If another tag has this name, the invoices of both get this tag. This cannot be undone."),
        required=False,
    )
    other: Tag | None = None

    class Meta:
        model = Tag
        fields = ["name"]
        labels = {"name": _("Name")}

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        self.other = self.instance.namesake(cleaned.get("name", ""))
        if self.other and not cleaned["is_merged"]:
            message = _(
                "There is already a tag “%(name)s”. Choose another name, or tick the box below to merge the two."
            )
            self.add_error("name", message % {"name": self.other.name})
        return cleaned


@admin.register(Tag)
class TagAdmin(OwnAccountsAdmin):
    form = TagNameForm
    list_display = ["name", "of_account", "carried_by"]
    list_filter = [BY_OWN_ACCOUNT]
    list_select_related = ["account"]
    search_fields = ["name"]
    search_help_text = _("Name")
    readonly_fields = ["of_account", "carried_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        carrying = InvoiceTag.objects.filter(account=OuterRef("account"), tag_id=OuterRef("pk")).order_by()
        count = carrying.values("tag_id").annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(invoice_count=Coalesce(Subquery(count), 0))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        several = len(accounts_of(request)) > 1
        return [name for name in self.list_display if several or name != "of_account"]

    def get_fields(self, request: HttpRequest, obj: Tag | None = None) -> list[str]:
        editable = ["name", "is_merged"] if self.has_change_permission(request, obj) else ["name"]
        return [*editable, *self.readonly_fields]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A tag is created on the page of an invoice."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:  # the other tag was created after the form was validated
            messages.error(request, _("Somebody created a tag with this name at the same moment. Try again."))
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: Tag, form: Any, change: bool) -> None:
        if form.other:
            self.log_deletions(request, [form.other])
            obj.take_over(form.other)
        super().save_model(request, obj, form, change)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        if form.other:
            return _("Merged with “%(name)s”.") % {"name": form.other.name}
        return super().construct_change_message(request, form, formsets, add)

    def get_deleted_objects(self, objs: Iterable[Any], request: HttpRequest) -> Any:
        """Return how many invoices lose each tag; the list of invoices shows which."""
        lines: list[Any] = []
        for tag in objs:
            sentence = ngettext(
                "It is removed from %(count)s invoice. The invoice stays.",
                "It is removed from %(count)s invoices. The invoices stay.",
                tag.invoice_count,
            )
            lines += [tag.name, [sentence % {"count": number_format(tag.invoice_count, force_grouping=True)}]]
        return lines, {capfirst(self.opts.verbose_name_plural): len(lines) // 2}, set(), []

    of_account = column(_("Account"), attrgetter("account.name"), ordering="account__name")

    @admin.display(description=_("Invoices"), ordering="invoice_count")
    def carried_by(self, tag: Any) -> SafeString:
        address = list_address(Invoice._meta, urlencode({"tag": tag.name, OF_ACCOUNT: tag.account_id}))
        count = number_format(tag.invoice_count, force_grouping=True)
        return format_html('<a class="row-link" href="{}">{}</a>', address, count)
