"""Customers: their filters under the names of the wire, how they leave, and their addresses."""

from typing import Any

from django.db.models import Q
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView

from apiauth.api import OwnRowsView
from config.api.filters import TextInFilter, texts
from customers.imported.api import (
    LIST_PARAMETERS,
    ChangeListView,
    ChangeSerializer,
    ImportedFilterSet,
    ImportedListView,
)
from customers.models import WORDS, Customer, CustomerChange


class CustomerFilterSet(ImportedFilterSet):
    customerno = filters.CharFilter(method="by_number", label="Customer number, padded with zeros or not.")
    customerno__in = TextInFilter(method="by_numbers", label="Any of several customer numbers, separated by commas.")

    parameter_examples = {
        "cocode": ("XY22", "XY23"),
        "customerno": ("231231201", "231231202"),
        "emailaddress1": ("john.doe@example.com", "john.doe@example.co2"),
        **ImportedFilterSet.parameter_examples,
    }

    warned_of = ~Q(extra={})
    words = WORDS

    class Meta:
        model = Customer
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> Any:
        return super().get_filters() | texts({"cocode": "company_code", "emailaddress1": "email_address"})


class CustomerSerializer(serializers.Serializer[Customer]):
    id = serializers.IntegerField(read_only=True)
    companyname = serializers.CharField(source="company_name")
    firstname = serializers.CharField(source="first_name")
    lastname = serializers.CharField(source="last_name")
    phoneno = serializers.CharField(source="phone_number")
    emailaddress1 = serializers.CharField(source="email_address")
    customerno = serializers.CharField(source="customer_number")
    cocode = serializers.CharField(source="company_code")
    extra = serializers.DictField(help_text="Keys of the feed that the contract does not know.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Customer


class CustomerChangeSerializer(ChangeSerializer):
    """One change of a customer."""

    row_serializer = CustomerSerializer


@extend_schema_view(
    get=extend_schema(operation_id="listCustomers", summary="List customers", parameters=LIST_PARAMETERS)
)
class CustomerListView(ImportedListView[Customer]):
    """The account's customers, oldest first unless `ordering` says otherwise."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilterSet
    file_name = "customers"
    orderings = {
        "id": ("id",),
        "customerno": ("customer_number_key", "company_code", "id"),
        "updatedAt": ("updated_at", "id"),
    }


@extend_schema_view(get=extend_schema(operation_id="getCustomer", summary="Get one customer"))
class CustomerDetailView(OwnRowsView[Customer], RetrieveAPIView[Customer]):
    """One customer."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


@extend_schema_view(get=extend_schema(operation_id="listCustomerChanges", summary="What changed in a customer"))
class CustomerChangeListView(ChangeListView):
    queryset = CustomerChange.objects.none()
    rows = Customer.objects
    serializer_class = CustomerChangeSerializer


urlpatterns = [
    path("customers", CustomerListView.as_view(), name="customer-list"),
    path("customers/<int:pk>", CustomerDetailView.as_view(), name="customer-detail"),
    path("customers/<int:pk>/history", CustomerChangeListView.as_view(), name="customer-history"),
]
