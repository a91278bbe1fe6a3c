"""What one writes first with Django REST framework: a serializer of typed fields, and `bulk_create` that upserts."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apiauth.authentication import calling_key
from apiauth.models import Policy, Scope
from receivables.models import Invoice

BATCH_SIZE = 1000


class BulkCreateListSerializer(serializers.ListSerializer[Any]):
    def create(self, rows: list[dict[str, Any]]) -> list[Invoice]:
        account = self.context["account"]
        # Django takes the generated customer_number_key among the unique fields: it is a concrete column.
        return Invoice.objects.bulk_create(
            [Invoice(account=account, **row) for row in rows],
            update_conflicts=True,
            unique_fields=["account", *Invoice.IDENTITY],
            update_fields=UPDATED,
            batch_size=BATCH_SIZE,
        )


class PlainInvoiceSerializer(serializers.Serializer[Any]):
    """The contract's fields, each of its type and its column's length; no query for a row."""

    companyCode = serializers.CharField(source="company_code", max_length=32, required=False, allow_blank=True)
    profitCenter = serializers.CharField(source="profit_center", max_length=255, required=False, allow_blank=True)
    customerName = serializers.CharField(source="customer_name", max_length=255, required=False, allow_blank=True)
    customerNumber = serializers.CharField(source="customer_number", max_length=64)
    accountingDocNumber = serializers.CharField(
        source="accounting_doc_number", max_length=64, required=False, allow_blank=True
    )
    invoiceNumber = serializers.CharField(source="invoice_number", max_length=64)
    postDate = serializers.DateField(source="posting_date", required=False, allow_null=True)
    dueDate = serializers.DateField(source="due_date", required=False, allow_null=True)
    paymentTerms = serializers.CharField(source="payment_terms", max_length=255, required=False, allow_blank=True)
    documentType = serializers.CharField(source="document_type", max_length=255, required=False, allow_blank=True)
    postingKey = serializers.CharField(source="posting_key", max_length=255, required=False, allow_blank=True)
    debitCreditIndicator = serializers.CharField(
        source="debit_credit_indicator", max_length=255, required=False, allow_blank=True
    )
    balanceAmount = serializers.CharField(source="balance_text", max_length=64, required=False, allow_blank=True)
    billAddr = serializers.JSONField(source="billing_address", required=False, allow_null=True)
    shipAddr = serializers.JSONField(source="shipping_address", required=False, allow_null=True)
    currency = serializers.CharField(max_length=16, required=False, allow_blank=True)
    invoiceAmount = serializers.IntegerField(source="invoice_amount")
    reasonCode = serializers.CharField(source="reason_code", max_length=255, required=False, allow_blank=True)
    reasonCodeDescription = serializers.CharField(
        source="reason_code_description", max_length=2000, required=False, allow_blank=True
    )
    fiscalYear = serializers.CharField(source="fiscal_year", max_length=16, required=False, allow_blank=True)
    invoiceDate = serializers.DateField(source="invoice_date", required=False, allow_null=True)
    reference1 = serializers.CharField(max_length=255, required=False, allow_blank=True)
    reference2 = serializers.CharField(max_length=255, required=False, allow_blank=True)
    localAmount = serializers.IntegerField(source="local_amount", required=False, allow_null=True)
    itemText = serializers.CharField(source="item_text", max_length=2000, required=False, allow_blank=True)
    fiscalPeriod = serializers.CharField(source="fiscal_period", max_length=255, required=False, allow_blank=True)
    issueDate = serializers.DateField(source="issue_date", required=False, allow_null=True)
    soldTo = serializers.CharField(source="sold_to", max_length=255, required=False, allow_blank=True)
    lineItem = serializers.CharField(source="line_item", max_length=32, required=False, allow_blank=True)
    referenceDocNo = serializers.CharField(
        source="reference_doc_number", max_length=255, required=False, allow_blank=True
    )
    status = serializers.CharField(max_length=255, required=False, allow_blank=True)

    class Meta:
        list_serializer_class = BulkCreateListSerializer

    def validate(self, row: dict[str, Any]) -> dict[str, Any]:
        balance, now = row.get("balance_text"), timezone.now()
        # Both stamps are given, for a column left to its database default keeps Django from inserting by UNNEST, and
        # bulk_create would take twice as long: so it is for a model with auto_now_add, as one writes it first.
        return row | {"balance_amount": Decimal(balance) if balance else None, "created_at": now, "updated_at": now}


# Wire names to columns, for the other contenders too.
COLUMNS: dict[str, str] = {name: str(field.source) for name, field in PlainInvoiceSerializer().fields.items()}
UPDATED = [
    *(column for column in COLUMNS.values() if column not in Invoice.IDENTITY),
    "balance_amount",
    "updated_at",
]


class BulkCreateView(APIView):
    required_scope = Scope.UPLOAD
    rate_policy = Policy.UPLOAD

    @transaction.atomic
    def post(self, request: Request) -> Response:
        context = {"account": calling_key(request).account}
        serializer = PlainInvoiceSerializer(data=request.data, many=True, context=context)
        serializer.is_valid(raise_exception=True)
        return Response({"received": len(serializer.save())})
