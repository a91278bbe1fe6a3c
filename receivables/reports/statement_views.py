from collections.abc import Generator
from contextlib import closing
from functools import partial
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apiauth.api import OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import ApiKey, Policy
from apiauth.quotas import slot_of_file
from config.api.negotiation import FormatByName
from config.exports.files import CSVRenderer, streamed
from customers.models import Customer
from receivables.models import Invoice
from receivables.money import amount_text, grouped_amount_text
from receivables.reports.aging import Bucket, buckets
from receivables.reports.moments import customer_then
from receivables.reports.parameters import DATE_COLUMNS, StatementParametersSerializer
from receivables.reports.statement import at_most, rows, sections
from receivables.reports.statement_pdf import statement_pdf
from receivables.reports.statement_serializers import (
    PDFRenderer,
    StatementSerializer,
    file_headers,
    statement_body,
    statement_csv,
)

# Listed items: 10,000 are a body of 3 MB; 2,000 fill some 45 pages, which take three seconds and 300 MB to set.
MOST_ITEMS, MOST_ITEMS_ON_PAPER = 10_000, 2_000


class StatementView(OwnRowsView[Customer]):
    rate_policy = Policy.REPORT
    queryset = Customer.objects.select_related("account")
    query_parameters = (*StatementParametersSerializer().fields, "format")
    content_negotiation_class = FormatByName
    renderer_classes = (*OwnRowsView.renderer_classes, CSVRenderer, PDFRenderer)

    @extend_schema(
        operation_id="getCustomerStatement",
        summary="Statement of account",
        parameters=[
            StatementParametersSerializer,
            OpenApiParameter("format", enum=["json", "csv", "pdf"], description="`csv`: a table; `pdf`: a letter."),
        ],
        responses={
            (200, "application/json"): StatementSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, pk: int) -> Response | HttpResponse | StreamingHttpResponse:
        """What a customer has open, item by item, with the balance after each: in JSON, as a table (`csv`), or as a
        letter to send (`pdf`). Amounts of different currencies are never added.

        A day before today is answered as it was known at its end (UTC), as the aging report is: amounts, dates and the
        customer's name are those of then. `knownAt` chooses another moment, and `knownAt=now` what is open now. JSON
        and the letter name the moment, the table has it in the column `knownAt`, and files in the headers `X-Known-At`
        and `X-Last-Upload`.

        `from` and `asOf` choose items by their date. Those before `from` make the opening balance, those after `asOf`
        are left out and summed under `later`, and those without a date are listed first. `opening`, `debits` and
        `credits` sum to `closing` exactly, so do the buckets of `aging`; `closing` and `later` sum to the total of the
        aging report. JSON lists 10,000 items and a PDF 2,000, CSV any number.
        """
        params = self.checked_parameters()
        customer = self.get_object()
        if params["known"]:
            customer = customer_then(customer, params["known"], "knownAt" if "known_at" in params else "asOf")
        kind: Any = request.accepted_renderer
        if not isinstance(kind, CSVRenderer | PDFRenderer):
            return Response(_body(customer, params, MOST_ITEMS, amount_text))
        headers = file_headers(customer, params, kind)
        slot = slot_of_file(request.auth if isinstance(request.auth, ApiKey) else None)
        if isinstance(kind, CSVRenderer):
            parts, items = _items(customer, params)
            text = partial(amount_text, min_decimal_places=customer.account.amount_decimal_places)
            table = statement_csv(sections(items, len(parts)), params, text)
            return streamed(table, slot, content_type="text/csv; charset=utf-8", headers=headers)
        with slot:
            letter = statement_pdf(_body(customer, params, MOST_ITEMS_ON_PAPER, grouped_amount_text))
        return HttpResponse(letter, content_type=PDFRenderer.media_type, headers=headers)

    def account_id(self) -> int:
        return calling_key(self.request).account_id

    def checked_parameters(self) -> dict[str, Any]:
        data, context = self.request.query_params.dict(), {"account": self.account_id()}
        checked = StatementParametersSerializer(data=data, context=context)
        checked.is_valid(raise_exception=True)
        params: dict[str, Any] = checked.validated_data
        return params


def _body(customer: Customer, params: dict[str, Any], limit: int, text: Any) -> dict[str, Any]:
    parts, items = _items(customer, params)
    of_account = partial(text, min_decimal_places=customer.account.amount_decimal_places)
    with closing(items):
        return statement_body(customer, params, sections(at_most(limit, items), len(parts)), parts, of_account)


def _items(customer: Customer, params: dict[str, Any]) -> tuple[list[Bucket], Generator[Any, None, None]]:
    """Return the buckets of a statement and its items, which are read one by one."""
    parts = buckets(params["as_of"], DATE_COLUMNS[params["date_basis"]], params["days"])
    items = Invoice.objects.at(params["known"] and params["known"].moment).for_customer(customer)
    return parts, rows(items, params["as_of"], params.get("from_date"), parts)
