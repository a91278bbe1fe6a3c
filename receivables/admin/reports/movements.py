"""Movements of receivables as staff read them: from what was open to what is open, and the items of each figure."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apiauth.admin.base import accounts_of
from config.admin.pages import admin_page
from receivables.admin.reports.head import account_of_query, address, checked_query
from receivables.admin.reports.movement_items import FILTERS, ItemsForm, file_of, items_of, page_of_items
from receivables.admin.reports.movement_sums import MovementRows, kinds_of
from receivables.admin.reports.window import Movements, ends_shown
from receivables.reports.movement_rows import Kind

WINDOW = ("account", "since", "until")
COMPANY_CODE, CUSTOMER = "companyCode", "customer"
GROUPINGS = {COMPANY_CODE: gettext_lazy("Company code"), CUSTOMER: gettext_lazy("Customer")}
PAGE, FILE = "movements-page", "movements-file"
TO_SUMS, TO_ITEMS = "#sums", "#items"  # parts of the page


class MovementsForm(ItemsForm):
    """`after` is the number of the customer that a page of customers follows."""

    groupBy = forms.ChoiceField(required=False, choices=list(GROUPINGS.items()))
    after = forms.CharField(required=False, max_length=64, empty_value=None)

    def clean_groupBy(self) -> str:
        return self.cleaned_data["groupBy"] or COMPANY_CODE


@permission_required("receivables.view_invoice", raise_exception=True)
def movements_page(request: HttpRequest) -> HttpResponseBase:
    query = checked_query(request, *FILTERS, "cursor", "groupBy", "after", names=WINDOW)
    account = account_of_query(request, query)
    context: dict[str, Any] = {"accounts": accounts_of(request), "account": account}
    if account:
        form = MovementsForm(account, query)
        is_valid = form.is_valid()
        context |= _head(form)
        if is_valid and form.movements:
            context |= _report(request, form, form.movements)
    return admin_page(request, "admin/reports/movements.html", _("Movements"), **context)


@permission_required("receivables.view_invoice", raise_exception=True)
def movements_file(request: HttpRequest) -> HttpResponseBase:
    """Return the items of a page as a workbook; of an address that cannot be answered the page that says why."""
    query = checked_query(request, *FILTERS, names=WINDOW)
    account = account_of_query(request, query)
    if account is None:
        raise Http404
    form = ItemsForm(account, query)
    if form.is_valid() and form.movements:
        return file_of(form.movements, form.filters)
    return movements_page(request)


def _head(form: MovementsForm) -> dict[str, Any]:
    others = {"groupBy": form.cleaned_data.get("groupBy", COMPANY_CODE)}
    remedy = form.remedy()
    return {
        "form": form,
        "others": others,
        "shortcuts": [(text, address(PAGE, query | others), is_it) for text, query, is_it in form.shortcuts()],
        "remedy": address(PAGE, remedy | others) if remedy else None,
    }


def _report(request: HttpRequest, form: MovementsForm, movements: Movements) -> dict[str, Any]:
    sums = list(movements.rows().sums("company_code", "currency"))
    kinds = kinds_of(sums)
    names_customers = request.user.has_perm("customers.view_customer")
    group_by = form.cleaned_data["groupBy"]
    first = movements.query | {"groupBy": group_by}
    after = form.cleaned_data["after"]
    here = first | ({} if after is None else {"after": after})
    rendered = MovementRows(movements, kinds, lambda **filters: address(PAGE, here | filters) + TO_ITEMS)
    following = None
    if group_by == CUSTOMER:
        rows, following = rendered.by_customer(after, names_customers=names_customers)
    else:
        rows = rendered.by_company_code(sums)
    return {
        "movements": movements,
        "ends": ends_shown(movements),
        "kinds": [capfirst(kind.label) for kind in kinds],
        "by_currency": rendered.by_currency(sums),
        "groupings": [
            (text, address(PAGE, movements.query | form.filters | {"groupBy": value}), value == group_by)
            for value, text in GROUPINGS.items()
        ],
        "grouping": GROUPINGS[group_by],
        "rows": rows,
        "totals": rendered.totals(sums),
        "first_page": None if after is None else address(PAGE, first | form.filters) + TO_SUMS,
        "next_page": following and address(PAGE, first | form.filters | {"after": following}) + TO_SUMS,
        **_items(form, movements, kinds, here, names_customers),
        "item_totals": rendered.totals(list(items_of(movements, form.filters).sums("currency"))),
    }


def _items(
    form: MovementsForm, movements: Movements, kinds: list[Kind], here: dict[str, Any], names_customers: bool
) -> dict[str, Any]:
    """Return what is shown of the items, and the addresses of those of other filters."""
    filters, cursor = form.filters, form.cleaned_data["cursor"]
    items, following = page_of_items(movements, filters, cursor, names_customers=names_customers)

    def without(name: str) -> dict[str, str]:
        return {each: value for each, value in filters.items() if each != name}

    def to_items(query: dict[str, Any]) -> str:
        return address(PAGE, here | query) + TO_ITEMS

    of_kinds = [
        (capfirst(kind.label), to_items(filters | {"kind": kind.value}), filters.get("kind") == kind) for kind in kinds
    ]
    return {
        "items": items,
        "of_kinds": [(_("All"), to_items(without("kind")), "kind" not in filters), *of_kinds],
        "active_filters": [(label, value, to_items(without(name))) for name, label, value in form.filters_shown()],
        "all_items": to_items({}) if filters else None,
        "first_items": to_items(filters) if cursor else None,
        "next_items": to_items(filters | {"cursor": following}) if following else None,
        "file": address(FILE, movements.query | filters),
    }
