"""From one page of an upload to the next."""

from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.api.problems import is_disk_full
from receivables.uploads.file_upload.tasks import preview
from receivables.uploads.models import Draft, Upload

TEMPLATES = "admin/uploads/upload"
CHOOSE = "admin:uploads_upload_add"


def page_of(draft: Draft, name: str) -> str:
    return reverse(f"admin:uploads_draft_{name}", args=[draft.pk])


def receipt_of(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def previewed(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Preview a draft again, and lead to the preview."""
    user: Any = request.user
    try:
        preview(draft, user.get_username())
    except OperationalError as error:
        messages.error(request, why_not_now(error))
    return redirect(page_of(draft, "preview"))


def why_not_now(error: OperationalError) -> str:
    """Return why the database could not do it. Raises the error of a full disk, which all pages handle alike."""
    if is_disk_full(error):
        raise error
    return _("Another upload of this account is running. Try again in a moment.")
