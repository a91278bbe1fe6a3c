"""Statements of account as they leave."""

import csv
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from types import SimpleNamespace
from typing import Any

from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from config.exports.copying import in_chunks
from config.exports.defusing import defused
from customers.models import Customer
from receivables.reports.aging import Bucket
from receivables.reports.aging_report import AgingBucketSerializer
from receivables.reports.moments import AsOfMomentSerializer
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


class StatementSerializer(AsOfMomentSerializer):
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
        **(params["known"].members() if params["known"] else {}),
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


KNOWN_AT = "knownAt"  # the last column of a table as of a moment
COLUMNS = list(dict.fromkeys(["kind", "currency", *StatementItemSerializer().fields]))


class PDFRenderer(BaseRenderer):
    media_type, format, charset = "application/pdf", "pdf", None


def file_headers(customer: Customer, params: dict[str, Any], kind: BaseRenderer) -> dict[str, str]:
    """Return the headers that name a file, and its moment if it is of one; of the customer's number what is safe in
    every file system.
    """
    number = re.sub("[^A-Za-z0-9._-]+", "_", customer.customer_number)
    named = {"Content-Disposition": f'attachment; filename="statement-{number}-{params["as_of"]}.{kind.format}"'}
    return named | (params["known"].headers() if params["known"] else {})


def statement_csv(
    sections: Iterable[Section], params: dict[str, Any], text: AmountText
) -> Generator[bytes, None, None]:
    """Yield a table in pieces: of each currency a line with the opening balance, the items, and one with the closing.
    As of a moment, each line names it.

    Nothing is held but the piece.
    """
    file: Any = SimpleNamespace(write=str.encode)  # a writer of CSV returns what `write` does: each line as bytes
    # Only what ends a line is quoted within a cell: a lone \r, too, would end one for its readers.
    of_moment = {KNOWN_AT: params["known"].text} if params["known"] else {}
    table: Any = csv.DictWriter(file, [*COLUMNS, *of_moment], lineterminator="\r\n")
    lines = (
        table.writerow({name: defused(cell) if isinstance(cell, str) else cell for name, cell in row.items()})
        for row in _table_rows(sections, params, of_moment, text)
    )
    yield from in_chunks(chain([table.writeheader()], lines))


def _table_rows(
    sections: Iterable[Section], params: dict[str, Any], of_moment: dict[str, str], text: AmountText
) -> Iterator[dict[str, Any]]:
    first_day, as_of = params.get("from_date"), params["as_of"]
    for section in sections:
        each = of_moment | {"currency": section.currency}
        yield each | {"kind": "opening", "date": first_day, "balance": text(section.opening.amount)}
        for line in section.lines():
            yield each | statement_item(line, as_of, text)
        yield each | {"kind": "closing", "date": as_of, "balance": text(section.closing.amount)}
