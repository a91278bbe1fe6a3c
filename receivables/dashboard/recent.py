"""The latest uploads with their outcome and counts."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from apiauth.models import Account
from receivables.dashboard.texts import count_text
from receivables.uploads.admin.labels import label_of
from receivables.uploads.counts import OUTCOMES, RECEIVED
from receivables.uploads.models import Outcome, State, Upload

SHOWN = 8

ICONS: dict[str, str] = {
    Outcome.ACCEPTED: "check_circle",
    Outcome.PARTIAL: "error",
    Outcome.REFUSED: "cancel",
    State.QUEUED: "schedule",
    State.RUNNING: "progress_activity",
}
COUNTS = (RECEIVED, *OUTCOMES)


def recent_uploads(accounts: list[Account]) -> list[Upload]:
    """Return the newest uploads of the accounts, found at the end of each account's index, by two queries."""
    newest = Upload.objects.filter(account=OuterRef("pk")).order_by("-created_at", "id").values("pk")[:SHOWN]
    of_each = Account.objects.filter(pk__in=[account.pk for account in accounts]).order_by()
    pks = [pk for found in of_each.values_list(ArraySubquery(newest), flat=True) for pk in found]
    found: QuerySet[Any] = Upload.objects.filter(pk__in=pks).order_by("-created_at", "id")[:SHOWN]
    return list(found.select_related("account").defer("totals", "errors", "warnings", "terms"))


def label_with_icon(upload: Upload) -> tuple[str, str, str]:
    """Return the outcome of an upload, or its state, with a variant and an icon of the theme."""
    return *label_of(upload), ICONS[upload.outcome or upload.state]


def counts_of(upload: Upload) -> list[tuple[Any, int, str]]:
    """Return each count of an upload: its title, itself, and itself as a text."""
    return [(count.title, count.of(upload), count_text(count.of(upload))) for count in COUNTS]
