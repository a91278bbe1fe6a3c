"""Pages of lists."""

import re
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class CursorPages(CursorPagination):
    """Pages of `pageSize` rows (100, at most 1,000), each naming the next; rows that come or go between
    two pages neither repeat nor hide others. A view that is not ordered by id names its `cursor_ordering`,
    whose last column tells all rows apart.
    """

    page_size = 100
    max_page_size = 1000
    page_size_query_param = "pageSize"
    page_size_query_description = "Rows on a page: 1 to 1000, 100 where it is left out."
    cursor_query_description = "The place to go on from, as `next` and `previous` name it."
    ordering = ("id",)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return getattr(view, "cursor_ordering", self.ordering)

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (re.fullmatch("[0-9]{1,4}", asked) and 1 <= int(asked) <= self.max_page_size):
            raise ValidationError(
                {"pageSize": [f"pageSize is a whole number from 1 to {self.max_page_size}."]}, code="invalid"
            )
        return int(asked)

    def decode_cursor(self, request: Request) -> Any:
        """Refuse what is no cursor of ours; the parent would skip foreign characters and begin anew, in silence."""
        if encoded := request.query_params.get(self.cursor_query_param):
            tokens = parse_qs(b64decode(encoded, validate=True).decode("ascii"), strict_parsing=True)
            if not tokens.keys() <= {"o", "r", "p"}:
                raise NotFound
        return super().decode_cursor(request)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, DjangoValidationError) as error:
            message = "The cursor is damaged. Take it from `next` or `previous`, or leave it out to start anew."
            raise ValidationError({"cursor": [message]}, code="invalid_cursor") from error
