from django.contrib import admin

from apiauth.admin import ReadOnlyAdmin
from receivables.uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "account",
        "resource",
        "outcome",
        "received_count",
        "created_count",
        "updated_count",
        "unchanged_count",
        "rejected_count",
    ]
    list_filter = ["outcome", "resource", "account"]
    list_select_related = ["account"]
    date_hierarchy = "created_at"
    show_full_result_count = False
