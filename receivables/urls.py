from django.urls import path

from receivables import views

urlpatterns = [
    path("invoices", views.InvoiceListView.as_view(), name="invoice-list"),
    path("invoices/<int:pk>", views.InvoiceDetailView.as_view(), name="invoice-detail"),
    path("invoices/<int:pk>/history", views.InvoiceChangeListView.as_view(), name="invoice-history"),
    path("customers/<int:pk>/invoices", views.CustomerInvoiceListView.as_view(), name="customer-invoice-list"),
]
