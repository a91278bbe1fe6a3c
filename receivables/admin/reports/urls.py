"""The addresses of the reports, below /admin/, whose policies hold."""

from django.contrib import admin
from django.urls import path

from receivables.admin.reports.aging import aging_page
from receivables.admin.reports.aging_file import aging_file
from receivables.admin.reports.movements import movements_file, movements_page
from receivables.admin.reports.reconcile import reconcile_page

urlpatterns = [
    path("aging/", admin.site.admin_view(aging_page), name="aging-page"),
    path("aging.xlsx", admin.site.admin_view(aging_file), name="aging-file"),
    path("movements/", admin.site.admin_view(movements_page), name="movements-page"),
    path("movements.xlsx", admin.site.admin_view(movements_file), name="movements-file"),
    path("reconcile/", admin.site.admin_view(reconcile_page), name="reconcile-page"),
]
