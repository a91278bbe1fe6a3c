"""Full loads in parts: begun, ended by a commit, given up.

Each function is a transaction, or part of the caller's. A commit is an upload of its own.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from config.database.base import lock as wait_for
from receivables.uploads.loads import beginning, expiry, messages, missing, parts
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.ending import Came, end, pairs, snapshot
from receivables.uploads.loads.own_receipts import OwnUpload
from receivables.uploads.loads.terms import IDEMPOTENCY_LIFETIME, BeginTerms, CommitTerms
from receivables.uploads.loads.uploads import check_expected_open, unreadable_reasons
from receivables.uploads.messages import Phrase
from receivables.uploads.models import Form, FullLoad, Kind, LoadState, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.sources import Source
from receivables.uploads.storing.merge import Author, lock


class KeyOfOtherLoad(Exception):
    """The Idempotency-Key was used to begin another load."""


@transaction.atomic
def begin(source: Source, terms: BeginTerms) -> FullLoad:
    """Begin a full load that comes in parts, and return it; under an Idempotency-Key that was used, the first.

    The load of the same company codes that the sender has open is abandoned. Raises LoadRefused, KeyOfOtherLoad.
    """
    load = FullLoad(
        account=source.account,
        api_key=source.api_key,
        staff_username=source.staff_username,
        form=terms.form,
        company_codes=sorted(set(terms.company_codes)),
        idempotency_key=terms.idempotency_key,
        extracted_at=terms.extracted_at,
    )
    with connection.cursor() as cursor:
        beginning.note_open(cursor, load)
        lock(cursor, source.account, Resource.INVOICES)  # what merges now is in before the load, and known to be
    if first := _first_under_key(load):
        return first
    load.began_at = load.last_part_at = timezone.now()
    expiry.expire(source.account.pk)
    _abandon_own(load)
    beginning.refuse_conflicts(load)
    load.cutoff = beginning.cutoff(source.account, load.began_at, load.extracted_at)
    load.save(force_insert=True)
    return load


def _first_under_key(load: FullLoad) -> FullLoad | None:
    if not load.idempotency_key:
        return None
    lately = timezone.now() - IDEMPOTENCY_LIFETIME
    used = FullLoad.objects.of_account(load.account).filter(idempotency_key=load.idempotency_key, began_at__gt=lately)
    first = used.order_by("-began_at").first()
    if first and (first.company_codes, first.extracted_at) != (load.company_codes, load.extracted_at):
        raise KeyOfOtherLoad
    return first


def _abandon_own(load: FullLoad) -> None:
    """Abandon the open load of the same company codes that the sender, or the pair that its key replaced, began."""
    own = (
        FullLoad.objects.of_account(load.account)
        .under_way()
        .filter(form=Form.PARTS, staff_username=load.staff_username)
    )
    if load.api_key:
        own = own.filter(api_key__in=pairs(load.api_key))
    same = own.filter(company_codes=load.company_codes)
    same.update(state=LoadState.ABANDONED, ended_at=load.began_at, abandoned_for=load.pk)


def commit(load: FullLoad, terms: CommitTerms, source: Source) -> Upload:
    """End a load all of whose parts have come: close what it lacks, or withhold it. Return the receipt; of a load that
    was committed before, the first.

    What it lacks is collected before the lock of the merge, and what came meanwhile subtracted under it. Raises
    LoadRefused where not all of it is in; it stays open then.
    """
    own = OwnUpload(source, load, Kind.COMMIT, terms.as_json(), is_dry_run=terms.is_dry_run)
    with transaction.atomic(), connection.cursor() as cursor:
        wait_for(f"commit:{load.pk}")  # another commit, whose receipt is the answer to this one, too
        load.refresh_from_db(fields=["state", "commit_id"])
        if first := _receipt_of(load):
            return first
        upload_id = uuid4()
        before = _collect(cursor, load, terms)
        turn = lock(cursor, load.account, Resource.INVOICES)
        own.load = load = beginning.locked(load)
        if first := _receipt_of(load):
            return first
        author = Author(load.account_id, upload_id, turn.moment, load.as_of, [])
        ending = end(cursor, load, author, _settle(cursor, load, terms, before))
        shown = snapshot(load, ending, beginning.noted_open(load), is_dry_run=terms.is_dry_run)
        if not terms.is_dry_run:
            return own.close(upload_id, ending, shown, turn.moment)
        transaction.set_rollback(True)
    return own.close(upload_id, ending, shown, turn.moment)


def _receipt_of(load: FullLoad) -> Upload | None:
    """Return the receipt of the commit of a load that has one; a load that ended without is refused."""
    if load.commit_id:
        return Upload.objects.of_account(load.account).get(pk=load.commit_id)
    beginning.refuse_ended(load)
    return None


@dataclass(frozen=True)
class _Collected:
    """What is known before the lock, up to a moment: how many distinct items came, by company code, and whether any of
    what is missing came under another spelling.
    """

    known: datetime
    rows: dict[str, int]
    may_have_near: bool


def _collect(cursor: Any, load: FullLoad, terms: CommitTerms) -> _Collected:
    """Collect what the load lacks without the lock."""
    came = parts.Parts(load)
    came.check(terms)
    known = beginning.last_moment(load.account) or load.began_at
    missing.collect(cursor, load)
    may_have_near = bool(missing.near_pairs(cursor, load, came.ids))
    return _Collected(known, parts.rows_by_code(cursor, load), may_have_near)


def _settle(cursor: Any, load: FullLoad, terms: CommitTerms, before: _Collected) -> Came:
    """Look again under the lock, for what came while it was waited for."""
    came = parts.Parts(load)
    came.check(terms)
    missing.drop_seen_since(cursor, load, before.known)
    is_more = parts.came_since(load, before.known)
    rows = parts.rows_by_code(cursor, load) if is_more else before.rows
    parts.check_rows(load, terms, rows)
    if terms.expected_open is not None:
        check_expected_open(cursor, load, terms.expected_open, status=409)
    others = [*unreadable_reasons(came.unreadable_count), *terms.others]
    return Came(beginning.noted_open(load), rows, came.ids, others, before.may_have_near or is_more)


def abandon(load: FullLoad, source: Source) -> None:
    """Give up a load in parts that is open; its rows stay as they were taken. Raises LoadRefused."""
    beginning.refuse_other_form(load)
    open_ones = FullLoad.objects.of_account(source.account).under_way().filter(pk=load.pk)
    if open_ones.update(state=LoadState.ABANDONED, ended_at=timezone.now()):
        return
    load.refresh_from_db(fields=["state"])
    if load.state != LoadState.ABANDONED:
        raise LoadRefused(messages.LOAD_ENDED.rendered(id=load.pk, state=Phrase(load.get_state_display())))
