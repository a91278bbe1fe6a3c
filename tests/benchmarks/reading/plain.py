"""What one writes first with Django REST framework: a ModelSerializer, numbered pages and a filter set.

It is a service of its own, for it has its own settings: `plain_settings`.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import path
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination

from apiauth.authentication import calling_key
from apiauth.models import Scope
from receivables.api.views import InvoiceSerializer
from receivables.models import Invoice


class PlainInvoiceSerializer(serializers.ModelSerializer[Invoice]):
    class Meta:
        model = Invoice
        fields = [field.source for field in InvoiceSerializer().fields.values()]


class PlainPages(PageNumberPagination):
    page_size = 100


class PlainInvoiceFilterSet(filters.FilterSet):
    customer_number_key = filters.CharFilter()

    class Meta:
        model = Invoice
        fields: list[str] = []


class PlainInvoiceListView(ListAPIView[Invoice]):
    queryset = Invoice.objects.order_by("id")
    serializer_class = PlainInvoiceSerializer
    pagination_class = PlainPages
    filter_backends = [filters.DjangoFilterBackend]
    filterset_class = PlainInvoiceFilterSet
    required_scope = Scope.READ

    def get_queryset(self) -> QuerySet[Invoice]:
        rows: Any = super().get_queryset()
        return rows.filter(account=calling_key(self.request).account)


urlpatterns = [path("healthz", lambda request: HttpResponse("ok")), path("invoices", PlainInvoiceListView.as_view())]
