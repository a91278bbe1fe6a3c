"""What lists are searched and filtered by.

Filters are forms: what a form refuses finds no rows, and a message says why. The search of customers and of invoices
finds what the API's finds. One that is too short finds only a complete number; one that is too long finds nothing.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, Self

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Func, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apiauth.admin.long_lists import LongChangeList
from customers.imported.numbers import number_key
from customers.imported.words import MAX_LENGTH, check_search, found_in
from customers.models import WORDS as CUSTOMER_WORDS
from receivables.admin.shared.as_of import as_of
from receivables.models import WORDS as INVOICE_WORDS


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(UnfoldAdminTextInputWidget().attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """Leave out what is no day: the browser would warn of it and show nothing."""
        try:
            return date.fromisoformat(value).isoformat() if value else None
        except ValueError:
            return None


class DayField(forms.DateField):
    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, widget=DayInput(), input_formats=["%Y-%m-%d"])

    def to_python(self, value: Any) -> date | None:
        try:
            return super().to_python(value)
        except forms.ValidationError:
            message = _("“%(day)s” is not a date. Write it like 2026-01-31.")
            raise forms.ValidationError(message, params={"day": value}) from None


def text_field(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, **{"widget": UnfoldAdminTextInputWidget()} | options)


def choice_field(label: Any, choices: Any) -> forms.ChoiceField:
    every = [("", _("All")), *choices]
    return forms.ChoiceField(label=label, required=False, choices=every, widget=UnfoldAdminSelectWidget())


class CheckedFilter(admin.ListFilter, ABC):
    """A filter of one field or several. `parameter_names` are the names of its fields, in the address too."""

    template = "admin/receivables/checked_filter.html"
    parameter_names: list[str]
    form_fields: dict[str, forms.Field]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        super().__init__(request, params, model, model_admin)
        self.request = request
        self.used_parameters: dict[str, Any] = {
            name: params.pop(name)[-1] for name in self.parameter_names if name in params
        }
        form_class = type("FilterForm", (forms.Form,), dict(self.fields()))
        self.form: Any = form_class(self.used_parameters)

    def fields(self) -> dict[str, forms.Field]:
        """Return the fields of the form by their names in the address."""
        return self.form_fields

    @abstractmethod
    def condition(self, values: dict[str, Any]) -> Q:
        """Return the condition of the fields' values; an empty field is None or an empty text."""

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameter_names)

    def choices(self, changelist: Any) -> Any:
        return [{"form": self.form}]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not any(self.used_parameters.values()):
            return queryset
        if self.form.is_valid():
            return queryset.filter(self.condition(self.form.cleaned_data))
        for name, errors in self.form.errors.items():
            messages.error(request, f"{self.label(name)}: {' '.join(errors)}")
        return queryset.none()

    def label(self, name: str) -> str:
        return str(self.form.fields[name].label)

    def value_text(self, name: str, value: str) -> str:
        choices = dict(getattr(self.form.fields[name], "choices", []))
        return str(choices.get(value, value))


def active_filters(changelist: Any) -> list[tuple[str, str, str]]:
    """Return label and value of each field that a list is filtered by, with the address of the list without it."""
    return [
        (spec.label(name), spec.value_text(name, value), changelist.get_query_string({name: None}))
        for spec in changelist.filter_specs
        if isinstance(spec, CheckedFilter)
        for name, value in spec.used_parameters.items()
        if value
    ]


class ConditionFilter(CheckedFilter):
    """One of several conditions: under its value in the address, each with its text. Ages are counted to the day that
    it is given.
    """

    conditions: dict[str, tuple[Any, Callable[[date], Q]]]

    def fields(self) -> dict[str, forms.Field]:
        choices = [(value, text) for value, (text, _condition) in self.conditions.items()]
        return {self.parameter_names[0]: choice_field(self.title, choices)}

    def condition(self, values: dict[str, Any]) -> Q:
        [value] = values.values()
        return self.conditions[value][1](as_of(self.request).day)


class ColumnFilter(CheckedFilter):
    column: str

    @classmethod
    def of(cls, column: str, title: Any, names: list[str]) -> type[Self]:
        """Return a filter of this kind for a column."""
        return type(cls.__name__, (cls,), {"column": column, "title": title, "parameter_names": names})


class RangeFilter(ColumnFilter):
    """From a value on, up to a value, or both."""

    bound: Callable[..., forms.Field] = DayField

    def fields(self) -> dict[str, forms.Field]:
        bound = type(self).bound
        return dict(zip(self.parameter_names, (bound(label=_("From")), bound(label=_("To"))), strict=True))

    def condition(self, values: dict[str, Any]) -> Q:
        low, high = (values[name] for name in self.parameter_names)
        from_low = Q() if low is None else Q(**{f"{self.column}__gte": low})
        return from_low if high is None else from_low & Q(**{f"{self.column}__lte": high})

    def label(self, name: str) -> str:
        return f"{self.title}, {super().label(name)}"


class TextFilter(ColumnFilter):
    """The whole text of a column, in capitals or not."""

    def fields(self) -> dict[str, forms.Field]:
        return {self.parameter_names[0]: text_field(self.title, max_length=255)}

    def condition(self, values: dict[str, Any]) -> Q:
        [text] = values.values()
        return Q(**{f"{self.column}__in": sorted({text, text.upper(), text.lower(), text.capitalize()})})


class UpdatedSinceFilter(CheckedFilter):
    """Changed on a day or later, by the clock of the database (UTC)."""

    title, parameter_names = _("Changed since"), ["updated_since"]
    form_fields = {"updated_since": DayField(title)}

    def condition(self, values: dict[str, Any]) -> Q:
        return Q(updated_at__gte=datetime.combine(values["updated_since"], time(), UTC))


class SearchedList(LongChangeList):
    """A list that says so where it cannot search for all of the text."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        search = self.query.strip()
        if len(search) > MAX_LENGTH:
            messages.error(request, _("A search may have at most %(most)d characters.") % {"most": MAX_LENGTH})
        elif search and not _has_words(search):
            messages.info(request, _("A search with fewer than three characters finds only a complete number."))
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows


def customers_found(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    return _found(rows, search, CUSTOMER_WORDS, _customer_number)


def invoices_found(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    return _found(rows, search, INVOICE_WORDS, lambda text: Q(invoice_number=text) | _customer_number(text))


def _customer_number(text: str) -> Q:
    return Q(customer_number_key=number_key(text))


def _found(rows: QuerySet[Any], search: str, words: Func, numbered: Callable[[str], Q]) -> QuerySet[Any]:
    """Return the rows in which each searched word begins a number, a reference or a word of a name."""
    search = search.strip()
    if not search:
        return rows
    if len(search) > MAX_LENGTH:
        return rows.none()
    return rows.filter(found_in(words, search) if _has_words(search) else numbered(search))


def _has_words(search: str) -> bool:
    try:
        check_search(search)
    except ValidationError:
        return False
    return True
