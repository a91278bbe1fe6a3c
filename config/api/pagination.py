"""Pages of lists: each begins after the last row of the one before, by the values it is ordered by.

A cursor is a position in such an order, as a text that only this service reads.
"""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import ValidationError as InvalidValue
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.utils.timezone import is_naive
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from config.api.filters import in_utc
from config.http.addresses import absolute

Position = TypeVar("Position")
DAMAGED_CURSOR = (
    "The cursor is damaged. Take it from `next` or `previous`, with its ordering, or leave it out to start anew."
)


class DamagedCursor(ValueError):
    """The text is no cursor of ours, or that of another list."""


def encoded_cursor(position: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(position)).decode()


def decoded_cursor(cursor: str, kind: type[Position]) -> Position:
    """Raises DamagedCursor."""
    try:
        return msgspec.json.decode(b64decode(cursor, b"-_", validate=True), type=kind)
    except (ValueError, msgspec.MsgspecError) as error:
        raise DamagedCursor from error


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """A position in a list: after the row whose keys are `values`, or before it, in this ordering."""

    ordering: str
    is_before: bool
    values: list[str | None]


@dataclass(frozen=True)
class Ordering:
    """Columns of a model that no two rows share the values of, all read in one direction.

    The first may be empty in some rows. These come last, as in an index of PostgreSQL; backwards they come first.
    """

    name: str
    columns: Sequence[str]

    def cursor(self, row: Any, *, is_before: bool) -> str:
        values = [getattr(row, column) for column in self.columns]
        texts = [None if value is None else str(value) for value in values]
        return encoded_cursor(Cursor(self.name, is_before, texts))

    def parts(self, rows: QuerySet[Any], cursor: Cursor | None) -> list[QuerySet[Any]]:
        """Return the rows after a position, or those before it backwards, in parts that an index each holds in order;
        without a position all rows, as one part.

        No comparison finds what is empty, so that rows without a value and those with one are two parts.
        Raises DamagedCursor.
        """
        descending = self.name.startswith("-") != (cursor is not None and cursor.is_before)
        parts = [rows] if cursor is None else self._after(rows, cursor, descending=descending)
        sign = "-" if descending else ""
        return [part.order_by(*(sign + column for column in self.columns)) for part in parts]

    def _after(self, rows: QuerySet[Any], cursor: Cursor, *, descending: bool) -> list[QuerySet[Any]]:
        if cursor.ordering != self.name or len(cursor.values) != len(self.columns):
            raise DamagedCursor
        columns: list[Any] = [rows.model._meta.get_field(name) for name in self.columns]
        fields = [getattr(column, "output_field", column) for column in columns]  # that of a generated column
        first, *others = values = [_value(field, text) for field, text in zip(fields, cursor.values, strict=True)]
        empty = rows.filter(**{f"{self.columns[0]}__isnull": True})
        if first is None:
            rest = empty.filter(_compared(self.columns[1:], others, descending=descending))
            return [rest, rows.filter(**{f"{self.columns[0]}__isnull": False})] if descending else [rest]
        rest = rows.filter(_compared(self.columns, values, descending=descending))
        return [rest, empty] if fields[0].null and not descending else [rest]


def _value(field: Any, text: str | None) -> Value | None:
    if text is None and field.null:
        return None
    try:
        value = field.to_python(text)
        field.run_validators(value)
    except (InvalidValue, ValueError) as error:
        raise DamagedCursor from error
    if value is None or "\0" in str(text) or (isinstance(value, datetime) and is_naive(value)):
        raise DamagedCursor
    return Value(in_utc(value) if isinstance(value, datetime) else value, output_field=field)


def _compared(columns: Sequence[str], values: Sequence[Any], *, descending: bool) -> Func:
    """Compare as rows of values, which an index over the columns answers at one stroke."""
    left, right = (Func(*side, function="ROW", output_field=BooleanField()) for side in (map(F, columns), values))
    operator = " < " if descending else " > "
    return Func(left, right, template="%(expressions)s", arg_joiner=operator, output_field=BooleanField())


class KeysetPages(BasePagination):
    """Pages of `pageSize` rows (100, at most 1,000), each naming the next; rows that come or go between two pages
    neither repeat nor hide others. A view has its `default_ordering`, and in `orderings` the columns of each other
    that a request may name; the last column differs in all rows.
    """

    page_size = 100
    max_page_size = 1000
    parameters: dict[str, tuple[dict[str, Any], str]] = {
        "cursor": ({"type": "string"}, "Where the page starts, as `next` and `previous` name it."),
        "pageSize": (
            {"type": "integer", "minimum": 1, "maximum": max_page_size, "default": page_size},
            "Rows on a page: 1 to 1000, 100 where it is left out.",
        ),
        "count": (
            {"type": "boolean", "default": False},
            "`true` for `count`, the rows on all pages together, which takes longer to find.",
        ),
    }

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request, self.rows = request, queryset
        size, self.ordering = _page_size(request, self), _requested_ordering(request, view)
        requested = request.query_params.get("cursor")
        try:
            cursor = None if requested is None else decoded_cursor(requested, Cursor)
            parts = self.ordering.parts(queryset, cursor)
        except DamagedCursor:
            raise ValidationError({"cursor": [DAMAGED_CURSOR]}, code="invalid_cursor") from None
        rows: list[Any] = []
        for part in parts:
            if len(rows) <= size:  # a part is only read for what those before it lack
                rows += view.fetch(part[: size + 1 - len(rows)], self.ordering.columns)
        has_more, self.page = len(rows) > size, rows[:size]
        backwards = cursor is not None and cursor.is_before
        if backwards:
            self.page.reverse()
        self.has_previous = has_more if backwards else cursor is not None
        self.has_next = backwards or has_more
        return self.page

    def ordered(self, rows: QuerySet[Any], request: Request, view: Any) -> QuerySet[Any]:
        """Return the rows of all pages in the order that is requested."""
        [ordered] = _requested_ordering(request, view).parts(rows, None)
        return ordered

    def get_paginated_response(self, data: Any) -> Response:
        links = {"next": self._link(is_before=False), "previous": self._link(is_before=True)}
        wants_count = self.request.query_params.get("count", "false")
        if wants_count not in ("true", "false"):
            raise ValidationError({"count": ["count is true or false."]}, code="invalid")
        count = {"count": self.rows.count()} if wants_count == "true" else {}
        relations = zip(("next", "prev"), links.values(), strict=True)
        header = ", ".join(f'<{url}>; rel="{relation}"' for relation, url in relations if url)
        return Response({**links, **count, "results": data}, headers={"Link": header} if header else None)

    def _link(self, *, is_before: bool) -> str | None:
        if not self.page or not (self.has_previous if is_before else self.has_next):
            return None
        row = self.page[0 if is_before else -1]
        url = remove_query_param(absolute(self.request), "count")
        return str(replace_query_param(url, "cursor", self.ordering.cursor(row, is_before=is_before)))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": link,
                "previous": link,
                "count": {"type": "integer", "description": "Rows on all pages, if the request said `count=true`."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        described = dict(self.parameters)
        if view.orderings:
            names = [sign + name for name in view.orderings for sign in ("", "-")]
            schema = {"type": "string", "enum": names, "default": view.default_ordering[0]}
            text = "What rows are ordered by; with a `-` before it from the last to the first."
            described["ordering"] = schema, text
        return [
            {"name": name, "in": "query", "required": False, "description": text, "schema": dict(schema)}
            for name, (schema, text) in described.items()
        ]


def _page_size(request: Request, pages: KeysetPages) -> int:
    requested = request.query_params.get("pageSize")
    if requested is None:
        return pages.page_size
    if not (re.fullmatch("[0-9]{1,4}", requested) and 1 <= int(requested) <= pages.max_page_size):
        message = f"pageSize is a whole number from 1 to {pages.max_page_size}."
        raise ValidationError({"pageSize": [message]}, code="invalid")
    return int(requested)


def _requested_ordering(request: Request, view: Any) -> Ordering:
    """Return the ordering that the request names, or the view's own."""
    requested = request.query_params.get("ordering")
    if requested is None:
        return Ordering(*view.default_ordering)
    columns = view.orderings.get(requested.removeprefix("-"))
    if columns is None:
        known = ", ".join(view.orderings)
        message = f"{requested!r} is no ordering here. Known: {known}; each with a - before it for the other way round."
        raise ValidationError({"ordering": [message]}, code="unknown_ordering")
    return Ordering(requested, columns)
