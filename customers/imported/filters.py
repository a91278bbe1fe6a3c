"""What lists of imported rows can be filtered by."""

from collections import OrderedDict
from typing import Any, cast

from django.db.models import Func, Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from config.api.filters import MomentFilter, TrueFalseFilter
from customers.imported.models import ImportedQuerySet
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
