from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import RetrieveAPIView

from apiauth.authentication import calling_key
from apiauth.views import OwnRowsView
from customers.models import Customer
from customers.views import FED_LIST_PARAMETERS, ChangeListView, FedListView
from receivables.filters import InvoiceFilterSet
from receivables.models import Invoice, InvoiceChange
from receivables.serializers import InvoiceChangeSerializer, InvoiceSerializer


@extend_schema_view(
    get=extend_schema(operation_id="listInvoices", summary="List invoices", parameters=FED_LIST_PARAMETERS)
)
class InvoiceListView(FedListView[Invoice]):
    """The account's invoices, oldest first unless told otherwise."""

    queryset = Invoice.objects.all()
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilterSet
    file_name = "invoices"
    orderings = {
        "id": ("id",),
        "invoiceNumber": ("invoice_number", "id"),
        "customerNumber": ("customer_number_key", "id"),
        "dueDate": ("due_date", "id"),
        "openAmount": ("open_amount", "id"),
        "updatedAt": ("updated_at", "id"),
    }


@extend_schema_view(get=extend_schema(operation_id="getInvoice", summary="Get one invoice"))
class InvoiceDetailView(OwnRowsView[Invoice], RetrieveAPIView[Invoice]):
    """One invoice."""

    queryset = Invoice.objects.all()
    serializer_class = InvoiceSerializer


@extend_schema_view(
    get=extend_schema(
        operation_id="listCustomerInvoices", summary="List what one customer owes", parameters=FED_LIST_PARAMETERS
    )
)
class CustomerInvoiceListView(InvoiceListView):
    """The invoices of one customer: by number, padded or not, within its company code where both name one."""

    def get_queryset(self) -> QuerySet[Invoice]:
        customer = Customer.objects.one_of(calling_key(self.request).account, self.kwargs["pk"])
        if customer is None:
            raise Http404
        own_invoices: Any = super().get_queryset()
        return own_invoices.for_customer(customer)


@extend_schema_view(get=extend_schema(operation_id="listInvoiceChanges", summary="What changed in an invoice"))
class InvoiceChangeListView(ChangeListView):
    queryset = InvoiceChange.objects.none()
    rows = Invoice.objects
    serializer_class = InvoiceChangeSerializer
