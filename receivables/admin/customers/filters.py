"""How the list of customers is filtered. What cannot be taken is said, and finds nothing."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES

from config.admin.filters import no_such_choice, nothing
from customers.models import Customer
from receivables.models import Invoice, today

NO_CODE = " "  # which no company code is, for texts are trimmed as they come in


class LinksFilter(admin.SimpleListFilter):
    """A filter whose choices are links; what is chosen stays while the form of the other filters is sent."""

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any):
        super().__init__(request, params, model, model_admin)
        self.lookup_kwarg, self.lookup_val = self.parameter_name, [self.value()]


class ItemsFilter(LinksFilter):
    """By what the customers owe."""

    title, parameter_name = gettext_lazy("open items"), "items"
    parameter_names = ["items"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("With open items")),
            ("overdue", _("With overdue items")),
            ("none", _("Without any invoice")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        items = Invoice.objects.of_outer_customer()
        match self.value():
            case None:
                return queryset
            case "open":
                return queryset.filter(Exists(items.open()))
            case "overdue":
                return queryset.filter(Exists(items.open().overdue(today())))
            case "none":  # asked of each customer by itself: NOT EXISTS reads the whole table of invoices
                return queryset.alias(any_item=Subquery(items.values("pk")[:1])).filter(any_item=None)
        return no_such_choice(self, request, queryset)


class CompanyCodeFilter(LinksFilter):
    title, parameter_name = gettext_lazy("company code"), "company_code"
    parameter_names = ["company_code"]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        codes = model_admin.get_queryset(request).order_by("company_code").values_list("company_code", flat=True)
        return [(code or NO_CODE, code or _("None")) for code in codes.distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        code = self.value()
        return queryset if code is None else queryset.filter(company_code=code.strip())


class UpdatedSinceForm(forms.Form):
    def __init__(self, day: str | None):
        super().__init__()
        widget = forms.DateInput(attrs={"type": "date", "class": " ".join(INPUT_CLASSES)})
        self.fields[UpdatedSinceFilter.parameter_name] = forms.CharField(
            label=_("Changed since"), required=False, initial=day, widget=widget
        )


class UpdatedSinceFilter(admin.SimpleListFilter):
    """By the day (UTC) of the last change."""

    title, parameter_name = gettext_lazy("last change"), "updated_since"
    parameter_names = ["updated_since"]
    template = "unfold/filters/filters_field.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {"form": UpdatedSinceForm(self.value())}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if not self.value():
            return queryset
        try:
            day = date.fromisoformat(self.value() or "")
        except ValueError:
            return nothing(
                request, queryset, _("“%(day)s” is not a date. Write it like 2026-01-31.") % {"day": self.value()}
            )
        return queryset.filter(updated_at__gte=f"{day}T00:00:00Z")
