"""The whole aging report as a workbook: a sheet of its rows, and one of its totals with the moment that it is of."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apiauth.quotas import slot_of_file
from config.api.problems import Unprocessable
from config.exports.files import SpreadsheetRenderer, streamed
from config.exports.spreadsheets import Table, workbook
from config.exports.written_rows import written_row
from receivables.admin.reports.aging import AgingForm, aging_rows
from receivables.admin.reports.head import Head, account_of_query, address, checked_query
from receivables.admin.shared.cells import BUCKET_NAMES, parts
from receivables.reports import moments
from receivables.reports.aging import CUSTOMER, aging_query
from receivables.reports.parameters import ORDERS, Grouping

CHUNK = 1000  # customers that are in memory
TEXT, AMOUNT, WHOLE = models.TextField(), models.DecimalField(), models.IntegerField()
DAY, MOMENT = models.DateField(), models.DateTimeField()


@require_safe
@permission_required("receivables.view_invoice", raise_exception=True)
def aging_file(request: HttpRequest) -> HttpResponseBase:
    """Return the report that the address names; where it names none, lead to the page that says why."""
    query = checked_query(request, "groupBy")
    account = account_of_query(request, query)
    if account is None:
        raise Http404
    form = AgingForm(account, query)
    if not form.is_valid() or form.head is None:
        return HttpResponseRedirect(address("aging-page", query.dict()))
    head, group_by = _of_one_moment(form.head), form.cleaned_data["groupBy"]
    names_customers = request.user.has_perm("customers.view_customer")
    tables = [_report(head, group_by, names_customers), _totals(head)]
    name = f"aging-{head.day}.{SpreadsheetRenderer.format}"
    return streamed(
        workbook(tables),
        slot_of_file(None),
        content_type=SpreadsheetRenderer.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _of_one_moment(head: Head) -> Head:
    """Return the report as of this moment where it is of now: its rows are read by many queries, and an upload may come
    between them.
    """
    if head.known:
        return head
    pk = head.account.pk
    try:
        known = moments.answerable(pk, moments.uploads.span(pk).now, "knownAt")
    except Unprocessable:  # no invoices were uploaded yet, or none since histories are whole
        return head
    return Head(head.account, head.day, head.named, known)


def _sums() -> dict[str, Any]:
    """Return the columns of what is added up."""
    buckets = {capfirst(str(name)): AMOUNT for name in BUCKET_NAMES}
    return {_("Open"): AMOUNT, **buckets, _("Open items"): WHOLE, _("Items without an amount"): WHOLE}


def _summed(row: dict[str, Any]) -> list[Any]:
    buckets = [row[f"bucket{n}"] for n in range(len(BUCKET_NAMES))]
    without = row["without_amount_count"]
    return [row["total"], *buckets, row["summed_count"] + without, without]


def _report(head: Head, group_by: str, names_customers: bool) -> Table:
    columns: dict[str, Any] = {_("As of"): DAY}
    if group_by == Grouping.CUSTOMER:
        columns |= {_("Customer"): TEXT} | ({_("Name"): TEXT} if names_customers else {})
    if group_by != Grouping.CURRENCY:
        columns |= {_("Company code"): TEXT}
    columns |= {_("Currency"): TEXT, **_sums()}
    rows = (_row(head, group_by, names_customers, row) for row in _all_rows(head, group_by))
    return Table(_("Aging"), columns, rows)


def _row(head: Head, group_by: str, names_customers: bool, row: dict[str, Any]) -> bytes:
    group = []
    if group_by == Grouping.CUSTOMER:
        group = [row[CUSTOMER], *([row["name"]] if names_customers else [])]
    if group_by != Grouping.CURRENCY:
        group.append(row["company_code"])
    return written_row([head.day, *group, row["currency"], *_summed(row)])


def _all_rows(head: Head, group_by: str) -> Iterator[dict[str, Any]]:
    after: list[str] = []
    while True:
        rows = aging_rows(head, group_by, after, CHUNK)
        yield from rows
        if group_by != Grouping.CUSTOMER or len(rows) < CHUNK:
            return
        after = [rows[-1][column] for column in ORDERS[Grouping.CUSTOMER]]


def _totals(head: Head) -> Table:
    about: dict[str, Any] = {_("Account"): TEXT, _("As of"): DAY, _("Known at"): MOMENT}
    about |= {_("Last upload"): MOMENT, _("Extracted from the ERP"): MOMENT}
    return Table(_("Total"), about | {_("Currency"): TEXT, **_sums()}, _rows_of_totals(head))


def _rows_of_totals(head: Head) -> Iterator[bytes]:
    last = head.last_upload()
    known = [head.moment, *((last.merged_at, last.extracted_at) if last else (None, None))]
    for row in aging_query(head.items(for_sums=True), "currency", parts(head.day)):
        yield written_row([head.account.name, head.day, *known, row["currency"], *_summed(row)])
