"""Taking back an upload or a full load: a page that shows what would happen, and does it once that is confirmed."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _

from config.admin.pages import admin_page
from receivables.uploads.admin.file_upload.columns import why_not_now
from receivables.uploads.admin.texts import rendered_text
from receivables.uploads.admin.undos.page import page_of, preview_context
from receivables.uploads.models import FullLoad, Upload
from receivables.uploads.sources import Source
from receivables.uploads.undoing.messages import PREVIEW_CHANGED
from receivables.uploads.undoing.targets import UndoRefused
from receivables.uploads.undoing.undo import preview, undo


class UndoPages:
    """Of the admin of uploads, and of full loads."""

    admin_site: Any
    opts: Any

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.undo_view)
        own = path("<uuid:pk>/undo/", view, name=f"uploads_{self.opts.model_name}_undo")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def undo_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show what would happen now; do it where somebody confirms that, and nothing else would happen by then."""
        found: Upload | FullLoad = self._own(request, pk)  # type: ignore[attr-defined]
        if not request.user.has_perm("uploads.undo_upload"):
            raise PermissionDenied
        try:
            return self._undone(request, found) if request.method == "POST" else self._undo_preview(request, found)
        except UndoRefused as refusal:
            messages.error(request, rendered_text(refusal.rendered))
            return redirect(page_of(found, "undo" if refusal.rendered.code == PREVIEW_CHANGED.code else "change"))
        except OperationalError as error:
            messages.error(request, why_not_now(error))
            return redirect(page_of(found))

    def _undo_preview(self, request: HttpRequest, found: Upload | FullLoad) -> HttpResponse:
        context = preview_context(found, preview(found)) | {"opts": self.opts, "original": found}
        return admin_page(request, "admin/uploads/undo/confirm.html", _("Take it back"), **context)

    def _undone(self, request: HttpRequest, found: Upload | FullLoad) -> HttpResponse:
        source = Source(found.account, staff_username=request.user.get_username())
        upload = undo(found, source, request.POST.get("preview", ""))
        messages.success(request, _("It is taken back. This is the receipt."))
        return redirect("admin:uploads_upload_change", upload.pk)
