"""Lists and invoices as they were known at a moment."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from apiauth.authentication import calling_key
from config.api.pagination import KeysetPages
from receivables.reports.moments import Known
from receivables.reports.parameters import KnownAtSerializer

KNOWN_AT = "knownAt"


class KnownAtView(APIView):
    """`knownAt` has rows leave as they were known."""

    query_parameters: Sequence[str] = (KNOWN_AT,)

    @cached_property
    def known(self) -> Known | None:
        """None where rows leave as they are. Raises ValidationError, Unprocessable."""
        if KNOWN_AT not in self.request.query_params:
            return None
        named = {KNOWN_AT: self.request.query_params[KNOWN_AT]}
        checked = KnownAtSerializer(data=named, context={"account": calling_key(self.request).account_id})
        checked.is_valid(raise_exception=True)
        known: Known | None = checked.validated_data["known"]
        return known

    def as_known(self, rows: Any) -> Any:
        """Return the account's rows of a manager."""
        return rows.at(self.known and self.known.moment).of_account(calling_key(self.request).account)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        finalized = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(finalized, StreamingHttpResponse) and self.known:
            for name, value in self.known.headers().items():
                finalized[name] = value
        return finalized


class PagesAsOf(KeysetPages):
    """Pages of a list that may be as of a moment: they name it, and the next one is of the same."""

    known: Known | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.known = view.known
        return super().paginate_queryset(queryset, request, view)

    def _link(self, *, is_before: bool) -> str | None:
        link = super()._link(is_before=is_before)
        return replace_query_param(link, KNOWN_AT, self.known.text) if link and self.known else link

    def get_paginated_response(self, data: Any) -> Response:
        response = super().get_paginated_response(data)
        if self.known:
            results = response.data.pop("results")
            response.data |= self.known.members() | {"results": results}
        return response

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        moment = {
            "knownAt": {
                "type": "string",
                "format": "date-time",
                "description": "Of a list as it was: its moment, in UTC.",
            },
            "lastUpload": {
                "allOf": [{"$ref": "#/components/schemas/LastUpload"}],
                "description": "Of a list as it was: the last upload of invoices that it contains.",
            },
        }
        return page | {"properties": page["properties"] | moment}
