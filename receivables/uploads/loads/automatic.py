"""Full loads of keys whose uploads are such: their senders say nothing, and when requests came tells the loads apart.

A load has every upload of invoices by the key, or by one that replaced it, each of which came before the load ended:
so many minutes after the last one before. Requests are noted when they arrive, in a transaction of their own: what
fails afterwards, for whatever reason, is known to have been part of the load.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Greatest
from django.utils import timezone

from apiauth.models import ApiKey
from config.database.base import lock
from receivables.uploads.loads import beginning
from receivables.uploads.loads.ending import codes_of_key
from receivables.uploads.models import Form, FullLoad, LoadRequest, LoadState, Upload


@transaction.atomic
def attach(api_key: ApiKey, upload: UUID, arrived_at: datetime, minutes: int) -> FullLoad:
    """Note an upload when it arrives; return the load that it is part of, begun here if need be."""
    load = _load_at(api_key, arrived_at)
    _note(load, arrived_at, minutes, upload_id=upload)
    return load


@transaction.atomic
def note_failure(api_key: ApiKey, minutes: int) -> None:
    """Note a request that was turned away before it was an upload."""
    now = timezone.now()
    load = _load_at(api_key, now)
    noted = LoadRequest.objects.of_load(load).filter(upload_id=None)
    ends_at = Greatest(F("ends_at"), now + timedelta(minutes=minutes))
    if not noted.update(count=F("count") + 1, arrived_at=now, ends_at=ends_at):
        _note(load, now, minutes)


def extend(load: FullLoad, upload: UUID, minutes: int) -> None:
    """Note that an upload has come to its end only now: whoever sends one after another could not send the next one."""
    ends_at = Greatest(F("ends_at"), timezone.now() + timedelta(minutes=minutes))
    LoadRequest.objects.of_load(load).filter(upload_id=upload).update(ends_at=ends_at)


def forget(load: FullLoad, upload: UUID) -> None:
    """Forget a request that was answered with the receipt of an earlier one."""
    LoadRequest.objects.of_load(load).filter(upload_id=upload).delete()


def forget_repetition(load: FullLoad, upload: UUID, idempotency_key: str) -> None:
    """Forget a request that was refused because the first one under its Idempotency-Key is still running.

    The first one counts, whatever becomes of it: it is noted itself, and fails the load if its process never answers.
    One that is no part of such a load is not noted: the repetition counts then.
    """
    requests = LoadRequest.objects.filter(account=load.account_id, load__state=LoadState.OPEN, upload_id__isnull=False)
    ended = Upload.objects.filter(account=load.account_id, pk=OuterRef("upload_id"))
    others = requests.exclude(upload_id=upload).exclude(Exists(ended.exclude(idempotency_key=idempotency_key)))
    if others.exists():
        forget(load, upload)


def _note(load: FullLoad, arrived_at: datetime, minutes: int, **values: Any) -> None:
    ends_at = arrived_at + timedelta(minutes=minutes)
    LoadRequest.objects.create(account_id=load.account_id, load=load, arrived_at=arrived_at, ends_at=ends_at, **values)


def _load_at(api_key: ApiKey, moment: datetime) -> FullLoad:
    """Return the load that a request at this moment is part of; the last one, or a new one if that had ended by then.

    Requests of an account are noted one after another, or the first two of a night would begin a load each.
    """
    lock(f"automatic:{api_key.account_id}")
    pairs = [pair.pk for pair in api_key.succession()]
    own = LoadRequest.objects.filter(account=api_key.account_id, load__api_key__in=pairs)
    under_way = own.filter(load__form=Form.AUTOMATIC, load__state=LoadState.OPEN)
    last = under_way.select_related("load__account", "load__api_key").order_by("-ends_at").first()
    return last.load if last and last.ends_at >= moment else _begun(api_key, moment)


def _begun(api_key: ApiKey, moment: datetime) -> FullLoad:
    load = FullLoad(
        account=api_key.account,
        api_key=api_key,
        form=Form.AUTOMATIC,
        company_codes=sorted(codes_of_key(api_key)),
        cutoff=beginning.cutoff(api_key.account, moment, None),
        began_at=moment,
        last_part_at=moment,
    )
    with connection.cursor() as cursor:
        beginning.note_open(cursor, load)
    load.save(force_insert=True)
    return load
