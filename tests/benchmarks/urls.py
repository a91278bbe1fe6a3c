from django.urls import include, path

from tests.benchmarks.plain_views import BulkCreateView
from tests.benchmarks.recordset_views import RecordsetView

urlpatterns = [
    path("", include("config.urls")),
    path("benchmarks/bulk-create", BulkCreateView.as_view()),
    path("benchmarks/json-to-recordset", RecordsetView.as_view()),
]

handler400 = "config.api.problems.bad_request"
handler403 = "config.api.problems.permission_denied"
handler404 = "config.api.problems.page_not_found"
handler500 = "config.api.problems.server_error"
