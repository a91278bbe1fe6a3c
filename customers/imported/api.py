"""Lists of imported rows, whole or page by page, what they can be filtered by, and what changed in one of the rows."""

from collections import OrderedDict, namedtuple
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request

from apiauth.api import OwnRowsView
from apiauth.authentication import calling_key
from apiauth.models import Policy
from apiauth.quotas import slot_of_file
from config.api.filters import MomentFilter, TrueFalseFilter
from config.api.negotiation import FormatByName
from config.database.base import execute_under
from config.exports.copying import json_row
from config.exports.files import EXPORTS, export
from config.http.addresses import link_to
from customers.imported.models import Change, ImportedQuerySet
from customers.imported.numbers import number_key
from customers.imported.words import MAX_LENGTH, SEARCH, check_search, found_in


class SearchFilter(filters.CharFilter):
    def __init__(self, method: str, label: str):
        super().__init__(method=method, label=label, max_length=MAX_LENGTH, validators=[check_search])
        text = {"type": "string", "maxLength": MAX_LENGTH, "pattern": SEARCH, "description": label}
        extend_schema_field(text)(cast("Any", self))


class ImportedFilterSet(filters.FilterSet):
    """What rows that a feed brings can all be filtered by."""

    search = SearchFilter(
        method="by_words",
        label="Each word of it begins a number, a reference or a word of a name; capitals and padding zeros or not.",
    )
    createdSince = MomentFilter("created_at", lookup_expr="gte", label="Created then or later.")
    updatedSince = MomentFilter("updated_at", lookup_expr="gte", label="Last changed then or later.")
    uploadId = filters.UUIDFilter("last_upload_id", label="The upload that last changed the row.")
    hasWarning = TrueFalseFilter("by_warning", label="Whether an upload of the row as it is stored is warned of.")

    # An example of each parameter by its name, for the document; two where several may be named.
    parameter_examples: dict[str, Any] = {"search": "Rowan Glass"}

    warned_of = Q()  # the condition of rows that are warned of
    words: Func  # what is searched

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any):
        # Every filter is copied and becomes a field of a form; a request uses few of them.
        used = {name: each for name, each in self.base_filters.items() if data is None or name in data}
        self.base_filters = OrderedDict(used)
        super().__init__(data, *args, **kwargs)

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(found_in(self.words, value))

    def by_warning(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(self.warned_of) if value == "true" else rows.exclude(self.warned_of)

    def by_number(self, rows: ImportedQuerySet[Any], name: str, number: str) -> QuerySet[Any]:
        return rows.numbered(number)

    def by_numbers(self, rows: QuerySet[Any], name: str, numbers: list[str]) -> QuerySet[Any]:
        return rows.filter(customer_number_key__in=map(number_key, numbers))


@extend_schema_field({"description": "Any JSON value, as it was sent."})
class AnyJSONField(serializers.JSONField):
    """Any JSON value, null too."""


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Its name, as uploads and lists have it.")
    before = AnyJSONField()
    after = AnyJSONField()


class ChangeSerializer(serializers.Serializer[Change]):
    """One change of a row, whose own serializer `row_serializer` names the fields."""

    row_serializer: type[serializers.Serializer[Any]]

    changedAt = serializers.DateTimeField(source="changed_at")
    upload = serializers.SerializerMethodField(help_text="The upload that changed it, if one did.")
    staffUser = serializers.SerializerMethodField(help_text="The member of staff who changed it, if one did.")
    changes = serializers.SerializerMethodField()

    def get_upload(self, change: Change) -> str | None:
        return link_to(settings.UPLOAD_URL, change.upload_id) if change.upload_id else None

    def get_staffUser(self, change: Change) -> str | None:
        return change.staff_username or None

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, change: Change) -> list[dict[str, Any]]:
        """Return the changes under the names of the wire; a column that another one fills is none of its fields."""
        changed: Any = self.row_serializer(context=self.context).fields
        return [
            {"field": name, "before": _shown(field, before), "after": _shown(field, after)}
            for name, field in changed.items()
            if field.source in change.changes
            for before, after in [change.changes[field.source]]
        ]


def _shown(field: Any, value: Any) -> Any:
    return None if value is None else field.to_representation(value)


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
        known = self.known_columns()
        if not (fields := self.request.query_params.get("fields")):
            return known
        requested = fields.split(",")
        if unknown := [name for name in requested if name not in known]:
            message = f"{unknown[0]!r} is no field here. Known: {', '.join(known)}."
            raise ValidationError({"fields": [message]}, code="unknown_field")
        return {name: column for name, column in known.items() if name in requested}

    def known_columns(self) -> dict[str, Any]:
        serializer_class: Any = self.get_serializer_class()
        return columns_of(serializer_class)


@cache
def columns_of(serializer_class: Any) -> dict[str, Any]:
    """Return the model's columns by the names of a serializer's fields. Cached, for making forty fields takes as long
    as a page.
    """
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
ALONG_AN_INDEX = "enable_seqscan = off"


def written_rows(rows: QuerySet[Any], columns: Mapping[str, Any], keys: Sequence[str]) -> list[Any]:
    """Return rows as objects that have `json`, and the key columns under their own names."""
    model: Any = rows.model
    text = RawSQL(*_sql_of_row(model, tuple(columns.items())))  # noqa: S611 - of our own columns
    query, parameters = rows.values_list(text, *keys).query.sql_with_params()
    of_row = _row_of(tuple(keys))
    with connection.cursor() as cursor:
        execute_under(cursor, ALONG_AN_INDEX, query, parameters)
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
