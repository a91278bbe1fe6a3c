"""Thin: authenticate, read, validate, ingest, answer."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apiauth.authentication import calling_key
from apiauth.models import Scope
from apiauth.views import OwnRowsView
from receivables.uploads.bulk import RowSerializer
from receivables.uploads.ingest import Sending, refuse, take
from receivables.uploads.models import Outcome, Upload
from receivables.uploads.parsers import BodyRefused, BulkJSONParser
from receivables.uploads.receipts import ReceiptSerializer, UploadRefused, UploadSummarySerializer
from receivables.uploads.serializers import CustomerUploadSerializer, InvoiceUploadSerializer

# As the published contract has them.
INVOICE_EXAMPLE = {"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112}
CUSTOMER_EXAMPLE = {
    "companyname": "Payorcrm LLC",
    "firstname": "John",
    "lastname": "Doe",
    "phoneno": "+11122334455",
    "emailaddress1": "john.doe@example.com",
    "customerno": "231231201",
    "cocode": "XY22",
}


class UploadView(APIView):
    """Takes an array of rows whole, or refuses it whole; either way a receipt is kept."""

    parser_classes = [BulkJSONParser]
    required_scope = Scope.UPLOAD
    serializer_class: type[RowSerializer]

    def post(self, request: Request) -> Response:
        sending = Sending(calling_key(request), self.serializer_class.Meta.resource)
        upload = take(sending, self.serializer_class, self._rows(request, sending))
        if upload.outcome == Outcome.REFUSED:
            raise UploadRefused(upload)
        return Response(ReceiptSerializer(upload).data)

    def _rows(self, request: Request, sending: Sending) -> list[Any]:
        try:
            return _body(request)
        except BodyRefused as refusal:
            sending.refuse_body(refusal)
            raise UploadRefused(refuse(sending), refusal.status) from None


def _body(request: Request) -> list[Any]:
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise BodyRefused(415, "unknown_coding", f"The Content-Encoding {coding} is not taken. Send plain JSON.")
    rows = request.data
    if not isinstance(rows, list):  # DRF's stand-in for a body that is not there
        raise BodyRefused(400, "empty_body", "The request has no body. Send a JSON array of rows.")
    return rows


class InvoiceUploadView(UploadView):
    serializer_class = InvoiceUploadSerializer

    @extend_schema(
        operation_id="uploadInvoices",
        summary="Upload invoices in bulk",
        request=InvoiceUploadSerializer(many=True),
        examples=[OpenApiExample("Published", INVOICE_EXAMPLE, request_only=True)],
        responses=ReceiptSerializer,
    )
    def post(self, request: Request) -> Response:
        """Takes an array of invoices (or one, as an object). A row of known identity updates, another creates; a
        key that a row leaves out keeps what is stored, `null` clears it. One bad row refuses the array.
        """
        return super().post(request)


class CustomerUploadView(UploadView):
    serializer_class = CustomerUploadSerializer

    @extend_schema(
        operation_id="uploadCustomers",
        summary="Upload customers in bulk",
        request=CustomerUploadSerializer(many=True),
        examples=[OpenApiExample("Published", CUSTOMER_EXAMPLE, request_only=True)],
        responses=ReceiptSerializer,
    )
    def post(self, request: Request) -> Response:
        """Takes an array of customers (or one, as an object), by the rules of the upload of invoices."""
        return super().post(request)


@extend_schema_view(get=extend_schema(operation_id="listUploads"))
class UploadListView(OwnRowsView[Upload], ListAPIView[Upload]):
    """The account's uploads, newest first, refused ones too."""

    queryset = Upload.objects.select_related("api_key").defer("totals", "errors", "warnings")
    serializer_class = UploadSummarySerializer
    cursor_ordering = ("-created_at", "id")


@extend_schema_view(get=extend_schema(operation_id="getUpload"))
class UploadDetailView(OwnRowsView[Upload], RetrieveAPIView[Upload]):
    """The receipt of one upload, as its sender was told."""

    queryset = Upload.objects.select_related("api_key")
    serializer_class = ReceiptSerializer
