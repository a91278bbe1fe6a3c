"""Movements as they leave."""

from copy import copy
from typing import Any

from django.conf import settings
from rest_framework import serializers

from config.http.addresses import link_to
from receivables.money import amount_text
from receivables.reports.moments import LastUploadSerializer
from receivables.reports.movement_rows import Kind, Movement


class LinkSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    url = serializers.CharField()


class StateSerializer(serializers.Serializer[Any]):
    """An item as it was at a moment."""

    currency = serializers.CharField(allow_blank=True)
    openAmount = serializers.CharField(
        allow_null=True, help_text="An exact decimal as text; null where the balance is a text that is no amount."
    )


class MovementSerializer(serializers.Serializer[Any]):
    """By how much an item moved what is open in a currency."""

    id = serializers.IntegerField(help_text="The invoice, as lists name it.")
    url = serializers.CharField()
    companyCode = serializers.CharField(allow_blank=True)
    customerNumber = serializers.CharField()
    invoiceNumber = serializers.CharField()
    accountingDocNumber = serializers.CharField(allow_blank=True)
    fiscalYear = serializers.CharField(allow_blank=True)
    lineItem = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    currency = serializers.CharField(allow_blank=True, help_text="What `difference` is counted in.")
    difference = serializers.CharField(
        help_text="An exact decimal as text: by how much it moved what is open. What is no amount counts as nothing."
    )
    before = StateSerializer(allow_null=True, help_text="null where the item was not there.")
    after = StateSerializer()
    lastUpload = LinkSerializer(allow_null=True, help_text="The upload that moved it last.")
    movedFrom = LinkSerializer(
        allow_null=True, help_text="Of a new item of the kind `moved`: the invoice that it was before."
    )


class MovementSumSerializer(serializers.Serializer[Any]):
    companyCode = serializers.CharField(allow_blank=True)
    currency = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    items = serializers.IntegerField()
    amount = serializers.CharField(help_text="The exact sum of their differences, as text.")


class KnownSerializer(serializers.Serializer[Any]):
    """A moment, and the last upload of invoices until then."""

    knownAt = serializers.DateTimeField()
    lastUpload = LastUploadSerializer(allow_null=True)


class MovementReportSerializer(serializers.Serializer[Any]):
    since = KnownSerializer(allow_null=True)
    until = KnownSerializer(allow_null=True)
    sums = MovementSumSerializer(
        many=True,
        help_text="Of all pages, by company code, currency and kind. Over all kinds they are what is open at `until` "
        "minus what was open at `since`, exactly.",
    )
    next = serializers.URLField(allow_null=True, help_text="The next page, of the same moments; null on the last.")
    results = MovementSerializer(many=True)


# The columns of a file, in order, by their names.
_COLUMNS = {
    "kind": "kind",
    "currency": "currency",
    "difference": "difference",
    "currencyBefore": "currency_before",
    "openAmountBefore": "open_before",
    "currencyAfter": "currency_after",
    "openAmountAfter": "open_after",
    "companyCode": "company_code",
    "customerNumber": "customer_number",
    "invoiceNumber": "invoice_number",
    "accountingDocNumber": "accounting_doc_number",
    "fiscalYear": "fiscal_year",
    "lineItem": "line_item",
    "id": "id",
    "movedFrom": "moved_from_id",
}


def file_columns() -> dict[str, Any]:
    """Return the columns of a file by their names; rows have them by `with_last_upload`."""
    last_upload = copy(Movement._meta.get_field("created_upload_id"))
    last_upload.attname = "last_upload"
    return {wire: Movement._meta.get_field(name) for wire, name in _COLUMNS.items()} | {"lastUpload": last_upload}


def movement_row(row: Any, decimal_places: int) -> dict[str, Any]:
    """Return a row with `last_upload` as it leaves."""
    was_there = row.currency_before is not None
    return {
        "id": row.id,
        "url": link_to("invoice-detail", row.id),
        "companyCode": row.company_code,
        "customerNumber": row.customer_number,
        "invoiceNumber": row.invoice_number,
        "accountingDocNumber": row.accounting_doc_number,
        "fiscalYear": row.fiscal_year,
        "lineItem": row.line_item,
        "kind": row.kind,
        "currency": row.currency,
        "difference": amount_text(row.difference, decimal_places),
        "before": _state(row.currency_before, row.open_before, decimal_places) if was_there else None,
        "after": _state(row.currency_after, row.open_after, decimal_places),
        "lastUpload": _link(settings.UPLOAD_URL, row.last_upload),
        "movedFrom": _link("invoice-detail", row.moved_from_id),
    }


def _state(currency: str, amount: Any, decimal_places: int) -> dict[str, Any]:
    return {"currency": currency, "openAmount": None if amount is None else amount_text(amount, decimal_places)}


def _link(name: str, pk: Any) -> dict[str, Any] | None:
    return {"id": pk, "url": link_to(name, pk)} if pk else None


def movement_sum(row: dict[str, Any], decimal_places: int) -> dict[str, Any]:
    return {
        "companyCode": row["company_code"],
        "currency": row["currency"],
        "kind": row["kind"],
        "items": row["items"],
        "amount": amount_text(row["amount"], decimal_places),
    }
