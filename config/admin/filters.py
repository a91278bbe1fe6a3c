"""Filters of lists that check what they are asked for, in place of finding everything or failing."""

from abc import ABC, abstractmethod
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(UnfoldAdminTextInputWidget().attrs, format="%Y-%m-%d")

    def format_value(self, value: Any) -> str | None:
        """What is no day the browser would complain of, and leave out."""
        try:
            return date.fromisoformat(value).isoformat() if value else None
        except ValueError:
            return None


def text_field(label: Any, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=UnfoldAdminTextInputWidget(), **options)


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput(), input_formats=["%Y-%m-%d"])


def choice_field(label: Any, choices: Any) -> forms.ChoiceField:
    every = [("", _("All")), *choices]
    return forms.ChoiceField(label=label, required=False, choices=every, widget=UnfoldAdminSelectWidget())


def nothing(request: HttpRequest, rows: QuerySet[Any], reason: Any) -> QuerySet[Any]:
    """Return no rows, and say why."""
    messages.error(request, reason)
    return rows.none()


def no_such_choice(of: Any, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return no rows, for a filter of links was asked for none of its choices."""
    return nothing(request, rows, _("There is no such filter as “%(value)s”.") % {"value": of.value()})


class AskedFilter(admin.ListFilter, ABC):
    """A filter that is a form of a field or several; what the form refuses finds nothing, and a message says why.

    `parameter_names` are the fields' names, in the address too.
    """

    template = "admin/apiauth/asked_filter.html"
    parameter_names: list[str]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        super().__init__(request, params, model, model_admin)
        self.request = request
        self.used_parameters: dict[str, Any] = {
            name: params.pop(name)[-1] for name in self.parameter_names if name in params
        }
        form_class = type("AskedForm", (forms.Form,), self.fields())
        self.form: Any = form_class(self.used_parameters)

    @abstractmethod
    def fields(self) -> dict[str, forms.Field]:
        """Return the fields of the form by their names in the address."""

    @abstractmethod
    def condition(self, **asked: Any) -> Q:
        """Return the condition of what is asked for; a field that is empty is None or an empty text."""

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameter_names)

    def choices(self, changelist: Any) -> Any:
        return [{"form": self.form}]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not any(self.used_parameters.values()):
            return queryset
        if not self.form.is_valid():
            self._say_why()
            return queryset.none()
        return queryset.filter(self.condition(**self.form.cleaned_data))

    def _say_why(self) -> None:
        for name, errors in self.form.errors.items():
            messages.error(self.request, f"{self.shown_label(name)}: {' '.join(errors)}")

    def shown(self) -> list[tuple[str, str, str]]:
        """Return what is asked for: each the name in the address, a label and the value, for people."""
        asked = [(name, value) for name, value in self.used_parameters.items() if value]
        return [(name, self.shown_label(name), self._shown_value(name, value)) for name, value in asked]

    def shown_label(self, name: str) -> str:
        return str(self.form.fields[name].label)

    def _shown_value(self, name: str, value: str) -> str:
        choices = dict(getattr(self.form.fields[name], "choices", []))
        return str(choices.get(value, value))
