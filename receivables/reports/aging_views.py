from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apiauth.api.views import OwnRowsView
from apiauth.auth.authentication import calling_key
from apiauth.models import Policy
from config.api.cursors import encoded_cursor
from config.http.links import absolute
from receivables.models import Invoice
from receivables.reports.aging import CUSTOMER, Bucket, aged, beyond, buckets
from receivables.reports.aging_by_customer import aged_customers
from receivables.reports.aging_serializers import AgingReportSerializer, aging_rows
from receivables.reports.parameters import DATE_COLUMNS, ORDERS, AgingParametersSerializer, narrowed


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

        `asOf` moves ages alone: the report tells what is open now, for a feed brings what is open and not what once
        was. Days are calendar days, and an item due on `asOf` is not due yet; by invoice date `not due` holds what is
        dated on `asOf` or later. Credits stand under `unapplied credits` whatever their date. Settled items are not
        open. `itemsWithoutAmount` counts what cannot be summed. A group with nothing open has no row; rows are ordered
        by group (of customers by number, then company code) and currency, as texts.
        """
        asked = AgingParametersSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        return Response(self._report(asked.validated_data))

    def _report(self, asked: dict[str, Any]) -> dict[str, Any]:
        parts = buckets(asked["as_of"], DATE_COLUMNS[asked["date_basis"]], asked["days"])
        page = self._page(asked, parts)
        places = calling_key(self.request).account.amount_decimal_places
        return {
            "asOf": asked["as_of"].isoformat(),
            "groupBy": asked["group_by"],
            "dateBasis": asked["date_basis"],
            "next": self._next(asked, page),
            "results": aging_rows(page[: asked["page_size"]], asked["group_by"], parts, places),
        }

    def _page(self, asked: dict[str, Any], parts: list[Bucket]) -> list[dict[str, Any]]:
        """Return the rows of the page, and one more if another page follows."""
        items: Any = self.get_queryset()
        items, order, after = narrowed(items, asked), ORDERS[asked["group_by"]], asked.get("cursor", [])[1:]
        if order[0] == CUSTOMER:
            is_narrowed = bool(asked.keys() & {"company_code", "currency"})
            return aged_customers(items, order, parts, after, asked["page_size"] + 1, is_narrowed=is_narrowed)
        rows = aged(items, order[0], parts)
        if after:
            rows = rows.filter(beyond(order[0], *after))
        return list(rows[: asked["page_size"] + 1])

    def _next(self, asked: dict[str, Any], page: list[dict[str, Any]]) -> str | None:
        """Return the address of the next page. It names the day, or midnight would change it between two pages."""
        if len(page) <= asked["page_size"]:
            return None
        last = page[-2]
        cursor = encoded_cursor([asked["group_by"], *(last[column] for column in ORDERS[asked["group_by"]])])
        here = replace_query_param(absolute(self.request), "asOf", asked["as_of"].isoformat())
        return replace_query_param(here, "cursor", cursor)
