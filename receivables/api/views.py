"""Invoices as they leave, under the names they came in, amounts as exact numbers: lists, one, and its history."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, QuerySet
from django.http import Http404
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apiauth.api import OwnRowsView
from apiauth.authentication import calling_key
from config.api.pagination import KeysetPages
from config.exports.copying import AmountAsText, stored
from customers.imported.api import LIST_PARAMETERS, AnyJSONField, ChangeListView, ChangeSerializer, ImportedListView
from customers.models import Customer
from receivables.api.as_of import KnownAtView, PagesAsOf
from receivables.api.filters import InvoiceFilterSet
from receivables.models import Invoice, InvoiceChange
from receivables.money import plain_number
from receivables.reports.moments import AsOfMomentSerializer, customer_then, not_there_yet
from receivables.reports.parameters import KnownAtSerializer

AMOUNTS_AS_TEXT = "amounts_as_text"  # in a serializer's context


@extend_schema_field({"type": "number"})
class AmountField(serializers.Field[Any, Any, Any, Any]):
    """An amount as an exact JSON number, a whole one as an integer; or as a text of the same digits."""

    def to_representation(self, value: Decimal) -> Decimal | int | str:
        number = plain_number(value)
        return f"{Decimal(number):f}" if self.context.get(AMOUNTS_AS_TEXT) else number


class InvoiceSerializer(serializers.Serializer[Invoice]):
    id = serializers.IntegerField(read_only=True)
    companyCode = serializers.CharField(source="company_code")
    profitCenter = serializers.CharField(source="profit_center")
    customerName = serializers.CharField(source="customer_name")
    customerNumber = serializers.CharField(source="customer_number")
    accountingDocNumber = serializers.CharField(source="accounting_doc_number")
    invoiceNumber = serializers.CharField(source="invoice_number")
    postDate = serializers.DateField(source="posting_date", allow_null=True)
    dueDate = serializers.DateField(source="due_date", allow_null=True)
    paymentTerms = serializers.CharField(source="payment_terms")
    documentType = serializers.CharField(source="document_type")
    postingKey = serializers.CharField(source="posting_key")
    debitCreditIndicator = serializers.CharField(source="debit_credit_indicator")
    balanceAmount = serializers.CharField(source="balance_text")
    billAddr = AnyJSONField(source="billing_address")
    shipAddr = AnyJSONField(source="shipping_address")
    currency = serializers.CharField()
    invoiceAmount = AmountField(source="invoice_amount")
    reasonCode = serializers.CharField(source="reason_code")
    reasonCodeDescription = serializers.CharField(source="reason_code_description")
    fiscalYear = serializers.CharField(source="fiscal_year")
    invoiceDate = serializers.DateField(source="invoice_date", allow_null=True)
    reference1 = serializers.CharField()
    reference2 = serializers.CharField()
    localAmount = AmountField(source="local_amount", allow_null=True)
    itemText = serializers.CharField(source="item_text")
    fiscalPeriod = serializers.CharField(source="fiscal_period")
    issueDate = serializers.DateField(source="issue_date", allow_null=True)
    soldTo = serializers.CharField(source="sold_to")
    lineItem = serializers.CharField(source="line_item")
    referenceDocNo = serializers.CharField(source="reference_doc_number")
    status = serializers.CharField()
    openAmount = AmountField(
        source="open_amount",
        allow_null=True,
        help_text="What is owed, whatever `balanceAmount` and `status` say: 0 while the item is closed. Credits are "
        "negative, and so is an overpaid debit.",
    )
    closedAt = serializers.DateTimeField(
        source="closed_at",
        allow_null=True,
        help_text="Since when it is closed without a word of its feed; null while it is not. Its other fields stay as "
        "they were sent last.",
    )
    closedReason = serializers.CharField(
        source="closed_reason",
        help_text="`missing`: a full load no longer had it. `withdrawn`: the upload that created it was taken back. "
        "Blank while it is not closed.",
    )
    closedBy = serializers.UUIDField(source="closed_by", allow_null=True, help_text="The upload that closed it.")
    extra = serializers.DictField(help_text="Keys of the feed that the contract does not know.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Invoice


class InvoiceChangeSerializer(ChangeSerializer):
    """One change of an invoice."""

    row_serializer = InvoiceSerializer


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
    get=extend_schema(
        operation_id="listInvoices",
        summary="List invoices",
        parameters=[*LIST_PARAMETERS, AMOUNTS, KnownAtSerializer],
    )
)
class InvoiceListView(KnownAtView, AmountsView, ImportedListView[Invoice]):
    """The account's invoices, oldest first unless `ordering` says otherwise. With `knownAt` they are as they were then,
    and so is what filters find; a page names the moment and the last upload, a file in `X-Known-At`, `X-Last-Upload`.
    """

    query_parameters = (
        *ImportedListView.query_parameters,
        *AmountsView.query_parameters,
        *KnownAtView.query_parameters,
    )
    queryset = Invoice.objects.all()
    pagination_class: type[KeysetPages] = PagesAsOf
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

    def get_queryset(self) -> QuerySet[Invoice]:
        own: QuerySet[Invoice] = self.as_known(Invoice.objects)
        return own

    def columns(self) -> dict[str, Any]:
        if not self.are_amounts_texts:
            return super().columns()
        if "json" not in self.request.accepted_renderer.media_type:
            raise ValidationError({"amounts": ["amounts concerns JSON; every digit stands in this file."]})
        return {
            name: AmountAsText(column) if isinstance(stored(column), DecimalField) else column
            for name, column in super().columns().items()
        }


@extend_schema_serializer(component_name="Invoice")
class InvoiceAsOfSerializer(InvoiceSerializer, AsOfMomentSerializer):
    """One invoice, and the moment that it is of, if it is not as it is now."""


@extend_schema_view(
    get=extend_schema(
        operation_id="getInvoice",
        summary="Get one invoice",
        parameters=[AMOUNTS, KnownAtSerializer],
        responses=InvoiceAsOfSerializer,
    )
)
class InvoiceDetailView(KnownAtView, AmountsView, OwnRowsView[Invoice], RetrieveAPIView[Invoice]):
    """One invoice. With `knownAt` as it was then."""

    query_parameters = (*AmountsView.query_parameters, *KnownAtView.query_parameters)
    queryset = Invoice.objects.all()
    serializer_class = InvoiceSerializer

    def get_object(self) -> Invoice:
        invoice: Invoice = super().get_object()
        if self.known is None:
            return invoice
        then: Invoice | None = self.as_known(Invoice.objects).filter(pk=invoice.pk).first()
        return then or not_there_yet(invoice, "knownAt")

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().retrieve(request, *args, **kwargs)
        response.data |= self.known.members() if self.known else {}
        return response


@extend_schema_view(
    get=extend_schema(
        operation_id="listCustomerInvoices",
        summary="List what one customer owes",
        parameters=[*LIST_PARAMETERS, AMOUNTS, KnownAtSerializer],
    )
)
class CustomerInvoiceListView(InvoiceListView):
    """The invoices of one customer: by number, padded or not, within its company code where both name one. With
    `knownAt` as they were then, and belonged to the customers that were known then.
    """

    def get_queryset(self) -> QuerySet[Invoice]:
        customer = Customer.objects.one_of(calling_key(self.request).account, self.kwargs["pk"])
        if customer is None:
            raise Http404
        if self.known:
            customer = customer_then(customer, self.known, "knownAt")
        own_invoices: Any = super().get_queryset()
        return own_invoices.for_customer(customer)


@extend_schema_view(
    get=extend_schema(operation_id="listInvoiceChanges", summary="What changed in an invoice", parameters=[AMOUNTS])
)
class InvoiceChangeListView(AmountsView, ChangeListView):
    queryset = InvoiceChange.objects.none()
    rows = Invoice.objects
    serializer_class = InvoiceChangeSerializer
