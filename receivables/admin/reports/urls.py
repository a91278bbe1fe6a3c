"""The addresses of the reports, below /admin/, whose policies hold."""

from django.contrib import admin
from django.urls import path

from receivables.admin.reports.aging import aging_page
from receivables.admin.reports.aging_file import aging_file
from receivables.admin.reports.reconcile import reconcile_page

urlpatterns = [
    path("aging/", admin.site.admin_view(aging_page), name="aging-page"),
    path("aging.xlsx", admin.site.admin_view(aging_file), name="aging-file"),
    path("reconcile/", admin.site.admin_view(reconcile_page), name="reconcile-page"),
]
