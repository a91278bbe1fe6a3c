"""A withheld full load confirmed: what it lacks is collected anew, and of what was shown the rest is closed."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from psycopg import sql

from config.database.planning import account_of_ids
from receivables.uploads.loads import beginning, messages, missing
from receivables.uploads.loads.beginning import LoadRefused
from receivables.uploads.loads.closing import close_missing
from receivables.uploads.loads.doubts import unknown
from receivables.uploads.loads.ending import Ending, snapshot
from receivables.uploads.loads.own_receipts import OwnUpload
from receivables.uploads.loads.parts import Parts
from receivables.uploads.loads.presence import MOST_IDENTITIES
from receivables.uploads.messages import GroupedNumber, Phrase
from receivables.uploads.models import FullLoad, Kind, LoadedCode, LoadState, MissingItem, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.sources import Source
from receivables.uploads.storing.merge import Author, lock

# What a temporary table is compared with is read first: on a cluster it lies on another machine.
_KEEP_LISTED = (
    "WITH listed AS MATERIALIZED"
    " (SELECT invoice_id FROM uploads_missingitem WHERE account_id = %(account)s AND load_id = %(load)s)"
    " DELETE FROM missing_items AS m WHERE NOT EXISTS (SELECT FROM listed WHERE listed.invoice_id = m.id)"
)
_FATES = (
    "UPDATE uploads_missingitem AS listed SET fate = CASE WHEN m.id IS NOT NULL THEN 'closed'"
    " WHEN t.updated_at > %(cutoff)s THEN 'changed' ELSE 'seen' END"
    " FROM receivables_invoice AS t LEFT JOIN missing_items AS m ON m.id = t.id"
    " WHERE listed.account_id = %(account)s AND listed.load_id = %(load)s"
    " AND t.account_id = {account} AND t.id = listed.invoice_id"
)


def confirm(load: FullLoad, source: Source) -> Upload:
    """Close what a withheld load lacks, of what it was withheld for. Return the receipt; of a load that was confirmed
    before, the first.

    What was changed or seen since drops out, and is listed as such. Raises LoadRefused unless the load is withheld.
    """
    own = OwnUpload(source, load, Kind.CONFIRMATION)
    with transaction.atomic(), connection.cursor() as cursor:
        if first := _receipt_of(load):
            return first
        known = _collect(cursor, load)
        turn = lock(cursor, load.account, Resource.INVOICES)
        own.load = load = beginning.locked(load)
        if first := _receipt_of(load):
            return first
        missing.drop_seen_since(cursor, load, known)
        author = Author(load.account_id, uuid4(), turn.moment, load.as_of, [])
        ending = _ending(cursor)
        cursor.execute(
            sql.SQL(_FATES).format(account=account_of_ids()),
            {"account": load.account_id, "load": load.pk, "cutoff": load.cutoff},
        )
        close_missing(cursor, author)
        _save(load, author, ending)
        return own.close(author.upload, ending, _snapshot(load, ending), turn.moment)


@transaction.atomic
def preview(load: FullLoad) -> Ending:
    """Return what a confirmation would close now; nothing is stored. Raises LoadRefused unless the load is withheld."""
    with connection.cursor() as cursor:
        _receipt_of(load)
        _collect(cursor, load)
        return _ending(cursor)


def _receipt_of(load: FullLoad) -> Upload | None:
    if load.confirmation_id:
        return Upload.objects.of_account(load.account).get(pk=load.confirmation_id)
    if load.state != LoadState.WITHHELD:
        state = Phrase(load.get_state_display())
        raise LoadRefused(messages.LOAD_NOT_WITHHELD.rendered(id=load.pk, state=state))
    return None


def _collect(cursor: Any, load: FullLoad) -> datetime:
    """Collect what the load lacks of what it was withheld for; return the moment up to which it is known."""
    if doubt := unknown(load):
        raise LoadRefused(doubt.message)
    if not Parts(load).knows_refused_rows:
        raise LoadRefused(messages.REFUSED_ROWS_NOT_KNOWN.rendered(most=GroupedNumber(MOST_IDENTITIES)))
    known = beginning.last_moment(load.account)
    missing.collect(cursor, load)
    cursor.execute(_KEEP_LISTED, {"account": load.account_id, "load": load.pk})
    return known or load.began_at


def _ending(cursor: Any) -> Ending:
    tallies, positions = missing.missing_by_group(cursor)
    state = LoadState.CLOSED if tallies else LoadState.NOTHING_TO_CLOSE
    return Ending(state, [], tallies, positions, [], {})


def _save(load: FullLoad, author: Author, ending: Ending) -> None:
    older = FullLoad.objects.of_account(load.account).of_codes(load.company_codes).filter(ended_at__lt=load.ended_at)
    older.filter(state=LoadState.WITHHELD).update(state=LoadState.SUPERSEDED)
    load.state, load.ended_at, load.confirmation_id = ending.state, author.moment, author.upload
    load.save(update_fields=["state", "ended_at", "confirmation_id"])
    codes, lacked = list(LoadedCode.objects.filter(account=load.account_id, load=load)), missing.by_code(ending.missing)
    for code in codes:
        code.closed, code.is_effective = missing.as_json(lacked[code.company_code]), True
        code.ended_at = author.moment
    LoadedCode.objects.bulk_update(codes, ["closed", "is_effective", "ended_at"], batch_size=1000)


def _snapshot(load: FullLoad, ending: Ending) -> dict[str, Any]:
    """Return what the receipt tells, with the number of items that dropped out since the load was withheld."""
    listed = MissingItem.objects.filter(account=load.account_id, load=load).count()
    closed = sum(tally.items for tally in ending.missing.values())
    return snapshot(load, ending, beginning.noted_open(load)) | {"droppedOut": listed - closed}
