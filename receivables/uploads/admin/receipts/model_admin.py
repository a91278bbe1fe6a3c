"""Receipts: the list of uploads with its filters, and the page of one."""

from datetime import datetime, time
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import display
from unfold.views import ChangeList

from apiauth.admin.base import BY_OWN_ACCOUNT, ReadOnlyAdmin, TitledFilter
from apiauth.admin.cells import column
from apiauth.models import Account, ApiKey
from config.admin.pages import admin_page
from receivables.admin.invoices.page import rejection_providers
from receivables.admin.shared.cells import two_lines
from receivables.admin.shared.filters import RangeFilter
from receivables.uploads.admin.file_upload.pages import FileUploadPages
from receivables.uploads.admin.receipts.page import progress, receipt_context
from receivables.uploads.admin.receipts.rejected_rows import rejected_rows_as_csv, rejected_rows_as_json, rejections
from receivables.uploads.admin.texts import KINDS, content_text, duration_text, label_of, number
from receivables.uploads.admin.undos.page import undo_context
from receivables.uploads.admin.undos.pages import UndoPages
from receivables.uploads.models import Upload
from receivables.uploads.resources import MOVED, OUTCOMES, RECEIVED, Count


class OwnKeysFilter(TitledFilter, admin.RelatedFieldListFilter):
    """The filter by key, which names no key of an account that the member of staff does not belong to."""

    heading = _("API key")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.empty_value_display: Any = _("No key: uploaded by staff")

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        own = ApiKey.objects.filter(account__in=Account.objects.visible_to(request.user))
        return [(str(key.pk), str(key)) for key in own.order_by("name", "key")]


class DaysFilter(RangeFilter):
    """The days that uploads came on, the last one included."""

    title, column, parameter_names = _("day"), "created_at", ["created_at_from", "created_at_to"]

    def condition(self, values: dict[str, Any]) -> Q:
        bounds = zip(self.parameter_names, (time.min, time.max), strict=True)
        moments = {
            name: make_aware(datetime.combine(values[name], at)) if values[name] else None for name, at in bounds
        }
        return super().condition(moments)


def _titled(filter_by: type, heading: Any, **members: Any) -> type:
    return type(f"Titled{filter_by.__name__}", (TitledFilter, filter_by), {"heading": heading, **members})


FILTERS: list[Any] = [
    ("outcome", _titled(admin.ChoicesFieldListFilter, _("outcome"))),
    ("state", _titled(admin.ChoicesFieldListFilter, _("state"))),
    ("resource", _titled(admin.ChoicesFieldListFilter, _("content"))),
    ("kind", _titled(admin.ChoicesFieldListFilter, _("what it did"))),
    ("is_dry_run", _titled(admin.BooleanFieldListFilter, _("dry run"), horizontal=True)),
    DaysFilter,
    BY_OWN_ACCOUNT,
    ("api_key", OwnKeysFilter),
]


rejection_providers.append(rejections)
admin.site.unregister(ProcrastinateJob)  # jobs have no account, and the page of an upload shows its progress

ANSWERS: dict[str, Any] = {
    "progress": lambda upload: JsonResponse(progress(upload)),
    "rejected.json": rejected_rows_as_json,
    "rejected.csv": rejected_rows_as_csv,
}
HEAVY = ["totals", "errors", "warnings", "terms", "file_lines", "body_digest"]


def _count_column(count: Count) -> Any:
    @display(description=count.title, ordering=count.column)
    def shown(upload: Upload) -> SafeString:
        rows = count.of(upload)
        return format_html('<span class="figure{}">{}</span>', "" if rows else " is-zero", number(rows))

    shown.__name__ = count.name  # of which the theme makes the classes of its cells
    return shown


class ReceiptList(ChangeList):
    """The list, which loads nothing of a receipt that it does not show."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Upload]:
        rows: QuerySet[Upload] = super().get_queryset(request, exclude_parameters)
        return rows.defer(*HEAVY)


@admin.register(Upload)
class UploadAdmin(UndoPages, FileUploadPages, ReadOnlyAdmin):
    list_display = [
        "time",
        "content",
        "outcome_label",
        *map(_count_column, [RECEIVED, *OUTCOMES, MOVED[0]]),
        "duration_shown",
        "sent_by",
    ]
    list_filter = FILTERS
    list_filter_submit = True
    list_fullwidth = True
    ordering = ["-created_at"]
    list_select_related = False  # the query has them for every page
    search_fields = ["file_name"]
    search_help_text = _("File name")
    show_full_result_count = False

    class Media:
        css = {"all": ["uploads/uploads.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        uploads: QuerySet[Upload] = super().get_queryset(request)
        return uploads.select_related("account", "api_key")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return ReceiptList

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("uploads.add_upload")

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.answer_view)
        own = [
            path(f"<uuid:pk>/{page}", view, {"page": page}, f"uploads_upload_{page.replace('.', '_')}")
            for page in ANSWERS
        ]
        return [*own, *self.file_upload_urls(), *super().get_urls()]

    @display(description=_("Time"), ordering="created_at")
    def time(self, upload: Upload) -> SafeString:
        shown = date_format(localtime(upload.created_at), "SHORT_DATETIME_FORMAT")
        return format_html('<span class="figure is-time">{}</span>', shown)

    content = column(_("Content"), lambda upload: two_lines(content_text(upload), upload.account), ordering="resource")
    duration_shown = column(
        _("Duration"),
        lambda upload: format_html('<span class="figure">{}</span>', duration_text(upload)),
        ordering="duration",
    )

    @display(description=_("Outcome"), ordering="outcome", label=KINDS)
    def outcome_label(self, upload: Upload) -> tuple[str, str]:
        text, _kind = label_of(upload)
        if upload.is_dry_run:
            text = str(_("Dry run: %(outcome)s")) % {"outcome": text}
        return "undone" if upload.undone_by else upload.outcome or upload.state, text

    @display(description=_("Sent by"))
    def sent_by(self, upload: Upload) -> SafeString:
        if upload.api_key is None:
            return two_lines(upload.staff_username, upload.file_name)
        return two_lines(upload.api_key.name or upload.api_key.key, _("with a key") if upload.api_key.name else "")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        upload = self._own(request, object_id)
        context = receipt_context(request, upload) | undo_context(request, upload)
        context |= {"opts": self.opts, "original": upload}
        return admin_page(request, "admin/uploads/upload/receipt.html", str(_("Receipt")), **context)

    def answer_view(self, request: HttpRequest, pk: Any, page: str) -> Any:
        return ANSWERS[page](self._own(request, pk))

    def _own(self, request: HttpRequest, pk: Any) -> Upload:
        upload: Model | None = self.get_object(request, str(pk))
        if not self.has_view_permission(request, upload):
            raise PermissionDenied
        if not isinstance(upload, Upload):
            raise Http404
        return upload
