"""What full loads lacked, over REST: a list of invoices, with what was open in them then, and what became of them."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import get_object_or_404

from apiauth.authentication import calling_key
from config.api.pagination import KeysetPages
from config.exports.copying import json_row
from customers.imported.api import LIST_PARAMETERS, ImportedListView, columns_of
from receivables.api.filters import InvoiceFilterSet
from receivables.api.views import AMOUNTS, AmountField, AmountsView, InvoiceListView, InvoiceSerializer
from receivables.models import Invoice
from receivables.uploads.models import Fate, FullLoad, MissingItem


class MissingSerializer(InvoiceSerializer):
    """An item that a full load lacked, as it is stored now."""

    fate = serializers.ChoiceField(
        choices=Fate.choices,
        help_text="`missing`: the load is withheld. `closed`: it is closed. `seen`, `changed`: a later upload brought "
        "it before the load was confirmed, so that it stayed as it is.",
    )
    openBefore = AmountField(
        source="open_before", allow_null=True, help_text="What was open in it when the load ended; null if not known."
    )
    nearId = serializers.IntegerField(
        source="near_id", allow_null=True, help_text="The item that the load created under another spelling, if any."
    )


# The columns of missing items beside those of invoices, by their names in the answer and in the query.
OF_MISSING = {"fate": ("fate", "fate"), "openBefore": ("open_before", "open_amount"), "nearId": ("near_id", "near_id")}


class MissingFilterSet(InvoiceFilterSet):
    parameter_examples = InvoiceFilterSet.parameter_examples | {"fate": "closed"}

    fate = filters.ChoiceFilter(choices=[(fate, fate) for fate in Fate.values], label="What became of it.")


@extend_schema_view(
    get=extend_schema(
        operation_id="listMissingItems",
        summary="List what a full load lacked",
        parameters=[*LIST_PARAMETERS, AMOUNTS, OpenApiParameter("knownAt", exclude=True)],
    )
)
class MissingListView(InvoiceListView):
    """The open items that a full load lacked, as they are stored now, with what was open in them then."""

    query_parameters = (*ImportedListView.query_parameters, *AmountsView.query_parameters)  # no `knownAt`
    pagination_class = KeysetPages
    serializer_class = MissingSerializer
    filterset_class = MissingFilterSet
    file_name = "missing"

    def get_queryset(self) -> QuerySet[Invoice]:
        account = calling_key(self.request).account
        load = get_object_or_404(FullLoad.objects.of_account(account), pk=self.kwargs["pk"])
        missing = MissingItem.objects.filter(account=account, load=load)
        of_item = missing.filter(invoice_id=OuterRef("pk"))
        items = super().get_queryset().filter(pk__in=missing.values("invoice_id"))
        return items.annotate(**{name: Subquery(of_item.values(column)) for name, column in OF_MISSING.values()})

    def known_columns(self) -> dict[str, Any]:
        return columns_of(InvoiceSerializer) | {wire: _named(*column) for wire, column in OF_MISSING.items()}

    def fetch(self, rows: QuerySet[Invoice], columns: Sequence[str]) -> Sequence[Any]:
        text = Cast(json_row(self.columns()), TextField())
        return list(rows.annotate(json=text).values_list("json", *columns, named=True))


def _named(name: str, column: str) -> Any:
    """Return a column of missing items under the name that it has in the query."""
    field: Any = copy(MissingItem._meta.get_field(column))
    field.attname = name
    return field
