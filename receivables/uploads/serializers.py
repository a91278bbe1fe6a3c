"""The bulk serializers: the contract's names to the models', and the rules of a row and of an array."""

from collections import defaultdict
from difflib import get_close_matches
from typing import Any

import msgspec
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from customers.models import Customer
from customers.numbers import number_key
from receivables.amounts import NotAnAmount, amount_from_text, fitting, written_as_negative
from receivables.models import Invoice
from receivables.uploads.fields import AmountField, DayField, JSONValueField, TextField
from receivables.uploads.findings import Findings, shown_identity
from receivables.uploads.json_values import JSONRefused, comparable, encoded
from receivables.uploads.literal_json import RepeatedKeys
from receivables.uploads.models import Resource
from receivables.uploads.texts import shown

WHOLE_ROW = None  # the name of no field: in errors of the row itself


class BulkListSerializer(serializers.ListSerializer[Any]):
    """An array of rows. `validated_data` holds each taken row once, under model names, with only the keys
    it came with; `findings` in the context gets every error and warning.
    """

    child: "RowSerializer"
    index = 0  # of the row being read, for the fields' warnings

    @property
    def findings(self) -> Findings:
        findings: Findings = self.context["findings"]
        return findings

    def to_internal_value(self, rows: list[Any]) -> list[dict[str, Any]]:
        taken: dict[int, dict[str, Any]] = {}
        for self.index, row in enumerate(rows):
            try:
                taken[self.index] = self.child.run_validation(row)
            except ValidationError as error:
                self._refuse(self.index, row, error.detail)  # type: ignore[arg-type]
        for index in self._repetitions(taken, rows):
            del taken[index]
        if self.findings.invalid:
            raise ValidationError("refused; the findings say why")
        return list(taken.values())

    def _refuse(self, index: int, row: Any, failures: dict[str | None, Any]) -> None:
        identity = shown_identity(row, self.child.identity_names)
        for name, details in failures.items():
            for detail in details:
                self.findings.refuse(index, name, detail.code, str(detail), identity)

    def _repetitions(self, taken: dict[int, dict[str, Any]], rows: list[Any]) -> list[int]:
        """Return the rows that repeat an earlier one; refuse those that contradict another of their identity."""
        groups = defaultdict(list)
        for index, row in taken.items():
            groups[self.child.identity_of(row)].append(index)
        repeated = []
        for indexes in groups.values():
            if len(indexes) > 1:
                self._compare([(index, taken[index]) for index in indexes], rows)
                repeated += indexes[1:]
        return repeated

    def _compare(self, group: list[tuple[int, dict[str, Any]]], rows: list[Any]) -> None:
        first = self.child.said_by(group[0][1])
        other = next((index for index, row in group if self.child.said_by(row) != first), None)
        for position, (index, row) in enumerate(group):
            if other is not None:
                rival = group[0][0] if self.child.said_by(row) != first else other
                self._refuse(index, rows[index], {WHOLE_ROW: [_contradiction(rival)]})
            elif position:
                self.findings.warn("duplicate_row", "", index)


def _contradiction(rival: int) -> ErrorDetail:
    message = f"has the identity of row {rival + 1} (index {rival}) but other values. Send the item once."
    return ErrorDetail(message, code="conflicting_duplicate")


class RowSerializer(serializers.Serializer[Any]):
    """One row. A key that is left out is left out of the result too; null becomes the column's empty value."""

    class Meta:
        list_serializer_class = BulkListSerializer
        model: Any
        resource: Resource

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.wire_names = frozenset(self.fields)
        by_source = {field.source: name for name, field in self.fields.items()}
        self.identity_names = [by_source[column] for column in self.Meta.model.IDENTITY]
        self.customer_number_name = by_source["customer_number"]

    @property
    def bulk(self) -> BulkListSerializer:
        assert isinstance(self.parent, BulkListSerializer)
        return self.parent

    def identity_of(self, row: dict[str, Any]) -> tuple[str, ...]:
        return tuple(row.get(column, "") for column in self.Meta.model.IDENTITY)

    def said_by(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what a row says, however it says it: absent parts of its identity are empty, JSON has no order."""
        plain = {key: comparable(value) if isinstance(value, msgspec.Raw) else value for key, value in row.items()}
        return dict(zip(self.Meta.model.IDENTITY, self.identity_of(row), strict=True)) | plain

    def run_validation(self, data: Any = None) -> dict[str, Any]:
        if not isinstance(data, dict):
            message = f"{shown(data)} is not a row. Send an object with the contract's keys."
            raise ValidationError({WHOLE_ROW: [ErrorDetail(message, code="not_an_object")]})  # type: ignore[dict-item]
        if isinstance(data, RepeatedKeys):
            message = "is named twice in this row; only one value could be kept. Send it once."
            raise ValidationError({data.repeated: [ErrorDetail(message, code="repeated_key")]})
        return super().run_validation(data)

    def to_internal_value(self, data: dict[str, Any]) -> dict[str, Any]:
        failures: dict[str, Any] = {}
        row: dict[str, Any] = {}
        try:
            row = super().to_internal_value(data)
        except ValidationError as error:
            failures = dict(error.detail)  # type: ignore[arg-type]
        unknown = {name: data[name] for name in data if name not in self.wire_names}
        if unknown:
            self._take_unknown(unknown, row, failures)
        if failures:
            raise ValidationError(failures)
        return row

    def _take_unknown(self, unknown: dict[str, Any], row: dict[str, Any], failures: dict[str, Any]) -> None:
        for name in unknown:
            self.bulk.findings.warn("unknown_field", name, self.bulk.index, self.nearest_name)
        try:
            row["extra"] = encoded(unknown)
        except JSONRefused as refused:
            name = self._first_refused(unknown)
            failures[name] = [ErrorDetail(refused.message, code=refused.code)]

    def _first_refused(self, unknown: dict[str, Any]) -> str:
        """Return the unknown field to blame: the first that cannot be kept even alone, else the first."""
        for name, value in unknown.items():
            try:
                encoded({name: value})
            except JSONRefused:
                return name
        return next(iter(unknown))

    def nearest_name(self, name: str) -> str:
        """Return advice on an unknown key: the contract's name that looks most like it, if one does."""
        folded = {known.lower(): known for known in sorted(self.wire_names)}
        near = get_close_matches(name[:100].lower(), folded, n=1, cutoff=0.75)
        return f"Did you mean {folded[near[0]]}?" if near else ""

    def warn_of_padding(self, number: str) -> None:
        if number_key(number) != number:
            self.bulk.findings.warn("padded_number", self.customer_number_name, self.bulk.index)


class InvoiceUploadSerializer(RowSerializer):
    """One invoice as the published contract has it."""

    companyCode = TextField(source="company_code")
    profitCenter = TextField(source="profit_center")
    customerName = TextField(source="customer_name")
    customerNumber = TextField(source="customer_number", required=True)
    accountingDocNumber = TextField(source="accounting_doc_number")
    invoiceNumber = TextField(source="invoice_number", required=True)
    postDate = DayField(source="posting_date")
    dueDate = DayField(source="due_date")
    paymentTerms = TextField(source="payment_terms")
    documentType = TextField(source="document_type")
    postingKey = TextField(source="posting_key")
    debitCreditIndicator = TextField(source="debit_credit_indicator")
    balanceAmount = TextField(source="balance_text")
    billAddr = JSONValueField(source="billing_address")
    shipAddr = JSONValueField(source="shipping_address")
    currency = TextField()
    invoiceAmount = AmountField(source="invoice_amount", required=True)
    reasonCode = TextField(source="reason_code")
    reasonCodeDescription = TextField(source="reason_code_description")
    fiscalYear = TextField(source="fiscal_year")
    invoiceDate = DayField(source="invoice_date")
    reference1 = TextField()
    reference2 = TextField()
    localAmount = AmountField(source="local_amount")
    itemText = TextField(source="item_text")
    fiscalPeriod = TextField(source="fiscal_period")
    issueDate = DayField(source="issue_date")
    soldTo = TextField(source="sold_to")
    lineItem = TextField(source="line_item")
    referenceDocNo = TextField(source="reference_doc_number")
    status = TextField()

    class Meta(RowSerializer.Meta):
        model = Invoice
        resource = Resource.INVOICES

    def validate(self, row: dict[str, Any]) -> dict[str, Any]:
        self.warn_of_padding(row["customer_number"])
        if "balance_text" in row:
            row["balance_amount"] = self._balance(row["balance_text"])
        return row

    def _balance(self, text: str) -> Any:
        """Return the balance as a number, None where the text is blank or no amount; only the latter is warned of."""
        if not text:
            return None
        try:
            amount = fitting(amount_from_text(text))
        except NotAnAmount:
            self.bulk.findings.warn("balance_is_no_amount", "balanceAmount", self.bulk.index)
            return None
        if spelling := written_as_negative(text):
            self.bulk.findings.warn(spelling, "balanceAmount", self.bulk.index)
        return amount


class CustomerUploadSerializer(RowSerializer):
    """One customer as the published contract has it."""

    companyname = TextField(source="company_name")
    firstname = TextField(source="first_name")
    lastname = TextField(source="last_name")
    phoneno = TextField(source="phone_number")
    emailaddress1 = TextField(source="email_address", required=True)
    customerno = TextField(source="customer_number", required=True)
    cocode = TextField(source="company_code")

    class Meta(RowSerializer.Meta):
        model = Customer
        resource = Resource.CUSTOMERS

    def validate(self, row: dict[str, Any]) -> dict[str, Any]:
        self.warn_of_padding(row["customer_number"])
        try:
            validate_email(row["email_address"])
        except DjangoValidationError:
            self.bulk.findings.warn("odd_email", "emailaddress1", self.bulk.index)
        return row
