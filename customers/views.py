from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import RetrieveAPIView

from apiauth.api.views import OwnRowsView
from customers.filters import CustomerFilterSet
from customers.imported.views import LIST_PARAMETERS, ChangeListView, ImportedListView
from customers.models import Customer, CustomerChange
from customers.serializers import CustomerChangeSerializer, CustomerSerializer


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
