"""The upload page: choose a file, assign its columns, preview the result, confirm."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apiauth.models import Account, Handling
from config.admin.pages import admin_page
from config.http.pages import redirect_unless_posted
from receivables.uploads.admin.company_codes import codes_of, shortened
from receivables.uploads.admin.file_upload import columns
from receivables.uploads.admin.file_upload.columns import CHOOSE, TEMPLATES, ColumnPages, page_of, previewed, receipt_of
from receivables.uploads.admin.file_upload.foreseen import foreseen_context, offered_codes
from receivables.uploads.admin.file_upload.forms import FileForm, too_large
from receivables.uploads.admin.receipts.page import findings, progress_context, summary
from receivables.uploads.admin.texts import refusal_text
from receivables.uploads.file_upload import drafts
from receivables.uploads.file_upload.confirming import NotConfirmable, NotTyped, confirm, is_confirmable
from receivables.uploads.file_upload.drafts import facts_of, forget, header_of, settle, store_file
from receivables.uploads.file_upload.previews import is_small, preview
from receivables.uploads.files.file_types import FILE_TYPES
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.loads.beginning import cutoff
from receivables.uploads.models import Draft, State
from receivables.uploads.resources import Resource


class FileUploadPages(ColumnPages):
    """The pages of the upload page, for the admin of uploads."""

    admin_site: Any
    opts: Any

    def file_upload_urls(self) -> list[Any]:
        posted = redirect_unless_posted(lambda request, pk: reverse("admin:uploads_draft_preview", args=[pk]))
        pages = {
            "": (self.preview_view, "preview"),
            "columns/": (self.columns_view, "columns"),
            "full-load/": (posted(self.full_load_view), "full_load"),
            "handling/": (posted(self.handling_view), "handling"),
            "confirm/": (posted(self.confirm_view), "confirm"),
            "discard/": (posted(self.discard_view), "discard"),
        }
        return [
            path(f"drafts/<uuid:pk>/{page}", self.admin_site.admin_view(view), name=f"uploads_draft_{name}")
            for page, (view, name) in pages.items()
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Choose a file. It is stored, and previewed unless there are questions about its columns first."""
        self._refuse_unless_uploader(request)
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = FileForm(request.user, *sent)
        if "too_large" in request.GET and request.method == "GET":
            messages.error(request, too_large())
        if request.method == "POST" and form.is_valid():
            try:
                return redirect(self._stored(request, form))
            except FileRefused as refusal:
                form.add_error("file", refusal_text(refusal))
            except OperationalError as error:
                form.add_error(None, columns.why_not_now(error))
        status = 400 if form.errors else 200
        return admin_page(request, f"{TEMPLATES}/choose.html", _("Upload a file"), status=status, form=form, step=1)

    def _stored(self, request: HttpRequest, form: FileForm) -> str:
        """Store the file as a draft, and return the address of the next page. Raises FileRefused."""
        values, file = form.cleaned_data, form.cleaned_data["file"]
        detected: Any = form.detected
        forget(Draft.objects.expired().filter(account=values["account"]))  # a worker forgets those of all accounts
        with transaction.atomic():
            now = timezone.now()
            draft = Draft(
                staff=form.user,
                account=values["account"],
                resource=values["resource"],
                handling=values["handling"],
                file_name=file.name,
                file_format=detected.file_type,
                file_size=detected.size,
                encoding=detected.encoding,
                is_full_load=values["is_full_load"],
                cutoff=cutoff(values["account"], now, None),
                created_at=now,
            )
            is_clear = self._is_clear(draft, file.file)
            draft.save()
            store_file(draft, file.file)
            if is_clear:
                preview(draft, request.user.get_username())
        return page_of(draft, "preview" if is_clear else "columns")

    def _is_clear(self, draft: Draft, file: Any) -> bool:
        """Use what earlier files answered; return whether no question is left. Raises FileRefused."""
        if not FILE_TYPES[draft.file_format].is_table:
            return True
        header = header_of(draft, file)
        before = drafts.earlier_mapping(draft, header)
        answered = before.columns if before else {}
        draft.columns = drafts.remarks(header) | answered
        unknown = set(drafts.unknown_columns(header, draft.resource))
        is_known = unknown <= answered.keys() and not drafts.missing_fields(header, draft.columns, draft.resource)
        return is_known and (not is_small(draft) or not _is_open(draft, file))

    def preview_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show what the upload would do."""
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(receipt_of(draft.upload))
        if draft.preview is None:
            return redirect(page_of(draft, "columns")) if FILE_TYPES[draft.file_format].is_table else redirect(CHOOSE)
        facts = facts_of(draft)
        if facts and facts.survey.stated(draft).is_open:
            return redirect(page_of(draft, "columns"))
        context = summary(draft.preview) | {
            "draft": draft,
            "step": 3,
            "is_table": FILE_TYPES[draft.file_format].is_table,
            "how": columns.how_it_was_read(draft, facts) if facts else None,
            "is_strict": draft.handling == Handling.STRICT,
        }
        if draft.preview.state != State.FINISHED:
            context |= progress_context(draft.preview)
        else:
            context |= findings(request, draft.preview) | {"is_confirmable": is_confirmable(draft.preview)}
            context |= foreseen_context(request, draft, draft.preview)
        return admin_page(request, f"{TEMPLATES}/preview.html", _("Preview"), **context)

    def handling_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Preview the same file with the other handling of bad rows."""
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(receipt_of(draft.upload))
        if request.POST.get("handling") in Handling.values:
            draft.handling = request.POST["handling"]
        return previewed(request, draft)

    def full_load_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Preview the same file as all that is open in some company codes, or as changes."""
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(receipt_of(draft.upload))
        if draft.preview is None or draft.resource != Resource.INVOICES:
            return redirect(page_of(draft, "preview"))
        draft.is_full_load = "is_full_load" in request.POST
        codes = request.POST.getlist("company_code") + codes_of(request.POST.get("company_codes", ""))
        if draft.is_full_load and (problem := _why_not_of(codes, draft)):
            messages.error(request, problem)
            return redirect(page_of(draft, "preview"))
        draft.company_codes = codes if draft.is_full_load else None
        return previewed(request, draft)

    def confirm_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ingest what was previewed, and lead to the receipt."""
        draft = self._draft(request, pk)
        try:
            seen, typed = (request.POST.get(name, "") for name in ("preview", "typed"))
            return redirect(receipt_of(confirm(draft, seen, request.user.get_username(), typed)))
        except NotTyped:
            messages.error(
                request, _("The name of the account was not typed as it is written. Nothing was uploaded; try again.")
            )
        except NotConfirmable:
            messages.error(request, _("There is nothing to confirm. See the preview."))
        except OperationalError as error:
            messages.error(request, columns.why_not_now(error))
        return redirect(page_of(draft, "preview"))

    def discard_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        draft = self._draft(request, pk)
        if draft.upload:
            return redirect(receipt_of(draft.upload))
        forget(Draft.objects.filter(account=draft.account_id, pk=draft.pk, upload=None))
        messages.success(request, _("The file was discarded. Nothing was uploaded."))
        return redirect(CHOOSE)

    def _draft(self, request: HttpRequest, pk: Any) -> Draft:
        """Return a draft of the member of staff's own, as long as they may upload for its account."""
        self._refuse_unless_uploader(request)
        accounts = Account.objects.visible_to(request.user).filter(is_active=True)
        own = Draft.objects.alive().filter(staff=request.user.pk, account__in=accounts)
        draft = own.select_related("account", "preview__account", "upload").filter(pk=pk).first()
        if draft is None:
            raise Http404
        return draft

    def _refuse_unless_uploader(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied


def _is_open(draft: Draft, file: Any) -> bool:
    """Whether the format of a file is an open question."""
    try:
        return settle(draft, file).is_open
    except FileRefused:  # the preview says why
        return False


def _why_not_of(codes: list[str], draft: Draft) -> str | None:
    """Return why a file cannot be all that is open in these company codes; None if it can."""
    offered = {each["code"] for each in offered_codes(draft)}
    if unknown := [code for code in codes if code not in offered]:
        text = _("Neither the file nor what is open has these company codes: %(codes)s. Correct them.")
        return text % {"codes": shortened(unknown)}
    return None if codes else _("Choose at least one company code of which the file is all that is open.")
