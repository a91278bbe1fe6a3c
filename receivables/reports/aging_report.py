"""The aging report as it leaves."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apiauth.api import OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import Policy
from config.api.pagination import encoded_cursor
from config.http.addresses import absolute
from receivables.models import Invoice
from receivables.money import amount_text
from receivables.reports.aging import CUSTOMER, Bucket, after_group, aging_query, buckets, customer_aging_page
from receivables.reports.moments import AsOfMomentSerializer
from receivables.reports.parameters import DATE_COLUMNS, ORDERS, AgingParametersSerializer, DateBasis, Grouping


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


class AgingReportSerializer(AsOfMomentSerializer):
    asOf = serializers.DateField()
    groupBy = serializers.ChoiceField(choices=Grouping.choices)
    dateBasis = serializers.ChoiceField(choices=DateBasis.choices)
    next = serializers.URLField(allow_null=True, help_text="The next page, of the same day; null on the last.")
    results = AgingRowSerializer(many=True)


def aging_row(row: dict[str, Any], group_by: str, parts: Sequence[Bucket], decimal_places: int) -> dict[str, Any]:
    """Return a row as it leaves; up to a thousand of them, each of many parts, are too many for a serializer."""
    group = {"group": None if group_by == Grouping.NONE else row[ORDERS[group_by][0]]}
    if group_by == Grouping.CUSTOMER:
        group["companyCode"] = row["company_code"]
    if "name" in row:
        group["customerName"] = row["name"]
    return {
        **group,
        "currency": row["currency"],
        "total": amount_text(row["total"], decimal_places),
        "items": row["summed_count"],
        "itemsWithoutAmount": row["without_amount_count"],
        "buckets": [
            {"label": part.label, "amount": amount_text(row[f"bucket{n}"], decimal_places)}
            for n, part in enumerate(parts)
        ],
    }


class AgingReportView(OwnRowsView[Invoice]):
    rate_policy = Policy.REPORT
    queryset = Invoice.objects.all()
    query_parameters = AgingParametersSerializer().fields

    @extend_schema(
        operation_id="getAgingReport",
        summary="What is owed, by age",
        parameters=[AgingParametersSerializer],
        responses=AgingReportSerializer,
    )
    def get(self, request: Request) -> Response:
        """What is open, in buckets of days: a row for each customer (or company code, or currency) and currency;
        amounts of different currencies are never added. The buckets of a row sum to its total exactly.

        A customer is a company code and a number: two companies may give one number to two customers.
        `groupBy=customerNumber` adds them up. An item belongs to the customer of its company code and number. Where
        none was sent, it belongs to the customer of its number that has no company code; an item without a code to
        the customer of its number, if only one has it. Other items are in the row of their own code and number.

        A day before today is answered as it was known at its end (UTC): amounts, due dates, names and customers are
        those of then. `knownAt` chooses another moment, such as the load of the next night; with `knownAt=now` what is
        open now is aged to that day. An answer as it was names the moment (`knownAt`) and the last upload that it
        contains (`lastUpload`).

        Days are calendar days, and an item due on `asOf` is not due yet; by invoice date `not due` holds what is dated
        on `asOf` or later. Credits are under `unapplied credits` whatever their date. Settled items are not open.
        `itemsWithoutAmount` counts what cannot be summed. A group with nothing open has no row; rows are ordered by
        group (of customers by number, then company code) and currency, as texts.
        """
        account = calling_key(request).account
        checked = AgingParametersSerializer(data=request.query_params.dict(), context={"account": account.pk})
        checked.is_valid(raise_exception=True)
        params = checked.validated_data
        parts = buckets(params["as_of"], DATE_COLUMNS[params["date_basis"]], params["days"])
        page, group_by = self._page(params, parts), params["group_by"]
        decimal_places = account.amount_decimal_places
        report = {
            "asOf": params["as_of"],
            **(params["known"].members() if params["known"] else {}),
            "groupBy": group_by,
            "dateBasis": params["date_basis"],
            "next": self._next(params, page),
            "results": [aging_row(row, group_by, parts, decimal_places) for row in page[: params["page_size"]]],
        }
        return Response(report)

    def _page(self, params: dict[str, Any], parts: list[Bucket]) -> list[dict[str, Any]]:
        """Return the rows of the page, and one more if another page follows."""
        items, order = self._items(params), ORDERS[params["group_by"]]
        if "customerNumber" in params:
            items = items.numbered(params["customerNumber"])
        values = {column: params[column] for column in ("company_code", "currency") if column in params}
        items, after = items.filter(**values), params.get("cursor", [])[1:]
        if order[0] == CUSTOMER:
            account, limit = calling_key(self.request).account_id, params["page_size"] + 1
            return customer_aging_page(account, items, order, parts, after, limit, is_narrowed=bool(values))
        rows = aging_query(items, order[0], parts)
        if after:
            rows = rows.filter(after_group(order[0], *after))
        return list(rows[: params["page_size"] + 1])

    def _items(self, params: dict[str, Any]) -> Any:
        """Return the account's items as they were known; without what tells customers apart, a whole account of long
        ago is added up as fast as today's.
        """
        moment = params["known"] and params["known"].moment
        is_by_customer = ORDERS[params["group_by"]][0] == CUSTOMER or "customerNumber" in params
        return Invoice.objects.at(moment, for_sums=not is_by_customer).of_account(calling_key(self.request).account)

    def _next(self, params: dict[str, Any], page: list[dict[str, Any]]) -> str | None:
        """Return the address of the next page. It names the day, or midnight would change it between two pages, and the
        moment, which `load:` and a day say in other words.
        """
        if len(page) <= params["page_size"]:
            return None
        last = page[-2]
        cursor = encoded_cursor([params["group_by"], *(last[column] for column in ORDERS[params["group_by"]])])
        here = replace_query_param(absolute(self.request), "asOf", params["as_of"].isoformat())
        if params["known"]:
            here = replace_query_param(here, "knownAt", params["known"].text)
        return replace_query_param(here, "cursor", cursor)
