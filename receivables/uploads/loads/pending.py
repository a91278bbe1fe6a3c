"""Automatic full loads that are over, ended one after another."""

import logging
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Q
from django.utils import timezone

from receivables.uploads.loads import beginning, commits, doubts, messages
from receivables.uploads.loads.brake import Reason
from receivables.uploads.loads.ending import stored_reason
from receivables.uploads.loads.parts import is_held, rows_by_code
from receivables.uploads.loads.terms import CommitTerms
from receivables.uploads.models import Form, FullLoad, LoadRequest, LoadState, State, Upload
from receivables.uploads.sources import Source

logger = logging.getLogger(__name__)

# Between a request's arrival and the note of it: a load ends no sooner after its time.
GRACE = timedelta(seconds=10)


def end_pending() -> None:
    """End the automatic loads that are over, of each account in the order of their ends. One that has to wait lets the
    later ones of its account wait, too; an error lets no other account wait.
    """
    loads = _over(timezone.now()).order_by("account_id", "ends_at", "began_at")
    for account, pending in groupby(loads, attrgetter("account_id")):
        try:
            _ = all(_end(load) for load in pending)  # up to the first that has to wait
        except Exception:
            logger.exception("full loads of account %s are not ended; they are tried again", account)


def _over(now: datetime) -> Any:
    loads = FullLoad.objects.under_way().filter(form=Form.AUTOMATIC)
    requests = LoadRequest.objects.filter(account=OuterRef("account"), load_id=OuterRef("pk"))
    is_over = Q(ends_at__lt=now - GRACE) | Q(ends_at=None)
    return loads.annotate(ends_at=requests.order_by("-ends_at").values("ends_at")[:1]).filter(is_over)


@transaction.atomic
def _end(load: FullLoad) -> bool:
    """End a load; return whether it is over and done with. It waits for uploads of its own that are under way."""
    if is_held(load.pk):
        return False
    if not _over(timezone.now()).filter(account=load.account_id, pk=load.pk).exists():
        return not FullLoad.objects.of_account(load.account).under_way().filter(pk=load.pk).exists()
    if Upload.objects.filter(account=load.account_id, load_id=load.pk).exclude(state=State.FINISHED).exists():
        return False
    _end_finished(beginning.locked(load))
    return True


def _end_finished(load: FullLoad) -> None:
    if not LoadRequest.objects.of_load(load).exists():  # all of them were answered with earlier receipts
        load.delete()
        return
    with connection.cursor() as cursor:
        rows = rows_by_code(cursor, load)
    if not rows:
        _refuse(load, [*doubts.doubts(load), Reason(messages.NO_ROWS.rendered())])
        return
    load.company_codes = sorted({*load.company_codes, *rows})
    load.save(update_fields=["company_codes"])
    commits.commit(load, CommitTerms(), Source(load.account, load.api_key))


def _refuse(load: FullLoad, reasons: list[Reason]) -> None:
    """End a load that says nothing: its rows stay as they were taken."""
    load.state, load.ended_at = LoadState.REFUSED, timezone.now()
    load.reasons = [stored_reason(reason) for reason in reasons]
    load.save(update_fields=["state", "ended_at", "reasons"])
