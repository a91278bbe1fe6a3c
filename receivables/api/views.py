from collections.abc import Sequence
from typing import Any

from django.db.models import DecimalField, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.generics import RetrieveAPIView
from rest_framework.views import APIView

from apiauth.api.views import OwnRowsView
from apiauth.authentication import calling_key
from config.exports.copying import AmountAsText, stored
from customers.imported.api import LIST_PARAMETERS, ChangeListView, ImportedListView
from customers.models import Customer
from receivables.api.filters import InvoiceFilterSet
from receivables.api.serializers import AMOUNTS_AS_TEXT, InvoiceChangeSerializer, InvoiceSerializer
from receivables.models import Invoice, InvoiceChange

AMOUNTS = OpenApiParameter(
    "amounts",
    enum=["number", "string"],
    description='`string`: amounts are texts of the same digits (`"123456789.01"`), for readers that round numbers of '
    "more than 15 digits. The schemas show numbers.",
)


class AmountsView(APIView):
    """`amounts=string` has amounts leave as texts."""

    query_parameters: Sequence[str] = ("amounts",)

    @property
    def are_amounts_texts(self) -> bool:
        amounts = self.request.query_params.get("amounts", "number")
        if amounts not in ("number", "string"):
            raise ValidationError({"amounts": [f"{amounts!r} is neither number nor string."]}, code="invalid_choice")
        return amounts == "string"

    def get_serializer_context(self) -> dict[str, Any]:
        context: dict[str, Any] = super().get_serializer_context()  # type: ignore[misc]
        return context | {AMOUNTS_AS_TEXT: self.request is not None and self.are_amounts_texts}


@extend_schema_view(
    get=extend_schema(operation_id="listInvoices", summary="List invoices", parameters=[*LIST_PARAMETERS, AMOUNTS])
)
class InvoiceListView(AmountsView, ImportedListView[Invoice]):
    """The account's invoices, oldest first unless `ordering` says otherwise."""

    query_parameters = (*ImportedListView.query_parameters, *AmountsView.query_parameters)
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

    def columns(self) -> dict[str, Any]:
        if not self.are_amounts_texts:
            return super().columns()
        if "json" not in self.request.accepted_renderer.media_type:
            raise ValidationError({"amounts": ["amounts concerns JSON; every digit stands in this file."]})
        return {
            name: AmountAsText(column) if isinstance(stored(column), DecimalField) else column
            for name, column in super().columns().items()
        }


@extend_schema_view(get=extend_schema(operation_id="getInvoice", summary="Get one invoice", parameters=[AMOUNTS]))
class InvoiceDetailView(AmountsView, OwnRowsView[Invoice], RetrieveAPIView[Invoice]):
    """One invoice."""

    queryset = Invoice.objects.all()
    serializer_class = InvoiceSerializer


@extend_schema_view(
    get=extend_schema(
        operation_id="listCustomerInvoices",
        summary="List what one customer owes",
        parameters=[*LIST_PARAMETERS, AMOUNTS],
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


@extend_schema_view(
    get=extend_schema(operation_id="listInvoiceChanges", summary="What changed in an invoice", parameters=[AMOUNTS])
)
class InvoiceChangeListView(AmountsView, ChangeListView):
    queryset = InvoiceChange.objects.none()
    rows = Invoice.objects
    serializer_class = InvoiceChangeSerializer
