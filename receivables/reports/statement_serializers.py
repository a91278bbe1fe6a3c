"""Statements of account as they leave."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from customers.models import Customer
from receivables.reports.aging import Bucket
from receivables.reports.aging_serializers import AgingBucketSerializer
from receivables.reports.parameters import DateBasis
from receivables.reports.statement import Line, Section, Sum

AmountText = Callable[[Decimal], str]
KINDS = ["item", "credit"]


class StatementCustomerSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    customerno = serializers.CharField()
    cocode = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True, help_text="The company's name, else the person's.")


class StatementSumSerializer(serializers.Serializer[Any]):
    amount = serializers.CharField(help_text="An exact decimal as text.")
    items = serializers.IntegerField(help_text="Items that are summed.")
    unreadable = serializers.IntegerField(
        help_text="Further items, whose balance is a text that is no amount: they are in no sum."
    )


class StatementItemSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="The invoice, as lists name it.")
    kind = serializers.ChoiceField(choices=KINDS, help_text="`credit` where the open amount is negative.")
    date = serializers.DateField(
        allow_null=True, help_text="What orders the items: the invoice date, else the posting, else the issue date."
    )
    companyCode = serializers.CharField(allow_blank=True)
    invoiceNumber = serializers.CharField()
    accountingDocNumber = serializers.CharField(allow_blank=True)
    documentType = serializers.CharField(allow_blank=True)
    invoiceDate = serializers.DateField(allow_null=True)
    dueDate = serializers.DateField(allow_null=True)
    daysOverdue = serializers.IntegerField(
        allow_null=True, help_text="0 where it is not due; null for a credit, and where there is no due date."
    )
    reference1 = serializers.CharField(allow_blank=True)
    amount = serializers.CharField(help_text="The invoice amount, signed as the open amount is.")
    openAmount = serializers.CharField(
        allow_null=True, help_text="What is still owed, of credits negative; null where it is a text that is no amount."
    )
    balance = serializers.CharField(help_text="The balance after this item.")


class StatementSectionSerializer(serializers.Serializer[Any]):
    """What is open in one currency."""

    currency = serializers.CharField(allow_blank=True)
    opening = StatementSumSerializer(help_text="Of items dated before `from`.")
    items = StatementItemSerializer(many=True)
    debits = StatementSumSerializer(help_text="Of the items listed, but for credits.")
    credits = StatementSumSerializer(help_text="Of the credits listed.")
    closing = StatementSumSerializer(help_text="`opening`, `debits` and `credits` together.")
    later = StatementSumSerializer(help_text="Of items dated after `asOf`, which the statement leaves out.")
    aging = AgingBucketSerializer(many=True, help_text="The closing amount by age; it is their exact sum.")


class StatementSerializer(serializers.Serializer[Any]):
    account = serializers.CharField(help_text="The name of the account that is owed.")
    customer = StatementCustomerSerializer()
    asOf = serializers.DateField()
    dateBasis = serializers.ChoiceField(choices=DateBasis.choices)
    currencies = StatementSectionSerializer(many=True)

    def get_fields(self) -> Any:
        """Add `from`, which no attribute can be called."""
        return super().get_fields() | {"from": serializers.DateField(allow_null=True)}


def statement_body(
    customer: Customer, params: dict[str, Any], sections: Iterable[Section], parts: Sequence[Bucket], text: AmountText
) -> dict[str, Any]:
    """Return a whole statement, its amounts written by `text`; its sections are read."""
    return {
        "account": customer.account.name,
        "customer": {
            "id": customer.pk,
            "customerno": customer.customer_number,
            "cocode": customer.company_code,
            "name": customer.name,
        },
        "from": params.get("from_date"),
        "asOf": params["as_of"],
        "dateBasis": params["date_basis"],
        "currencies": [_section(section, params["as_of"], parts, text) for section in sections],
    }


def _section(section: Section, as_of: date, parts: Sequence[Bucket], text: AmountText) -> dict[str, Any]:
    items = [statement_item(line, as_of, text) for line in section.lines()]  # read first: the sums are of them
    ages = zip(parts, section.ages, strict=True)
    return {
        "currency": section.currency,
        "opening": _sum(section.opening, text),
        "items": items,
        "debits": _sum(section.debits, text),
        "credits": _sum(section.credits, text),
        "closing": _sum(section.closing, text),
        "later": _sum(section.later, text),
        "aging": [{"label": part.label, "amount": text(amount)} for part, amount in ages],
    }


def statement_item(line: Line, as_of: date, text: AmountText) -> dict[str, Any]:
    row = line.row
    return {
        "id": row.id,
        "kind": "credit" if line.is_credit else "item",
        "date": row.item_date,
        "companyCode": row.company_code,
        "invoiceNumber": row.invoice_number,
        "accountingDocNumber": row.accounting_doc_number,
        "documentType": row.document_type,
        "invoiceDate": row.invoice_date,
        "dueDate": row.due_date,
        "daysOverdue": line.days_overdue(as_of),
        "reference1": row.reference1,
        "amount": text(row.amount),
        "openAmount": None if row.open_amount is None else text(row.open_amount),
        "balance": text(line.balance),
    }


def _sum(total: Sum, text: AmountText) -> dict[str, Any]:
    return {"amount": text(total.amount), "items": total.count, "unreadable": total.unreadable_count}
