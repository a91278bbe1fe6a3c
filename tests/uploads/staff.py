"""Staff at the upload page: what they choose, see and confirm, as their browser does it."""

import json
import re
from html import unescape
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from apiauth.models import Account
from receivables.uploads.models import Draft, Upload
from tests.factories import StaffFactory

ADD = "/admin/uploads/upload/add/"
LOADS = "/admin/uploads/fullload/"
VIEWER = ("view_upload", "view_invoice", "view_fullload")
MANAGER = (*VIEWER, "confirm_fullload")


class Uploader:
    """A member of staff who may look at everything of their accounts, and upload for them."""

    def __init__(self, *accounts: Account, may: tuple[str, ...] = ("view_upload", "add_upload")):
        self.user = StaffFactory()
        self.user.user_permissions.set(Permission.objects.filter(codename__in=may))
        for account in accounts:
            account.members.add(self.user)
        self.browser = Client()
        self.browser.force_login(self.user)

    def choose(self, name: str, content: bytes, **told: Any) -> Any:
        """Choose a file; returns the page that this leads to."""
        account = Account.objects.visible_to(self.user).first()
        form = {"account": account.pk if account else "", "resource": "invoices", "handling": "strict"} | told
        return self.browser.post(ADD, {**form, "file": SimpleUploadedFile(name, content)}, follow=True)

    def draft(self) -> Draft:
        return Draft.objects.filter(staff=self.user).latest("created_at")

    def go(self, step: str, draft: Draft | None = None, **told: Any) -> Any:
        """Send the form of a step of the draft, as the latest preview has it; returns the page that this leads to."""
        draft = draft or self.draft()
        form = {"preview": draft.preview_id or ""} | told
        return self.browser.post(f"/admin/uploads/upload/drafts/{draft.pk}/{step}/", form, follow=True)

    def page(self, path: str) -> Any:
        return self.browser.get(f"/admin/uploads/upload/{path}")


def rows_file(*rows: dict[str, Any]) -> bytes:
    return json.dumps(rows).encode()


def workbook_file(*rows: list[Any], title: str = "Items", more: dict[str, list[list[Any]]] | None = None) -> bytes:
    """Return a workbook with these rows on its first sheet, and more sheets by their names."""
    workbook = Workbook()
    sheet: Any = workbook.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for name, others in (more or {}).items():
        other: Any = workbook.create_sheet(name)
        for row in others:
            other.append(row)
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def uploaded() -> Upload:
    """Return the one upload that was not only tried."""
    return Upload.objects.get(is_dry_run=False)


def words(page: Any) -> str:
    """Return what stands on a page, as one line of text."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page.content.decode(), flags=re.S)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))
