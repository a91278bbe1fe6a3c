"""The bulk serializers: the contract's names to the models', each with its type."""

from drf_spectacular.utils import extend_schema_serializer

from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.resources import Resource
from receivables.uploads.rows.fields import AmountField, BalanceField, DayField, EmailField, TextField
from receivables.uploads.rows.identifying_fields import CustomerNumberField, IdentifyingField
from receivables.uploads.rows.json_values import JSONValueField
from receivables.uploads.rows.row_checks import RowChecks
from receivables.uploads.rows.row_serializer import RowSerializer


@extend_schema_serializer(component_name="InvoiceRow")
class InvoiceUploadSerializer(RowSerializer):
    """One invoice as the published contract has it."""

    checks_class = RowChecks

    companyCode = IdentifyingField(source="company_code")
    profitCenter = TextField(source="profit_center")
    customerName = TextField(source="customer_name")
    customerNumber = CustomerNumberField(source="customer_number", required=True)
    accountingDocNumber = IdentifyingField(source="accounting_doc_number")
    invoiceNumber = IdentifyingField(source="invoice_number", required=True)
    postDate = DayField(source="posting_date")
    dueDate = DayField(source="due_date")
    paymentTerms = TextField(source="payment_terms")
    documentType = TextField(source="document_type")
    postingKey = TextField(
        source="posting_key",
        help_text="Where no indicator says it, 01 to 09 is a debit and 11 to 19 a credit, also with zeros in front.",
    )
    debitCreditIndicator = TextField(
        source="debit_credit_indicator",
        help_text="`S` is a debit, whose amount counts as given, and `H` a credit, which is minus its magnitude. "
        "Common spellings (`D`, `DR`, `Debit`, `C`, `CR`, `Credit` ...) are understood, with a warning.",
    )
    balanceAmount = BalanceField(
        source="balance_text", help_text="What is still open of the item; without it the invoice amount is."
    )
    billAddr = JSONValueField(source="billing_address")
    shipAddr = JSONValueField(source="shipping_address")
    currency = TextField()
    invoiceAmount = AmountField(source="invoice_amount", required=True)
    reasonCode = TextField(source="reason_code")
    reasonCodeDescription = TextField(source="reason_code_description")
    fiscalYear = IdentifyingField(source="fiscal_year")
    invoiceDate = DayField(source="invoice_date")
    reference1 = TextField()
    reference2 = TextField()
    localAmount = AmountField(source="local_amount")
    itemText = TextField(source="item_text")
    fiscalPeriod = TextField(source="fiscal_period")
    issueDate = DayField(source="issue_date")
    soldTo = TextField(source="sold_to")
    lineItem = IdentifyingField(source="line_item")
    referenceDocNo = TextField(source="reference_doc_number")
    status = TextField()

    class Meta(RowSerializer.Meta):
        model = Invoice
        resource = Resource.INVOICES


@extend_schema_serializer(component_name="CustomerRow")
class CustomerUploadSerializer(RowSerializer):
    """One customer as the published contract has it."""

    companyname = TextField(source="company_name")
    firstname = TextField(source="first_name")
    lastname = TextField(source="last_name")
    phoneno = TextField(source="phone_number")
    emailaddress1 = EmailField(source="email_address", required=True)
    customerno = CustomerNumberField(source="customer_number", required=True)
    cocode = IdentifyingField(source="company_code")

    class Meta(RowSerializer.Meta):
        model = Customer
        resource = Resource.CUSTOMERS


SERIALIZERS: dict[str, type[RowSerializer]] = {
    serializer.Meta.resource: serializer for serializer in (InvoiceUploadSerializer, CustomerUploadSerializer)
}
