"""The comparison of what is open here with the totals of the ERP, by company code and currency."""

import re
from collections.abc import Iterable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from apiauth.admin.base import accounts_of
from config.admin.pages import admin_page
from receivables.admin.reports.head import Head, HeadForm, account_of_query, address, checked_query, head_context
from receivables.admin.reports.links import items_address
from receivables.admin.reports.matching import MOST_GROUPS, MOST_ITEMS, MOST_SHOWN, Explanation, Group, explanations
from receivables.admin.reports.typed_totals import TypedTotals, typed_totals
from receivables.admin.shared.cells import day
from receivables.formats.numbers import NumberFormat, number_as_read
from receivables.formats.proof import Verdict
from receivables.money import EXACT, shown
from receivables.reports.aging import ZERO, aging_query
from receivables.reports.parameters import Grouping

MOST_PROBLEMS = 20
LONGEST_ADDRESS = 3500  # characters, which every server and proxy takes
EXAMPLE = "1000;EUR;12.345,67\n2000;USD;7.890,00"


class TotalsForm(forms.Form):
    """The ERP's totals. `read` is what was read of them, once the form was validated."""

    totals = forms.CharField(
        strip=False,
        max_length=200_000,
        label=gettext_lazy("Totals of the ERP"),
        error_messages={"required": gettext_lazy("Type or paste the totals of the ERP.")},
    )
    numbers = forms.ChoiceField(choices=[(each, each) for each in NumberFormat], required=False)
    read: TypedTotals | None = None

    def clean(self) -> dict[str, Any]:
        if text := self.cleaned_data.get("totals"):
            self.read = typed_totals(text, self.cleaned_data.get("numbers", ""))
            if not text.strip():
                self.add_error("totals", self.fields["totals"].error_messages["required"])
            for line, problem in self.read.problems[:MOST_PROBLEMS]:
                self.add_error("totals", _("Line %(line)d: %(problem)s") % {"line": line, "problem": problem})
            if self.read.verdict.is_open:
                self.add_error("numbers", _why_open(self.read.verdict))
        return self.cleaned_data

    @property
    def number_formats(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the formats that the numbers may have, each with how it reads some of them; of several that read them
        alike the first, and none where the format is known.
        """
        if self.read is None or not (self.read.verdict.is_open or self.cleaned_data.get("numbers")):
            return []
        verdict = self.read.verdict
        formats = verdict.choices or tuple(NumberFormat)
        values = verdict.values or verdict.samples
        found: dict[tuple[str, ...], tuple[str, list[tuple[str, str]]]] = {}
        for each in formats:
            readings = [(value.text, _as_read(value.text, each)) for value in values]
            found.setdefault(tuple(reading for _text, reading in readings), (each, readings))
        return list(found.values())


def _why_open(verdict: Verdict) -> str:
    if not verdict.is_contradictory:
        return _("No total shows which format the numbers have. Choose one below.")
    first, other = verdict.values[0], verdict.values[-1]
    message = _(
        "“%(first)s” (line %(first_line)d) and “%(other)s” (line %(other_line)d) are written in different formats. "
        "Correct one of them, or choose a format below."
    )
    values = {"first": first.text, "first_line": first.line, "other": other.text, "other_line": other.line}
    return message % values


def _as_read(text: str, number_format: str) -> str:
    number = number_as_read(text, number_format)
    return shown(Decimal(number), "") if re.fullmatch(r"-?[\d.]+", number) else number


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("receivables.view_invoice", raise_exception=True)
def reconcile_page(request: HttpRequest) -> HttpResponse:
    """Show the form and the comparison. What is posted leads to an address that has it, so that one can go back to the
    comparison and open it again; nothing is stored. What is too long for an address is answered at once.
    """
    query = checked_query(request, "totals", "numbers")
    account = account_of_query(request, query)
    context: dict[str, Any] = {"accounts": accounts_of(request), "account": account}
    if account:
        head_form = HeadForm(account, query)
        head_form.is_valid()
        typed = request.POST if request.method == "POST" else query
        totals_form = TotalsForm(typed if request.method == "POST" or "totals" in query else None)
        others = {name: str(typed[name]) for name in ("totals", "numbers") if typed.get(name)}
        if request.method == "POST" and head_form.head and others.get("totals", "").strip():
            compared = address("reconcile-page", head_form.head.query | others)
            if len(compared) <= LONGEST_ADDRESS and "\0" not in others["totals"]:
                return HttpResponseRedirect(f"{compared}#comparison")
            others = {}
        context |= head_context(head_form, "reconcile-page", **others)
        context |= {"totals_form": totals_form, "example": EXAMPLE}
        if head_form.head:
            context |= _compared(request, head_form.head, totals_form)
    return admin_page(request, "admin/reports/reconcile.html", _("Reconcile"), **context)


def _compared(request: HttpRequest, head: Head, form: TotalsForm) -> dict[str, Any]:
    addresses = {"aging": address("aging-page", head.query), "here": address("reconcile-page", head.query)}
    if not form.is_valid() or form.read is None:
        return addresses
    ours: dict[Group, Any] = {
        (row["company_code"], row["currency"]): row
        for row in aging_query(head.items(for_sums=True), "company_code", [])
    }
    theirs = {(total.company_code, total.currency): total.amount for total in form.read.totals}
    groups = sorted(ours.keys() | theirs.keys())
    differences = {
        group: difference
        for group in groups
        if (difference := EXACT.subtract(ours[group]["total"] if group in ours else ZERO, theirs.get(group, ZERO)))
    }
    counts = {group: row["summed_count"] for group, row in ours.items()}
    names_customers = request.user.has_perm("customers.view_customer")
    lines = [_line(head, group, ours.get(group), theirs.get(group)) for group in groups]
    for line, group in zip(lines, groups, strict=True):
        line.meant = _meant(group, ours) if group not in ours else None
    return addresses | {
        "lines": lines,
        "agreeing": sum(line.agrees for line in lines),
        "differing": sum(not line.agrees for line in lines),
        "heading": form.read.heading,
        "number_format": form.read.verdict.format,
        "explanations": [_explained(head, each, names_customers) for each in explanations(head, differences, counts)],
        "most_explained": MOST_GROUPS if len(differences) > MOST_GROUPS else None,
        "most_items": MOST_ITEMS,
        "most_shown": MOST_SHOWN,
    }


def _meant(group: Group, ours: Iterable[Group]) -> str | None:
    """Return the company code that is nearly the typed one: spreadsheets take zeros off a code, and capitals differ."""

    def plain(group: Group) -> tuple[str, str]:
        return group[0].lstrip("0").upper(), group[1].upper()

    alike = [code for code, currency in ours if plain((code, currency)) == plain(group)]
    return alike[0] if len(alike) == 1 else None


def _line(head: Head, group: Group, row: dict[str, Any] | None, theirs: Decimal | None) -> SimpleNamespace:
    """Return both totals of a company code and currency, and their difference; a side that lacks them has none."""
    code, currency = group
    ours = row["total"] if row else ZERO
    difference = EXACT.subtract(ours, theirs or ZERO)
    return SimpleNamespace(
        company_code=code or _("No company code"),
        currency=currency or _("No currency"),
        ours=shown(ours, currency) if row else None,
        ours_href=row and items_address(head, Grouping.COMPANY_CODE, row, due="open"),
        count=row["summed_count"] + row["without_amount_count"] if row else 0,
        without_amount=row["without_amount_count"] if row else 0,
        without_amount_href=row and items_address(head, Grouping.COMPANY_CODE, row, quality="no_amount"),
        theirs=None if theirs is None else shown(theirs, currency),
        difference=shown(difference, currency) if difference else None,
        agrees=not difference and row is not None and theirs is not None,
    )


def _explained(head: Head, each: Explanation, names_customers: bool) -> SimpleNamespace:
    code, currency = each.group
    row = {"company_code": code, "currency": currency}
    same_amount = items_address(head, Grouping.COMPANY_CODE, row, open_from=each.difference, open_to=each.difference)
    return SimpleNamespace(
        company_code=code or _("No company code"),
        currency=currency or _("No currency"),
        difference=shown(each.difference, currency),
        singles=[_item(item, names_customers) for item in each.singles],
        pairs=[[_item(item, names_customers) for item in pair] for pair in each.pairs],
        pairs_searched=each.pairs_searched,
        has_more=each.has_more,
        same_amount=same_amount if len(each.singles) == MOST_SHOWN else "",
    )


def _item(item: Any, names_customers: bool) -> SimpleNamespace:
    return SimpleNamespace(
        pk=item.pk,
        number=item.invoice_number,
        customer_number=item.customer_number,
        customer=item.shown_customer_name if names_customers else "",
        due=day(item.due_date),
        amount=shown(item.open_amount, item.currency),
    )
