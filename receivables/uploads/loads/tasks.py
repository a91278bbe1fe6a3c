"""What a worker does by the clock: ends full loads that are over, and forgets what none needs any more."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from procrastinate.contrib.django import app

from receivables.uploads.loads import expiry, pending
from receivables.uploads.models import FullLoad, LoadRequest, LoadState, ProtectedIdentity, SeenItems, Upload

# How far back a full load may have left the ledger without doubt about what has come since.
KNOWN_FOR = timedelta(days=7)
NOT_DECIDED = [LoadState.OPEN, LoadState.WITHHELD]


@app.periodic(cron="* * * * * */15")
@app.task(name="end_full_loads", queueing_lock="end_full_loads")
def end_full_loads(timestamp: int) -> None:
    """End the full loads of keys whose uploads are such, and those in parts to which nothing came for too long."""
    pending.end_pending()
    expiry.expire()


@app.periodic(cron="37 * * * *")
@app.task(name="forget_seen_items", queueing_lock="forget_seen_items")
def forget_seen_items(timestamp: int) -> None:
    """Delete which items uploads saw, after a week and unless a load that is not decided yet needs it; and what was
    noted for loads that are decided. What was in a full load is known for as long as an upload before it may be undone.
    """
    now = timezone.now()
    long_ago, undoable_since = now - KNOWN_FOR, now - timedelta(days=settings.UNDO_DAYS + 1)
    of_loads = Upload.objects.filter(account=OuterRef("account"), pk=OuterRef("upload_id"), load_id__isnull=False)
    undecided = FullLoad.objects.filter(account=OuterRef("account"), state__in=NOT_DECIDED)
    needed = undecided.filter(Q(pk=OuterRef("load_id")) | Q(cutoff__lt=OuterRef("seen_at")))
    old = SeenItems.objects.filter(~Exists(needed), seen_at__lt=long_ago)
    old.exclude(Exists(of_loads), seen_at__gte=undoable_since).delete()
    ProtectedIdentity.objects.exclude(load__state__in=NOT_DECIDED).delete()
    LoadRequest.objects.exclude(load__state=LoadState.OPEN).filter(arrived_at__lt=long_ago).delete()
