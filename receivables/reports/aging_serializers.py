"""Reports as they leave."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from receivables.money import amount_text
from receivables.reports.aging import CUSTOMER, Bucket
from receivables.reports.parameters import ORDERS, DateBasis, Grouping


class AgingBucketSerializer(serializers.Serializer[Any]):
    label = serializers.CharField(  # type: ignore[assignment]
        help_text="`not due`, `1-30`, `over 120`, `no due date` (or `no invoice date`), `unapplied credits`."
    )
    amount = serializers.CharField(help_text="An exact decimal as text; of credits negative.")


class AgingRowSerializer(serializers.Serializer[Any]):
    """What one group owes in one currency."""

    group = serializers.CharField(
        allow_null=True,
        help_text="The customer number, without the zeros that pad it, the company code or the currency; null where "
        "the report is not grouped.",
    )
    companyCode = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Of `groupBy=customer` alone: the company code of the customer, which `group` gives the number of.",
    )
    customerName = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="Of customers alone: the name that was sent with the customer, else the one of its open items; empty "
        "where these name several, or customers of several names are added up.",
    )
    currency = serializers.CharField(allow_blank=True)
    total = serializers.CharField(help_text="What is open: the exact sum of the buckets.")
    items = serializers.IntegerField(help_text="Open items that are summed.")
    itemsWithoutAmount = serializers.IntegerField(
        help_text="Further items, whose balance is a text that is no amount: they are in no sum."
    )
    buckets = AgingBucketSerializer(many=True)


class AgingReportSerializer(serializers.Serializer[Any]):
    asOf = serializers.DateField()
    groupBy = serializers.ChoiceField(choices=Grouping.choices)
    dateBasis = serializers.ChoiceField(choices=DateBasis.choices)
    next = serializers.URLField(allow_null=True, help_text="The next page, of the same day; null on the last.")
    results = AgingRowSerializer(many=True)


def _group(row: dict[str, Any], group_by: str) -> dict[str, Any]:
    match group_by:
        case Grouping.NONE:
            return {"group": None}
        case Grouping.CUSTOMER:
            return {"group": row[CUSTOMER], "companyCode": row["company_code"], "customerName": row["name"]}
        case Grouping.CUSTOMER_NUMBER:
            return {"group": row[CUSTOMER], "customerName": row["name"]}
    return {"group": row[ORDERS[group_by][0]]}


def aging_row(row: dict[str, Any], group_by: str, parts: Sequence[Bucket], decimal_places: int) -> dict[str, Any]:
    """Return a row as it leaves; up to a thousand of them, each of many parts, are too many for a serializer."""
    return {
        **_group(row, group_by),
        "currency": row["currency"],
        "total": amount_text(row["total"], decimal_places),
        "items": row["summed_count"],
        "itemsWithoutAmount": row["without_amount_count"],
        "buckets": [
            {"label": part.label, "amount": amount_text(row[f"bucket{n}"], decimal_places)}
            for n, part in enumerate(parts)
        ],
    }
