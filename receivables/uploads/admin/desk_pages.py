"""The upload page: choose a file, say what its columns are, see what it would do, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from apiauth.full_disks import is_without_room
from apiauth.models import Account, Handling
from apiauth.refused_pages import posted_from
from receivables.uploads.admin.desk_forms import ColumnsForm, FileForm, too_large
from receivables.uploads.admin.receipt_page import findings, progress, progress_url, summary
from receivables.uploads.admin.translated import refusal_text
from receivables.uploads.desk import columns
from receivables.uploads.desk.drafts import file_of, forget, forget_expired, keep_file, reading_of
from receivables.uploads.desk.jobs import NotConfirmable, confirm, is_confirmable, preview
from receivables.uploads.feeds.chosen import Chosen, look_at
from receivables.uploads.feeds.encodings import WINDOWS
from receivables.uploads.feeds.files import FeedFormat, FileRefused, header_of_file
from receivables.uploads.feeds.headings import REMARKS
from receivables.uploads.models import Draft, State, Upload

TEMPLATES = "admin/uploads/upload"


class DeskPages:
    """The pages of the upload page, for the admin of uploads."""

    admin_site: Any
    opts: Any

    def desk_urls(self) -> list[Any]:
        posted = posted_from(lambda request, pk: reverse("admin:uploads_draft_preview", args=[pk]))
        pages = {
            "": (self.preview_view, "preview"),
            "columns/": (self.columns_view, "columns"),
            "handling/": (posted(self.handling_view), "handling"),
            "confirm/": (posted(self.confirm_view), "confirm"),
            "discard/": (posted(self.discard_view), "discard"),
        }
        return [
            path(f"drafts/<uuid:pk>/{page}", self.admin_site.admin_view(view), name=f"uploads_draft_{name}")
            for page, (view, name) in pages.items()
        ]

    def page_context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": title}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose a file; it is kept, and previewed unless its columns have to be told first."""
        self._refuse_unless_uploader(request)
        told = (request.POST, request.FILES) if request.method == "POST" else ()
        form = FileForm(request.user, *told)
        if "too_large" in request.GET and request.method == "GET":
            messages.error(request, too_large())
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(self._kept(request, form))
            except FileRefused as refusal:
                form.add_error("file", refusal_text(refusal))
            except OperationalError as error:
                form.add_error(None, _why_not_now(error))
        context = self.page_context(request, _("Upload a file")) | {"form": form, "step": 1}
        status = 400 if form.errors else 200
        return TemplateResponse(request, f"{TEMPLATES}/choose.html", context, status=status)

    def _kept(self, request: HttpRequest, form: FileForm) -> str:
        """Keep the file and return the address of what comes next. Raises FileRefused."""
        told, file = form.cleaned_data, form.cleaned_data["file"]
        chosen: Any = form.chosen
        forget_expired()
        with transaction.atomic():
            draft = Draft(
                staff=form.user,
                account=told["account"],
                resource=told["resource"],
                handling=told["handling"],
                file_name=file.name,
                file_format=chosen.feed_format,
                file_size=chosen.size,
                encoding=chosen.encoding,
            )
            is_clear = self._knows_columns(draft, chosen, file.file)
            draft.save()
            keep_file(draft, file.file)
            if is_clear:
                preview(draft, request.user.get_username())
        return _page(draft, "preview" if is_clear else "columns")

    def _knows_columns(self, draft: Draft, chosen: Chosen, file: Any) -> bool:
        """Settle what is known of the columns; return whether that is enough. Raises FileRefused."""
        if not chosen.feed_format.is_table:
            return True
        file.seek(0)
        header = header_of_file(file, chosen.feed_format, reading_of(draft))
        said = columns.remembered(draft, header) or {}
        draft.columns = columns.remarks(header) | said
        unknown = set(columns.unknown_columns(header, draft.resource))
        return unknown <= said.keys() and not columns.missing_fields(header, draft.columns, draft.resource)

    def columns_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Say what becomes of the columns of a table that the contract does not name, or choose another sheet."""
        draft = self._draft(request, pk)
        if not FeedFormat(draft.file_format).is_table or draft.upload_id:
            return redirect(_page(draft, "preview"))
        with file_of(draft) as file:
            sheets = look_at(file, draft.file_name, draft.file_size).sheets
            if request.GET.get("sheet") in sheets:
                draft.sheet = request.GET["sheet"]
            file.seek(0)
            header, refused = _header(draft, file)
        told = request.POST if request.method == "POST" else None
        form = ColumnsForm(header, columns.proposals(draft, header), draft.resource, told)
        if request.method == "POST" and not refused and form.is_valid():
            return self._with_columns(request, draft, header, form.columns)
        context = self.page_context(request, _("Columns of the file")) | {
            "draft": draft,
            "form": form,
            "sheets": sheets,
            "refused": refused,
            "known": [name for name in header if name not in form.names.values()],
            "step": 2,
        }
        return TemplateResponse(request, f"{TEMPLATES}/columns.html", context)

    def _with_columns(
        self, request: HttpRequest, draft: Draft, header: list[str], told: dict[str, str]
    ) -> HttpResponse:
        draft.columns = columns.remarks(header) | told
        if told:
            columns.remember(draft, header, told)
        return self._previewed(request, draft)

    def _previewed(self, request: HttpRequest, draft: Draft) -> HttpResponse:
        try:
            preview(draft, request.user.get_username())
        except OperationalError as error:
            messages.error(request, _why_not_now(error))
        return redirect(_page(draft, "preview"))

    def preview_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """See what the upload would do."""
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(_receipt(draft.upload))
        if draft.preview is None:
            return redirect(_page(draft, "columns")) if FeedFormat(draft.file_format).is_table else redirect(_ADD)
        context = (
            self.page_context(request, _("Preview"))
            | summary(draft.preview)
            | {
                "draft": draft,
                "step": 3,
                "is_table": FeedFormat(draft.file_format).is_table,
                "is_windows": draft.encoding == WINDOWS,
                "is_strict": draft.handling == Handling.STRICT,
                "mapped": {name: target for name, target in draft.columns.items() if name not in REMARKS},
            }
        )
        if draft.preview.state != State.FINISHED:
            context |= {"progress": progress(draft.preview), "progress_url": progress_url(draft.preview)}
        else:
            context |= findings(request, draft.preview) | {"is_confirmable": is_confirmable(draft.preview)}
        return TemplateResponse(request, f"{TEMPLATES}/preview.html", context)

    def handling_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Preview the same file with the other handling of bad rows."""
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(_receipt(draft.upload))
        if request.POST.get("handling") in Handling.values:
            draft.handling = request.POST["handling"]
        return self._previewed(request, draft)

    def confirm_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Take what was previewed, and land on the receipt."""
        draft = self._draft(request, pk)
        try:
            upload = confirm(draft.pk, request.POST.get("preview", ""), request.user.get_username())
            return redirect(_receipt(upload))
        except NotConfirmable:
            messages.error(request, _("There is nothing to confirm: see the preview."))
        except OperationalError as error:
            messages.error(request, _why_not_now(error))
        return redirect(_page(draft, "preview"))

    def discard_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(_receipt(draft.upload))
        forget(Draft.objects.filter(pk=draft.pk, upload=None))
        messages.success(request, _("The file was discarded; nothing was uploaded."))
        return redirect(_ADD)

    def _draft(self, request: HttpRequest, pk: Any) -> Draft:
        """Return a draft of the member of staff's own, as long as they may upload for its account."""
        self._refuse_unless_uploader(request)
        own = Draft.objects.alive().filter(staff=request.user.pk, account__in=_accounts(request))
        draft = own.select_related("account", "preview__account", "preview__api_key", "upload").filter(pk=pk).first()
        if draft is None:
            raise Http404
        return draft

    def _refuse_unless_uploader(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied


_ADD = "admin:uploads_upload_add"


def _accounts(request: HttpRequest) -> Any:
    return Account.objects.visible_to(request.user).filter(is_active=True)


def _page(draft: Draft, name: str) -> str:
    return reverse(f"admin:uploads_draft_{name}", args=[draft.pk])


def _receipt(upload: Upload) -> str:
    return reverse("admin:uploads_upload_change", args=[upload.pk])


def _header(draft: Draft, file: Any) -> tuple[list[str], str]:
    """Return the table's header, or why there is none."""
    try:
        return header_of_file(file, FeedFormat(draft.file_format), reading_of(draft)), ""
    except FileRefused as refusal:
        return [], refusal_text(refusal)


def _why_not_now(error: OperationalError) -> str:
    """Return why the database could not do it. Raises the error of a full disk, which every page tells alike."""
    if is_without_room(error):
        raise error
    return _("Another upload of the account is under way, so these rows must wait. Try again in a moment.")
