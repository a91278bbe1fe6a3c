"""The report of movements as it leaves: items page by page with their sums, or all of them as a file."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from apiauth.api import OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import Policy
from apiauth.quotas import slot_of_file
from config.api.negotiation import FormatByName
from config.api.pagination import encoded_cursor
from config.exports.files import CSVRenderer, SpreadsheetRenderer, export
from config.http.addresses import absolute
from receivables.reports.moments import moment_text
from receivables.reports.movement_parameters import (
    End,
    ItemsParametersSerializer,
    MovementParametersSerializer,
    between,
    narrowed,
)
from receivables.reports.movement_rows import Movement
from receivables.reports.movement_serializers import (
    MovementReportSerializer,
    file_columns,
    movement_row,
    movement_sum,
)
from receivables.reports.movements import Window, movements, with_last_upload

FILES = (CSVRenderer, SpreadsheetRenderer)
FORMAT = OpenApiParameter("format", enum=["json", "csv", "xlsx"], description="`csv`, `xlsx`: all items as one file.")
PAGING = ("cursor", "pageSize")
NEVER = datetime.min.replace(tzinfo=UTC)


MOVEMENT_ANSWERS = {
    (200, "application/json"): MovementReportSerializer,
    (200, CSVRenderer.media_type): OpenApiTypes.STR,
    (200, SpreadsheetRenderer.media_type): OpenApiTypes.BINARY,
}


class MovementsView(OwnRowsView[Movement]):
    """Items that moved between two moments: the base of views of them."""

    rate_policy = Policy.REPORT
    queryset = Movement.objects.none()
    query_parameters: Sequence[str] = (*ItemsParametersSerializer().fields, "format")
    content_negotiation_class = FormatByName
    renderer_classes = (*OwnRowsView.renderer_classes, *FILES)
    file_name = "movements"
    pinned: Sequence[str] = ()  # the parameters that name the two moments

    def answer(self, known: tuple[End, End] | None, params: dict[str, Any]) -> Response | StreamingHttpResponse:
        """Return the movements between two moments, in the format of the request; without moments nothing moved."""
        account, kind = calling_key(self.request).account, self.request.accepted_renderer
        since, until = known or (None, None)
        window = Window(account.pk, since.moment if since else NEVER, until.moment if until else NEVER)
        rows = narrowed(movements(window), params)
        ordered = with_last_upload(rows, window).order_by("id", "currency")
        if isinstance(kind, FILES):
            return self._file(ordered, kind)
        page = list(_after(ordered, params.get("cursor"))[: params["page_size"] + 1])
        places = account.amount_decimal_places
        report = {
            "since": since and since.members(),
            "until": until and until.members(),
            "sums": [movement_sum(row, places) for row in rows.sums("company_code", "currency")],
            "next": self._next(page, params["page_size"], known),
            "results": [movement_row(row, places) for row in page[: params["page_size"]]],
        }
        return Response(report)

    def _file(self, rows: Any, kind: Any) -> StreamingHttpResponse:
        if paging := [name for name in PAGING if name in self.request.query_params]:
            raise ValidationError({name: [f"{name} concerns pages; a file is the whole list."] for name in paging})
        return export(rows, file_columns(), kind, self.file_name, slot_of_file(calling_key(self.request)))

    def _next(self, page: list[Any], size: int, known: tuple[End, End] | None) -> str | None:
        """Return the address of the next page. It names the moments, or an upload would change it between two pages."""
        if len(page) <= size or known is None:
            return None
        here = absolute(self.request)
        for name, one in zip(self.pinned, known, strict=False):
            here = replace_query_param(here, name, moment_text(one.moment))
        last = page[-2]
        return str(replace_query_param(here, "cursor", encoded_cursor((last.id, last.currency))))


def _after(rows: Any, position: tuple[int, str] | None) -> Any:
    if position is None:
        return rows
    pk, currency = position
    return rows.filter(Q(id__gte=pk) & (Q(id__gt=pk) | Q(currency__gt=currency)))


class MovementReportView(MovementsView):
    query_parameters = (*MovementParametersSerializer().fields, "format")
    pinned = ("since", "until")

    @extend_schema(
        operation_id="getMovements",
        summary="What moved between two moments",
        parameters=[MovementParametersSerializer, FORMAT],
        responses=MOVEMENT_ANSWERS,
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """Each item whose open amount or currency differs between two moments, net: what went up and down again in
        between, or came and was settled, is not listed.

        `kind` says how: `new`; `reduced`, `raised` (of the same sign); `settled` by its feed; `closed` by a full load;
        `reopened`; `withdrawn`, because its upload was taken back; `currency`, with a row in the old currency and one
        in the new; `moved`, to another customer or company code: an item that was closed or settled, and a new one
        of the same document, year and line, whose `movedFrom` names it; and `other`.

        `sums` are of all pages, by company code, currency and kind. Over all kinds they are the difference of the
        totals of the aging reports of the two moments, exactly.
        """
        checked = MovementParametersSerializer(data=request.query_params.dict())
        checked.is_valid(raise_exception=True)
        params = checked.validated_data
        known = between(calling_key(request).account_id, params["since"], params.get("until"))
        return self.answer(known, params)
