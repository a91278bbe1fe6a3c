"""How a full load begins: which company codes it is of, what it must not meet, and what came before it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models.functions import Coalesce

from apiauth.models import Account, ApiKey
from config.http.addresses import link_to
from receivables.uploads.loads import messages
from receivables.uploads.loads.ending import codes_of_key
from receivables.uploads.loads.expiry import overdue
from receivables.uploads.loads.missing import Tallies, Tally, open_by_group, tallies_as_json
from receivables.uploads.messages import Phrase, RenderedMessage
from receivables.uploads.models import EFFECTIVE, Form, FullLoad, LoadState, State, Upload
from receivables.uploads.models.uploads import UploadQuerySet
from receivables.uploads.resources import Resource

# A row that came within it before the rows left the ledger may be newer than they are: clocks differ, and so do reads.
OVERLAP = timedelta(minutes=15)
OF_OPEN_LOADS = {Form.PARTS: messages.LOAD_OPEN, Form.AUTOMATIC: messages.LOAD_COMING}


class LoadRefused(Exception):
    """No row of the full load is taken; `status` is that of the answer, `snapshot` what the receipt tells of it."""

    def __init__(self, rendered: RenderedMessage, status: int = 409, snapshot: dict[str, Any] | None = None):
        super().__init__(rendered)
        self.rendered, self.status, self.snapshot = rendered, status, snapshot


def last_moment(account: Account) -> datetime | None:
    """Return the moment of the account's last upload of invoices that merged."""
    merged = Upload.objects.of_account(account).filter(resource=Resource.INVOICES, merged_at__isnull=False)
    moment: datetime | None = merged.order_by("-merged_at").values_list("merged_at", flat=True).first()
    return moment


def cutoff(account: Account, arrived_at: datetime, extracted_at: datetime | None) -> datetime:
    """Return the moment after which a full load knows nothing of what other uploads brought."""
    arrived = last_moment(account) or arrived_at
    return arrived if extracted_at is None else min(arrived, extracted_at - OVERLAP)


def scope(api_key: ApiKey | None, named: Iterable[str] | None, of_rows: Iterable[str]) -> list[str]:
    """Return the company codes of a load: those that are named, else what its key covered before and its rows name."""
    if named is not None:
        return sorted(set(named))
    return sorted({*of_rows, *(codes_of_key(api_key) if api_key else ())})


def refuse_conflicts(load: FullLoad, *, upload: Any = None) -> None:
    """Raise LoadRefused where another load of the same codes is open, an earlier upload of the account waits for a
    worker or is under way there, or a later load of a code is in. `upload` is the one that the load comes with.
    """
    others = FullLoad.objects.of_account(load.account).of_codes(load.company_codes).exclude(pk=load.pk)
    if other := others.under_way().exclude(pk__in=overdue().values("pk")).first():
        message = OF_OPEN_LOADS.get(Form(other.form), messages.LOAD_QUEUED)
        url = link_to("snapshot-detail", other.pk)
        raise LoadRefused(message.rendered(url=url, codes=messages.codes_value(other.company_codes)))
    if earlier := _waiting_before(load, upload).order_by("created_at").first():
        raise LoadRefused(messages.UPLOAD_WAITING.rendered(id=earlier.pk))
    if load.extracted_at or load.form == Form.FILE:  # a file may be confirmed long after it came
        refuse_stale(load, load.as_of)


def refuse_stale(load: FullLoad, extracted_at: datetime) -> None:
    """Raise LoadRefused where a later load of one of the codes is in than rows that left the ledger then."""
    others = FullLoad.objects.of_account(load.account).of_codes(load.company_codes).exclude(pk=load.pk)
    ended = others.filter(state__in=[*EFFECTIVE, LoadState.WITHHELD, LoadState.SUPERSEDED])
    newer = ended.annotate(left_at=Coalesce("extracted_at", "began_at")).filter(left_at__gt=extracted_at)
    if last := newer.order_by("-ended_at").first():
        at = messages.moment_text(last.as_of)
        raise LoadRefused(
            messages.STALE_SNAPSHOT.rendered(at=at, id=last.pk, codes=messages.codes_value(last.company_codes))
        )


def locked(load: FullLoad) -> FullLoad:
    """Return a load as it is now; nobody else changes it until the transaction ends.

    Rows that refer to it may be stored meanwhile: who stores them may wait for the lock of the merge that is held here.
    """
    loads = FullLoad.objects.select_for_update(no_key=True)
    return loads.get(account=load.account_id, pk=load.pk)


def _waiting_before(load: FullLoad, upload: Any) -> UploadQuerySet:
    """Return the unfinished uploads of the account that came before a load; a dry run changes nothing."""
    uploads = Upload.objects.of_account(load.account).filter(resource=Resource.INVOICES)
    waiting = uploads.filter(is_dry_run=False).exclude(state=State.FINISHED).exclude(pk=upload)
    queued_at = uploads.filter(pk=upload).values_list("created_at", flat=True).first()
    return waiting.filter(created_at__lt=queued_at or load.began_at)


def refuse_other_form(load: FullLoad) -> None:
    """Raise LoadRefused of a load that does not come in parts which its sender begins and commits."""
    if load.form != Form.PARTS:
        raise LoadRefused(messages.LOAD_NOT_IN_PARTS.rendered(id=load.pk))


def refuse_ended(load: FullLoad) -> None:
    """Raise LoadRefused where a load takes no more parts."""
    if load.state != LoadState.OPEN:
        raise LoadRefused(messages.LOAD_ENDED.rendered(id=load.pk, state=Phrase(load.get_state_display())))


def note_open(cursor: Any, load: FullLoad) -> Tallies:
    """Note what is open in the account before a load."""
    tallies = open_by_group(cursor, load.account_id)
    load.open_before = tallies_as_json(tallies)
    return tallies


def noted_open(load: FullLoad) -> Tallies:
    """Return what was open in the account when a load began."""
    return {
        (row["companyCode"], row["currency"]): Tally(row["items"], Decimal(row["amount"]), Decimal(row["magnitude"]))
        for row in load.open_before
    }
