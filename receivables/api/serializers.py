"""Invoices as they leave: under the names they came in, amounts as exact numbers."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.imported.api import AnyJSONField, ChangeSerializer
from receivables.models import Invoice
from receivables.money import plain_number

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
        help_text="What is still owed. Credits are negative, and so is an overpaid debit.",
    )
    extra = serializers.DictField(help_text="Keys of the feed that the contract does not know.")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")

    class Meta:
        model = Invoice


class InvoiceChangeSerializer(ChangeSerializer):
    """One change of an invoice."""

    row_serializer = InvoiceSerializer
