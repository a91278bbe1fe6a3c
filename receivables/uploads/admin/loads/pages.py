"""The pages of one full load: what became of it, its confirmation after a preview, and leave to renumber items."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from config.admin.pages import admin_page
from receivables.uploads.admin.file_upload.columns import why_not_now
from receivables.uploads.admin.loads.confirmation import preview_context
from receivables.uploads.admin.loads.page import load_context
from receivables.uploads.admin.loads.renumbering import RenumberingPages
from receivables.uploads.admin.loads.texts import page_of
from receivables.uploads.admin.texts import rendered_text
from receivables.uploads.admin.undos.page import load_undo_context
from receivables.uploads.admin.undos.pages import UndoPages
from receivables.uploads.loads import confirming
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.models import FullLoad, LoadState
from receivables.uploads.sources import Source

TEMPLATES = "admin/uploads/fullload"


class LoadPages(UndoPages, RenumberingPages):
    """Of the admin of full loads: the pages of one."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        confirm = self.admin_site.admin_view(self.confirm_view)
        own = [path("<uuid:pk>/confirm/", confirm, name="uploads_fullload_confirm"), *self.renumbering_urls()]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        load = self._own(request, object_id)
        context = load_context(request, load) | load_undo_context(request, load)
        context |= {"opts": self.opts, "original": load}
        return admin_page(request, f"{TEMPLATES}/page.html", _("Full load"), **context)

    def confirm_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show what would close now; close it where somebody confirms that."""
        load = self._own(request, pk)
        if not request.user.has_perm("uploads.confirm_fullload"):
            raise PermissionDenied
        if load.state != LoadState.WITHHELD and not (request.method == "POST" and load.confirmation_id):
            messages.warning(request, _("This full load is not withheld any more. There is nothing to confirm."))
            return redirect(page_of(load))
        try:
            return self._confirmed(request, load) if request.method == "POST" else self._preview(request, load)
        except LoadRefused as refusal:
            messages.error(request, rendered_text(refusal.rendered))
        except OperationalError as error:
            messages.error(request, why_not_now(error))
        return redirect(page_of(load))

    def _preview(self, request: HttpRequest, load: FullLoad) -> HttpResponse:
        context = preview_context(load) | {"opts": self.opts, "original": load}
        return admin_page(request, f"{TEMPLATES}/confirm.html", _("Confirm a full load"), **context)

    def _confirmed(self, request: HttpRequest, load: FullLoad) -> HttpResponse:
        upload = confirming.confirm(load, Source(load.account, staff_username=request.user.get_username()))
        messages.success(request, _("The full load is confirmed. This is the receipt."))
        return redirect("admin:uploads_upload_change", upload.pk)

    def _own(self, request: HttpRequest, pk: Any) -> FullLoad:
        load: Any = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if not self.has_view_permission(request, load):  # type: ignore[attr-defined]
            raise PermissionDenied
        if not isinstance(load, FullLoad):
            raise Http404
        return load
