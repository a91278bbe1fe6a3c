"""The filters of the list of invoices. Other pages link to the names in the address."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial, reduce
from operator import or_
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.lookups import Exact
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from apiauth.admin.base import listed_accounts
from apiauth.models import outer_account
from customers.imported.numbers import number_key
from receivables.admin.invoices.as_of import KnownAtFilter
from receivables.admin.shared import filters as shared
from receivables.admin.shared.as_of import as_of
from receivables.admin.shared.cells import BUCKET_NAMES, parts
from receivables.admin.shared.filters import CheckedFilter, ConditionFilter, RangeFilter, TextFilter
from receivables.api.filters import LARGEST, MOST_DIGITS
from receivables.figures.computing import moved
from receivables.models import OPEN, ClosedReason, overdue, today
from receivables.models.customer_matching import company_code_of_customer
from receivables.models.invoices import NO_AMOUNT, NO_DUE_DATE, UNKNOWN_CURRENCY, unknown_customer
from receivables.models.notes_and_tags import InvoiceTag, Tag
from receivables.money import CURRENCIES
from receivables.reports.movement_rows import Kind

EXACT_PREFIX = "="  # what follows it in the address is that very text
MOST_TAGS = 500
OWED = Q(open_amount=None) | Q(open_amount__gt=0)


class DueFilter(ConditionFilter):
    title, parameter_names = _("Due status"), ["due"]
    conditions = {
        "open": (_("open"), lambda day: OPEN),
        "overdue": (_("overdue"), overdue),
        "not_due": (_("not due yet"), lambda day: OWED & Q(due_date__gte=day)),
        "settled": (_("settled"), lambda day: Q(open_amount=0, closed_at=None)),
        "closed": (
            _("no longer in the full load"),
            lambda day: Q(closed_at__isnull=False, closed_reason=ClosedReason.MISSING),
        ),
    }


class QualityFilter(ConditionFilter):
    title, parameter_names = _("Data issues"), ["quality"]
    conditions = {
        "no_due_date": (_("no due date"), lambda day: NO_DUE_DATE),
        "unknown_customer": (_("unknown customer"), lambda day: unknown_customer()),
        "no_amount": (_("balance is not an amount"), lambda day: NO_AMOUNT),
        "unknown_currency": (_("unknown currency"), lambda day: UNKNOWN_CURRENCY),
    }

    def condition(self, values: dict[str, Any]) -> Q:
        if values["quality"] == "unknown_customer":
            return unknown_customer(outer_account(listed_accounts(self.request)), as_of(self.request).known_at)
        return super().condition(values)


class BucketFilter(ConditionFilter):
    title, parameter_names = _("Age"), ["bucket"]
    conditions = {
        str(index): (name, partial(lambda index, day: parts(day)[index].items, index))
        for index, name in enumerate(BUCKET_NAMES)
    }


class OpenAmountFilter(RangeFilter):
    title, column, parameter_names = _("Open amount"), "open_amount", ["open_from", "open_to"]
    bound = partial(
        forms.DecimalField,
        required=False,
        min_value=Decimal(-LARGEST),
        max_value=Decimal(LARGEST),
        max_digits=MOST_DIGITS,
        widget=UnfoldAdminTextInputWidget({"inputmode": "decimal"}),
    )


class CustomerFilter(CheckedFilter):
    """A customer's number, padded with zeros or not, selected among the customers of one's own accounts or typed; and
    the company code of the customer, which an item need not name.
    """

    title, parameter_names = _("Customer"), ["customer", "customer_code"]
    suggesting = UnfoldAdminTextInputWidget(
        {"data-suggestions": reverse_lazy("admin:receivables_invoice_customers"), "autocomplete": "off"}
    )
    form_fields = {
        "customer": shared.text_field(title, max_length=64, widget=suggesting),
        "customer_code": shared.text_field(_("Company code of the customer"), max_length=33),
    }

    def condition(self, values: dict[str, Any]) -> Q:
        number, code = values["customer"], values["customer_code"]
        numbered = Q(customer_number_key=number_key(number)) if number else Q()
        if not code:
            return numbered
        return numbered & Q(
            Exact(
                company_code_of_customer(outer_account(listed_accounts(self.request)), as_of(self.request).known_at),
                Value(code.removeprefix(EXACT_PREFIX)),
            )
        )

    def value_text(self, name: str, value: str) -> str:
        return value if name == "customer" else value.removeprefix(EXACT_PREFIX) or str(_("none"))


class TagFilter(CheckedFilter):
    title, parameter_names = _("Tag"), ["tag"]

    def fields(self) -> dict[str, forms.Field]:
        tags = (
            Tag.objects.filter(account__in=listed_accounts(self.request))
            .order_by("name")
            .values_list("name", flat=True)
        )
        names = {name.lower(): name for name in tags[:MOST_TAGS]}
        return {"tag": shared.choice_field(self.title, [(name, name) for name in names.values()])}

    def condition(self, values: dict[str, Any]) -> Q:
        tags = Tag.objects.filter(account=OuterRef("account")).named(values["tag"])
        tagged = InvoiceTag.objects.filter(account=OuterRef("account"), invoice_id=OuterRef("pk"))
        return Q(Exists(tagged.filter(tag_id__in=tags.values("pk"))))


class ExactTextFilter(TextFilter):
    """The whole text of a column, in capitals or not; what follows EXACT_PREFIX, if anything, is that very text."""

    def condition(self, values: dict[str, Any]) -> Q:
        [text] = values.values()
        if text.startswith(EXACT_PREFIX):
            return Q(**{self.column: text.removeprefix(EXACT_PREFIX)})
        return super().condition(values)

    def value_text(self, name: str, value: str) -> str:
        return value.removeprefix(EXACT_PREFIX) or str(_("none"))


class CurrencyFilter(ExactTextFilter):
    """A code of ISO 4217 is that very text."""

    title, column, parameter_names = _("Currency"), "currency", ["currency"]

    def condition(self, values: dict[str, Any]) -> Q:
        text: str = values["currency"]
        return Q(currency=text) if text in CURRENCIES else super().condition(values)


class MovedFilter(CheckedFilter):
    """What moved the open totals since yesterday, as the dashboard counts it: how, and what is open in which currency.
    An item whose currency changed moved both. What follows EXACT_PREFIX, if anything, is the currency.
    """

    title, parameter_names = _("Moved since yesterday"), ["moved", "moved_currency"]
    # What is in lists that people saved before these kinds were told apart.
    several = {"paid_down": (_("reduced or settled"), (Kind.REDUCED, Kind.SETTLED))}
    form_fields = {
        "moved": shared.choice_field(
            title, [*Kind.choices, *((name, text) for name, (text, _kinds) in several.items())]
        ),
        "moved_currency": shared.text_field(_("Currency that moved"), max_length=17),
    }

    def condition(self, values: dict[str, Any]) -> Q:
        which: dict[str, Any] = {}
        if kind := values["moved"]:
            which["kind__in"] = self.several[kind][1] if kind in self.several else [kind]
        if values["moved_currency"]:
            which["currency"] = values["moved_currency"].removeprefix(EXACT_PREFIX)
        accounts = listed_accounts(self.request)
        return reduce(or_, (moved(account, **which) for account in accounts), Q(pk__in=[]))

    def value_text(self, name: str, value: str) -> str:
        if name == "moved":
            return super().value_text(name, value)
        return value.removeprefix(EXACT_PREFIX) or str(_("none"))


class UpdatedSinceFilter(shared.UpdatedSinceFilter):
    """`yesterday` is a day, too."""

    def fields(self) -> dict[str, forms.Field]:
        if self.used_parameters.get("updated_since") == "yesterday":
            self.used_parameters["updated_since"] = (today() - timedelta(days=1)).isoformat()
        return super().fields()


class ClosedSinceFilter(CheckedFilter):
    """Closed on a day or later, by the clock of the database (UTC)."""

    title, parameter_names = _("Closed since"), ["closed_since"]
    form_fields = {"closed_since": shared.DayField(title)}

    def condition(self, values: dict[str, Any]) -> Q:
        return Q(closed_at__gte=datetime.combine(values["closed_since"], time(), UTC))


class UploadFilter(CheckedFilter):
    title, parameter_names = _("Last changed by upload"), ["upload"]
    form_fields = {"upload": forms.UUIDField(label=title, required=False, widget=UnfoldAdminTextInputWidget())}

    def condition(self, values: dict[str, Any]) -> Q:
        return Q(last_upload_id=values["upload"])


INVOICE_FILTERS: list[Any] = [
    DueFilter,
    BucketFilter,
    CustomerFilter,
    ExactTextFilter.of("company_code", _("Company code"), ["company_code"]),
    RangeFilter.of("due_date", _("Due date"), ["due_from", "due_to"]),
    OpenAmountFilter,
    CurrencyFilter,
    TextFilter.of("status", _("Status"), ["status"]),
    TextFilter.of("document_type", _("Document type"), ["document_type"]),
    TagFilter,
    QualityFilter,
    RangeFilter.of("posting_date", _("Posting date"), ["posted_from", "posted_to"]),
    RangeFilter.of("invoice_date", _("Invoice date"), ["invoiced_from", "invoiced_to"]),
    UpdatedSinceFilter,
    ClosedSinceFilter,
    MovedFilter,
    UploadFilter,
    KnownAtFilter,
]
