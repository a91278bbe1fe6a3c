"""What the list of invoices is filtered by. The names in the address are what other pages link to."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apiauth.admin.base import accounts_of, listed_accounts
from config.admin.filters import AskedFilter, choice_field, day_field, text_field
from customers.imported.numbers import number_key
from receivables.admin.shared.labels import BUCKET_NAMES, parts
from receivables.api.filters import LARGEST, MOST_DIGITS
from receivables.figures.computing import since
from receivables.figures.movements import moved
from receivables.models import OPEN, overdue, today
from receivables.models.customer_matching import company_code_of_customer
from receivables.models.notes_and_tags import InvoiceTag, Tag
from receivables.money.texts import CURRENCIES
from receivables.reports.quality import NO_AMOUNT, NO_DUE_DATE, UNKNOWN_CURRENCY, unknown_customer

OWED = Q(open_amount=None) | Q(open_amount__gt=0)
DUE: dict[str, tuple[Any, Any]] = {
    "open": (_("open"), lambda: OPEN),
    "overdue": (_("overdue"), lambda: overdue(today())),
    "not_due": (_("not due yet"), lambda: OWED & Q(due_date__gte=today())),
    "settled": (_("settled"), lambda: Q(open_amount=0)),
}
QUALITY: dict[str, tuple[Any, Any]] = {
    "no_due_date": (_("no due date"), lambda: NO_DUE_DATE),
    "unknown_customer": (_("unknown customer"), unknown_customer),
    "no_amount": (_("balance is not an amount"), lambda: NO_AMOUNT),
    "unknown_currency": (_("unknown currency"), lambda: UNKNOWN_CURRENCY),
}
MOVED: dict[str, Any] = {"new": _("new"), "paid_down": _("paid down"), "reopened": _("reopened"), "other": _("other")}
THAT_VERY = "="
MOST_TAGS = 500


class ChoiceFilter(AskedFilter):
    """One of several conditions, each under a name."""

    conditions: dict[str, tuple[Any, Any]]

    def fields(self) -> dict[str, forms.Field]:
        choices = [(name, text) for name, (text, _condition) in self.conditions.items()]
        return {self.parameter_names[0]: choice_field(self.title, choices)}

    def condition(self, **asked: Any) -> Q:
        return self.conditions[asked[self.parameter_names[0]]][1]()


class DueFilter(ChoiceFilter):
    title, parameter_names, conditions = _("Due status"), ["due"], DUE


class QualityFilter(ChoiceFilter):
    title, parameter_names, conditions = _("Data issues"), ["quality"], QUALITY


class BucketFilter(AskedFilter):
    title, parameter_names = _("Age"), ["bucket"]

    def fields(self) -> dict[str, forms.Field]:
        return {"bucket": choice_field(self.title, [(str(n), name) for n, name in enumerate(BUCKET_NAMES)])}

    def condition(self, **asked: Any) -> Q:
        return parts()[int(asked["bucket"])].items


class RangeFilter(AskedFilter):
    """From a value on, up to a value, or both. `column` is also how the names in the address begin."""

    column: str

    def bound(self, label: Any) -> forms.Field:
        return day_field(label)

    def fields(self) -> dict[str, forms.Field]:
        return dict(zip(self.parameter_names, (self.bound(_("From")), self.bound(_("To"))), strict=True))

    def condition(self, **asked: Any) -> Q:
        low, high = (asked[name] for name in self.parameter_names)
        from_low = Q() if low is None else Q(**{f"{self.column}__gte": low})
        return from_low if high is None else from_low & Q(**{f"{self.column}__lte": high})

    def shown_label(self, name: str) -> str:
        return f"{self.title}, {super().shown_label(name)}"


class DueDateFilter(RangeFilter):
    title, column, parameter_names = _("Due date"), "due_date", ["due_from", "due_to"]


class PostingDateFilter(RangeFilter):
    title, column, parameter_names = _("Posting date"), "posting_date", ["posted_from", "posted_to"]


class InvoiceDateFilter(RangeFilter):
    title, column, parameter_names = _("Invoice date"), "invoice_date", ["invoiced_from", "invoiced_to"]


class OpenAmountFilter(RangeFilter):
    title, column, parameter_names = _("Open amount"), "open_amount", ["open_from", "open_to"]

    def bound(self, label: Any) -> forms.Field:
        number = {"inputmode": "decimal"}
        return forms.DecimalField(
            label=label,
            required=False,
            min_value=Decimal(-LARGEST),
            max_value=Decimal(LARGEST),
            max_digits=MOST_DIGITS,
            widget=UnfoldAdminTextInputWidget(number),
        )


class TextFilter(AskedFilter):
    """The whole text of a column, in capitals or not."""

    column: str

    def fields(self) -> dict[str, forms.Field]:
        return {self.parameter_names[0]: text_field(self.title, max_length=255)}

    def condition(self, **asked: Any) -> Q:
        [text] = asked.values()
        return Q(**{f"{self.column}__in": sorted({text, text.upper(), text.lower(), text.capitalize()})})


def text_filter(column: str, title: Any) -> type[TextFilter]:
    return type("ColumnFilter", (TextFilter,), {"title": title, "column": column, "parameter_names": [column]})


class CustomerFilter(AskedFilter):
    """A customer's number, padded with zeros or not, chosen among the customers of one's own accounts or typed; and
    the company code of the customer, which an item need not name.
    """

    title, parameter_names = _("Customer"), ["customer", "customer_code"]

    def fields(self) -> dict[str, forms.Field]:
        widget = UnfoldAdminTextInputWidget(
            {"data-suggestions": reverse("admin:receivables_invoice_customers"), "autocomplete": "off"}
        )
        return {
            "customer": forms.CharField(label=self.title, required=False, max_length=64, widget=widget),
            "customer_code": text_field(_("Company code of the customer"), max_length=33),
        }

    def condition(self, **asked: Any) -> Q:
        number, code = asked["customer"], asked["customer_code"]
        numbered = Q(customer_number_key=number_key(number)) if number else Q()
        if not code:
            return numbered
        return numbered & Q(Exact(company_code_of_customer(), Value(code.removeprefix(THAT_VERY))))

    def _shown_value(self, name: str, value: str) -> str:
        return value if name == "customer" else value.removeprefix(THAT_VERY) or str(_("none"))


class TagFilter(AskedFilter):
    title, parameter_names = _("Tag"), ["tag"]

    def fields(self) -> dict[str, forms.Field]:
        tags = Tag.objects.filter(account__in=accounts_of(self.request)).order_by("name").values_list("name", flat=True)
        names = {name.lower(): name for name in tags[:MOST_TAGS]}
        return {"tag": choice_field(self.title, [(name, name) for name in names.values()])}

    def condition(self, **asked: Any) -> Q:
        own = InvoiceTag.objects.filter(
            tag__in=Tag.objects.filter(account__in=accounts_of(self.request)).named(asked["tag"])
        )
        return Q(pk__in=own.values("invoice"))


class CurrencyFilter(TextFilter):
    """A currency, in capitals or not; a code of ISO 4217, and what follows a `=`, if anything, is that very text."""

    title, column, parameter_names = _("Currency"), "currency", ["currency"]

    def condition(self, **asked: Any) -> Q:
        text: str = asked["currency"]
        if text.startswith(THAT_VERY):
            return Q(currency=text.removeprefix(THAT_VERY))
        return Q(currency=text) if text in CURRENCIES else super().condition(**asked)


class MovedFilter(AskedFilter):
    """What moved the open totals since yesterday, as the dashboard counts it."""

    title, parameter_names = _("Moved since yesterday"), ["moved"]

    def fields(self) -> dict[str, forms.Field]:
        return {"moved": choice_field(self.title, MOVED.items())}

    def condition(self, **asked: Any) -> Q:
        accounts = listed_accounts(self.request)
        return reduce(or_, (moved(account, since(today()), asked["moved"]) for account in accounts), Q(pk__in=[]))


class UpdatedSinceFilter(AskedFilter):
    """Changed on a day or later, by the clock of the database (UTC); `yesterday` is a day, too."""

    title, parameter_names = _("Changed since"), ["updated_since"]

    def fields(self) -> dict[str, forms.Field]:
        if self.used_parameters.get("updated_since") == "yesterday":
            self.used_parameters["updated_since"] = (today() - timedelta(days=1)).isoformat()
        return {"updated_since": day_field(self.title)}

    def condition(self, **asked: Any) -> Q:
        day: date = asked["updated_since"]
        return Q(updated_at__gte=datetime.combine(day, time(), UTC))


class UploadFilter(AskedFilter):
    title, parameter_names = _("Last changed by upload"), ["upload"]

    def fields(self) -> dict[str, forms.Field]:
        return {"upload": forms.UUIDField(label=self.title, required=False, widget=UnfoldAdminTextInputWidget())}

    def condition(self, **asked: Any) -> Q:
        return Q(last_upload_id=asked["upload"])


INVOICE_FILTERS: list[Any] = [
    DueFilter,
    BucketFilter,
    CustomerFilter,
    text_filter("company_code", _("Company code")),
    DueDateFilter,
    OpenAmountFilter,
    CurrencyFilter,
    text_filter("status", _("Status")),
    text_filter("document_type", _("Document type")),
    TagFilter,
    QualityFilter,
    PostingDateFilter,
    InvoiceDateFilter,
    UpdatedSinceFilter,
    MovedFilter,
    UploadFilter,
]
