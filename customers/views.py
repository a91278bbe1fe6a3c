from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView

from apiauth.views import OwnRowsView
from customers.filters import CustomerFilterSet
from customers.models import Customer
from customers.serializers import CustomerSerializer


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
