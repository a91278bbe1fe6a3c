from django.db.models import QuerySet
from django_filters import rest_framework as filters

from receivables.models import Invoice, InvoiceQuerySet


class InvoiceFilterSet(filters.FilterSet):
    customerNumber = filters.CharFilter(method="by_customer_number", label="Customer number, padded with zeros or not.")
    companyCode = filters.CharFilter("company_code", label="Company code.")
    invoiceNumber = filters.CharFilter("invoice_number", label="Invoice number, as it was sent.")
    status = filters.CharFilter("status", label="Status, as it was sent.")

    class Meta:
        model = Invoice
        fields: list[str] = []

    def by_customer_number(self, queryset: InvoiceQuerySet, name: str, value: str) -> QuerySet[Invoice]:
        return queryset.numbered(value)
