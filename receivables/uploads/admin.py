from django.contrib import admin
from procrastinate.contrib.django.models import ProcrastinateJob

from apiauth.admin.base import BY_OWN_ACCOUNT, ReadOnlyAdmin
from receivables.admin.rejections import providers
from receivables.uploads.models import Upload
from receivables.uploads.rejections import rejections

providers.append(rejections)  # the page of an invoice shows what was not taken of it
admin.site.unregister(ProcrastinateJob)  # the queue knows no accounts, and an upload says itself how far it is


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "account",
        "resource",
        "state",
        "outcome",
        "is_dry_run",
        "received_count",
        "created_count",
        "updated_count",
        "unchanged_count",
        "rejected_count",
    ]
    readonly_fields = ["id", "created_at"]
    list_filter = ["outcome", "state", "is_dry_run", "resource", BY_OWN_ACCOUNT]
    ordering = ["-created_at"]
    list_select_related = ["account"]
    show_full_result_count = False
