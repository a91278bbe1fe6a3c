from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView

from apiauth.authentication import calling_key
from apiauth.views import OwnRowsView
from customers.filters import CustomerFilterSet
from customers.history import Change
from customers.models import Customer, CustomerChange
from customers.serializers import CustomerChangeSerializer, CustomerSerializer


@extend_schema_view(get=extend_schema(operation_id="listCustomers"))
class CustomerListView(OwnRowsView[Customer], ListAPIView[Customer]):
    """The account's customers, oldest first."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilterSet


@extend_schema_view(get=extend_schema(operation_id="getCustomer"))
class CustomerDetailView(OwnRowsView[Customer], RetrieveAPIView[Customer]):
    """One customer."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class ChangeListView(OwnRowsView[Change], ListAPIView[Change]):
    """What changed in one row, newest first: each field before and after, by whom and when."""

    cursor_ordering = ("-id",)
    rows: Any

    def get_queryset(self) -> QuerySet[Change]:
        own_rows = self.rows.of_account(calling_key(self.request).account)
        changes: QuerySet[Change] = get_object_or_404(own_rows, pk=self.kwargs["pk"]).changes.all()
        return changes


@extend_schema_view(get=extend_schema(operation_id="listCustomerChanges"))
class CustomerChangeListView(ChangeListView):
    queryset = CustomerChange.objects.none()
    rows = Customer.objects
    serializer_class = CustomerChangeSerializer
