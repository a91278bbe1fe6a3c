from rest_framework.generics import ListAPIView, RetrieveAPIView

from apiauth.views import OwnRowsView
from customers.filters import CustomerFilterSet
from customers.models import Customer
from customers.serializers import CustomerSerializer


class CustomerListView(OwnRowsView[Customer], ListAPIView[Customer]):
    """The account's customers, oldest first."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilterSet


class CustomerDetailView(OwnRowsView[Customer], RetrieveAPIView[Customer]):
    """One customer."""

    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer
