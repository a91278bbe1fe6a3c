"""The addresses of the reports, below /admin/, whose policies hold."""

from django.contrib import admin
from django.urls import path

from receivables.admin.reports.aging import aging_page

urlpatterns = [
    path("aging/", admin.site.admin_view(aging_page), name="aging-page"),
]
