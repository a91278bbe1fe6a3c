"""The addresses of the service. API paths are written without their trailing slash; both spellings answer."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from config import health

admin.site.site_header = admin.site.site_title = "Receivables"
admin.site.index_title = "Accounts, customers, invoices, uploads"

# Its OPTIONS would have to be rendered as a page, for which it has none.
documents = SpectacularSwaggerView.as_view(url_name="schema", http_method_names=["get", "head"])

urlpatterns = [
    path("", RedirectView.as_view(url="/jsonApi/docs")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("jsonApi/", include("receivables.uploads.urls")),
    path("jsonApi/", include("receivables.urls")),
    path("jsonApi/", include("customers.urls")),
    path("jsonApi/", include("apiauth.urls")),
    path("jsonApi/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("jsonApi/docs", documents, name="docs"),
]

handler400 = "config.problems.bad_request"
handler403 = "config.problems.permission_denied"
handler404 = "config.problems.page_not_found"
handler500 = "config.problems.server_error"
