from django.urls import path

from receivables.uploads import views

urlpatterns = [
    path("upload/invoices", views.InvoiceUploadView.as_view(), name="upload-invoices"),
    path("upload/customers", views.CustomerUploadView.as_view(), name="upload-customers"),
    path("uploads", views.UploadListView.as_view(), name="upload-list"),
    path("uploads/<uuid:pk>", views.UploadDetailView.as_view(), name="upload-detail"),
]
