"""Lists of imported rows, whole or page by page, and of what changed in one of them."""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

import msgspec
from django.db import connection
from django.db.models import Model, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request

from apiauth.api.views import OwnRowsView
from apiauth.auth.authentication import calling_key
from apiauth.models import Policy
from apiauth.quotas.slots import slot_of_file
from config.api.negotiation import FormatByName
from config.exports.copying import json_row
from config.exports.files import EXPORTS, export
from customers.imported.models import Change

Row = TypeVar("Row", bound=Model)

FILES = [kind.format for kind in EXPORTS]
LIST_PARAMETERS = [
    OpenApiParameter("fields", description="The fields that are wanted, separated by commas: all, where left out."),
    OpenApiParameter("format", enum=["json", *FILES], description=f"`{'`, `'.join(FILES)}`: all pages as one file."),
]


class ImportedListView(OwnRowsView[Row], ListAPIView[Row]):
    """Rows that a feed brings. `fields` names those of their fields that leave, `format` a file of the whole list."""

    query_parameters: Sequence[str] = ("fields", "format")
    content_negotiation_class = FormatByName
    renderer_classes = (*OwnRowsView.renderer_classes, *EXPORTS)
    file_name: str

    @property
    def rate_policy(self) -> Policy:  # type: ignore[override]
        return Policy.REPORT if isinstance(self.request.accepted_renderer, EXPORTS) else Policy.READ

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        kind = request.accepted_renderer
        if not isinstance(kind, EXPORTS):
            page: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
            return self.get_paginated_response(as_array(page))
        pages: Any = self.paginator
        if paging := [name for name in pages.parameters if name in request.query_params]:
            raise ValidationError({name: [f"{name} concerns pages; a file is the whole list."] for name in paging})
        rows = pages.ordered(self.filter_queryset(self.get_queryset()), request, self)
        return export(rows, self.columns(), kind, self.file_name, slot_of_file(calling_key(request)))

    def fetch(self, rows: QuerySet[Row], columns: Sequence[str]) -> Sequence[Any]:
        return written_rows(rows, self.columns(), columns)

    def columns(self) -> dict[str, Any]:
        """Return the model's columns by the names of the serializer's fields: all, or those that `fields` lists."""
        serializer_class: Any = self.get_serializer_class()
        known = _columns_of(serializer_class)
        if not (fields := self.request.query_params.get("fields")):
            return known
        requested = fields.split(",")
        if unknown := [name for name in requested if name not in known]:
            message = f"{unknown[0]!r} is no field here. Known: {', '.join(known)}."
            raise ValidationError({"fields": [message]}, code="unknown_field")
        return {name: column for name, column in known.items() if name in requested}


@cache
def _columns_of(serializer_class: Any) -> dict[str, Any]:
    """Cached, for making forty fields takes as long as a page."""
    model = serializer_class.Meta.model
    return {name: model._meta.get_field(field.source) for name, field in serializer_class().fields.items()}


class ChangeListView(OwnRowsView[Change], ListAPIView[Change]):
    """What changed in one row, newest first: each field before and after, by whom and when."""

    default_ordering = ("-id", ("id",))
    rows: Any

    def get_queryset(self) -> QuerySet[Change]:
        own_rows = self.rows.of_account(calling_key(self.request).account)
        changes: QuerySet[Change] = get_object_or_404(own_rows, pk=self.kwargs["pk"]).changes.all()
        return changes


# A page goes along the index of its ordering and ends with its last row. The planner thinks that a rare value is found
# sooner by reading the whole table and sorting it, for each page again; where it is mistaken that is a thousand times.
# Both statements are one message, and the setting ends with it; in a transaction, where nothing is listed, with that.
ALONG_AN_INDEX = "SET LOCAL enable_seqscan = off; "


def written_rows(rows: QuerySet[Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[Any]:
    """Return rows as objects that have `json`, and the key columns under their own names."""
    model: Any = rows.model
    text = RawSQL(*_sql_of_row(model, tuple(columns.items())))  # noqa: S611 - of our own columns
    query, parameters = rows.values_list(text, *keys).query.sql_with_params()
    of_row = _row_of(tuple(keys))
    with connection.cursor() as cursor:
        cursor.execute(ALONG_AN_INDEX + query, parameters)
        cursor.nextset()
        return [of_row(*values) for values in cursor.fetchall()]


def as_array(rows: Sequence[Any]) -> msgspec.Raw:
    """Return written rows as one array, which leaves as it is."""
    return msgspec.Raw(f"[{','.join(row.json for row in rows)}]".encode())


@lru_cache(maxsize=100)
def _sql_of_row(model: Any, columns: tuple[tuple[str, Any], ...]) -> tuple[str, tuple[Any, ...]]:
    """Compile what is the same for each page: it takes longer than a page takes PostgreSQL."""
    query = model._base_manager.values_list(Cast(json_row(dict(columns)), TextField())).query
    compiler = query.get_compiler(connection=connection)
    [(_, (sql, parameters), _)], _, _ = compiler.get_select(with_col_aliases=False)
    return sql, parameters


@lru_cache
def _row_of(keys: tuple[str, ...]) -> Any:
    return namedtuple("WrittenRow", ["json", *keys])
