from django.urls import path

from receivables.api import views
from receivables.reports.aging_report import AgingReportView
from receivables.reports.movement_report import MovementReportView
from receivables.reports.statement_views import StatementView

urlpatterns = [
    path("invoices", views.InvoiceListView.as_view(), name="invoice-list"),
    path("invoices/<int:pk>", views.InvoiceDetailView.as_view(), name="invoice-detail"),
    path("invoices/<int:pk>/history", views.InvoiceChangeListView.as_view(), name="invoice-history"),
    path("customers/<int:pk>/invoices", views.CustomerInvoiceListView.as_view(), name="customer-invoice-list"),
    path("customers/<int:pk>/statement", StatementView.as_view(), name="customer-statement"),
    path("reports/aging", AgingReportView.as_view(), name="aging-report"),
    path("reports/movements", MovementReportView.as_view(), name="movement-report"),
]
