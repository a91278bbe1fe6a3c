"""What the dashboard's template is given, and the address that refreshes it."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone

from apiauth.models import Account, ApiKey, first_of_each
from config.http.pages import redirect_unless_posted
from receivables.dashboard import sections
from receivables.dashboard.sections import Links
from receivables.figures.caching import CacheStatus, cache_statuses, refresh_figures
from receivables.figures.computing import begins_late
from receivables.figures.sums import merged
from receivables.uploads.admin.loads.by_code import WithheldLine, withheld_lines
from receivables.uploads.admin.texts import label_of
from receivables.uploads.models import LoadState, Outcome, State, Upload
from receivables.uploads.resources import OUTCOMES, RECEIVED

# How long a page waits for figures; without them it is shown at last.
PATIENCE_SECONDS = 5
# The script of an open page waits so long. A proxy may give up earlier; the figures are stored all the same.
SCRIPT_SECONDS = 600
UPLOADS_SHOWN = 8
UPLOAD_COUNTS = (RECEIVED, *OUTCOMES)
UPLOAD_ICONS: dict[str, str] = {
    Outcome.ACCEPTED: "check_circle",
    Outcome.PARTIAL: "error",
    Outcome.REFUSED: "cancel",
    State.QUEUED: "schedule",
    State.RUNNING: "progress_activity",
}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add to the context of the admin's first page what it shows; all of it is of accounts that the user may see."""
    return context | {"dashboard": _shown(request)}


def _shown(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("receivables.view_invoice"):
        return {"state": "forbidden"}
    accounts = list(Account.objects.visible_to(request.user))
    if not accounts:
        return {"state": "no_account"}
    account = account_in_address(request, accounts)
    included = [account] if account else accounts
    links = Links(account.pk if account else None)
    statuses = _quickly_refreshed(included)
    page = {"accounts": accounts, "account": account, "has_choice": len(accounts) > 1, **_freshness(statuses)}
    page["withheld"] = _withheld(request, included)
    page["withheld_href"] = links.list_of("uploads_fullload", {"state__exact": LoadState.WITHHELD.value})
    page["names_accounts"] = page["has_choice"] and account is None
    if page["state"] == "ready":
        page |= _sections(statuses, page, links)
    if page["state"] == "empty":
        page["has_key"] = ApiKey.objects.live().filter(account__in=included).exists()
    return page | _uploads(request, included, links)


def account_in_address(request: HttpRequest, accounts: list[Account]) -> Account | None:
    """Return the account that the address names; without one the figures are of all. Raises Http404 for one that is
    not among the accounts, and BadRequest for any other parameter: a filter must not be ignored.
    """
    if set(request.GET) - {"account"}:
        raise BadRequest("the dashboard can be filtered by account, and by nothing else")
    if not (pk := request.GET.get("account")):
        return None
    account = next((account for account in accounts if str(account.pk) == pk), None)
    if account is None:
        raise Http404
    return account


def _quickly_refreshed(included: list[Account]) -> list[CacheStatus]:
    """Return the cache status of the accounts, quick figures refreshed; it waits longer if there are none to show."""
    accounts = Account.objects.filter(pk__in=[account.pk for account in included])
    statuses = cache_statuses(accounts)
    due = [status for status in statuses if status.is_due and status.is_quick]
    if not due:
        return statuses
    due.sort(key=lambda status: status.figures is not None)
    refresh_figures(due, PATIENCE_SECONDS if due[0].figures is None else 1)
    return cache_statuses(accounts)


def _freshness(statuses: list[CacheStatus]) -> dict[str, Any]:
    """Return how old the figures are, and in how many seconds a browser may ask for newer ones."""
    cached = [status.cached for status in statuses if status.cached and status.figures]
    waits = [status.due_at for status in statuses if status.due_at]
    about = {
        "pending_count": len(statuses) - len(cached),
        "is_current": not waits,
        "due_in": max(0, ceil((min(waits) - timezone.now()).total_seconds())) if waits else None,
    }
    if not cached:
        return about | {"state": "pending"}
    is_empty = len(cached) == len(statuses) and all(one.invoices_changed_at is None for one in cached)
    day, computed_at = min(one.as_of for one in cached), min(one.computed_at for one in cached)
    state = "empty" if is_empty else "ready"
    return about | {"state": state, "as_of": day, "computed_at": computed_at, "since": day - timedelta(days=1)}


def _sections(statuses: list[CacheStatus], page: dict[str, Any], links: Links) -> dict[str, Any]:
    figures = merged(status.figures for status in statuses if status.figures)
    names = {status.account.pk: status.account.name for status in statuses}
    return {
        "cards": [sections.card(position, links) for position in figures.positions],
        "card_columns": {1: 1, 2: 2, 4: 4}.get(len(figures.positions), 3),
        "aging": [sections.aging_row(position, links) for position in figures.positions],
        "movements": sections.movements(figures, links),
        "movements_href": links.movements(figures.since),
        "counted_later": [
            (status.account.name, status.figures.since)
            for status in statuses
            if status.cached and status.figures and begins_late(status.figures, status.cached.as_of)
        ],
        "overdue_customers": sections.overdue_customers(figures, links, names, page["as_of"]),
        "data_issues": sections.data_issues(figures, links),
    }


def _withheld(request: HttpRequest, included: list[Account]) -> list[WithheldLine]:
    """Return the company codes whose full loads wait for somebody to confirm them."""
    if not request.user.has_perm("uploads.view_fullload"):
        return []
    return withheld_lines([account.pk for account in included])


def _uploads(request: HttpRequest, included: list[Account], links: Links) -> dict[str, Any]:
    may_upload = admin.site.get_model_admin(Upload).has_add_permission(request)
    if not request.user.has_perm("uploads.view_upload"):
        return {"may_upload": may_upload, "may_view_uploads": False}
    return {
        "may_upload": may_upload,
        "may_view_uploads": True,
        "upload_counts": [count.title for count in UPLOAD_COUNTS],
        "uploads": [
            (
                upload,
                [(count.title, count.of(upload)) for count in UPLOAD_COUNTS],
                *label_of(upload),
                UPLOAD_ICONS[upload.outcome or upload.state],
            )
            for upload in _recent_uploads(included)
        ],
        "uploads_href": links.list_of("uploads_upload", {}),
    }


def _recent_uploads(accounts: list[Account]) -> QuerySet[Upload]:
    """Return the newest uploads of the accounts, found at the end of each account's index, by two queries."""
    ids, newest = [account.pk for account in accounts], Upload.objects.order_by("-created_at", "id")
    pks = list(first_of_each(newest, ids, UPLOADS_SHOWN))
    found: QuerySet[Upload] = newest.filter(account__in=ids, pk__in=pks)[:UPLOADS_SHOWN]
    return found.select_related("account").defer("totals", "errors", "warnings", "terms")


def _dashboard(request: HttpRequest) -> str:
    """Return the address of the dashboard with the account of the request."""
    return f"{reverse('admin:index')}?{request.GET.urlencode()}" if request.GET else reverse("admin:index")


@redirect_unless_posted(_dashboard)
@permission_required("receivables.view_invoice", raise_exception=True)
def refresh(request: HttpRequest) -> HttpResponse:
    """Refresh the figures that are due; lead back to the page that shows them."""
    accounts = Account.objects.visible_to(request.user)
    account = account_in_address(request, list(accounts))
    statuses = cache_statuses(accounts.filter(pk=account.pk) if account else accounts)
    refresh_figures([status for status in statuses if status.is_due], SCRIPT_SECONDS)
    return redirect(_dashboard(request))


urlpatterns = [path("admin/figures/", admin.site.admin_view(refresh), name="bring-figures-up-to-date")]
